// A TCP proxy between a client and a broker that a test can make fail: silent, cut, slow, or shut.

import { once } from "node:events";
import { createServer, connect as dial, type Server, type Socket } from "node:net";

export interface TcpProxy {
  readonly port: number;
  /** `nats://127.0.0.1:port`. */
  readonly url: string;
  /** How many lines stand through it. */
  readonly connections: number;
  /** How many were ever asked for, those included that were refused. */
  readonly attempts: number;
  /** Everything stays open, and nothing passes any more, as with a cable that was pulled; or passes again. */
  blackhole(isOn: boolean): void;
  /** What the target sends stays behind, while what is sent to it arrives; or passes again, with all that waited. */
  mute(isOn: boolean): void;
  /** Bytes wait this many milliseconds, each way. */
  delay(ms: number): void;
  /** Ends every line, as a program does that dies. New ones are welcome. */
  cut(): void;
  /** New lines are closed as soon as they come; or taken again. */
  refuse(isOn: boolean): void;
  close(): Promise<void>;
}

/** A proxy to a port of this machine. */
export async function tcpProxy(target: number | { readonly port: number }): Promise<TcpProxy> {
  const proxy = new Relay(typeof target === "number" ? target : target.port);
  await proxy.listen();
  if (process.env.VITEST !== undefined) {
    const { onTestFinished } = await import("vitest");
    try {
      onTestFinished(() => proxy.close());
    } catch {
      // It was started by a hook, which closes it.
    }
  }
  return proxy;
}

class Relay implements TcpProxy {
  readonly #target: number;
  readonly #server: Server;
  readonly #lines = new Set<readonly [Socket, Socket]>();
  #delayMs = 0;
  #isBlackhole = false;
  #isRefusing = false;
  attempts = 0;

  constructor(target: number) {
    this.#target = target;
    this.#server = createServer((near) => this.#join(near));
  }

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The proxy does not listen.");
    return address.port;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  get connections(): number {
    return this.#lines.size;
  }

  blackhole(isOn: boolean): void {
    this.#isBlackhole = isOn;
    for (const socket of this.#sockets()) {
      if (isOn) socket.pause();
      else socket.resume();
    }
  }

  mute(isOn: boolean): void {
    for (const [, far] of this.#lines) {
      if (isOn) far.pause();
      else far.resume();
    }
  }

  delay(ms: number): void {
    this.#delayMs = ms;
  }

  cut(): void {
    for (const socket of this.#sockets()) socket.destroy();
  }

  refuse(isOn: boolean): void {
    this.#isRefusing = isOn;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket): void {
    this.attempts += 1;
    if (this.#isRefusing) {
      near.destroy();
      return;
    }
    const far = dial(this.#target, "127.0.0.1");
    const line = [near, far] as const;
    this.#lines.add(line);
    for (const [from, to] of [line, [far, near] as const]) {
      if (this.#isBlackhole) from.pause();
      from.on("data", (chunk) => this.#pass(chunk, to));
      from.on("error", () => {});
      from.on("close", () => {
        this.#lines.delete(line);
        to.destroy();
      });
    }
  }

  #pass(chunk: Buffer | string, to: Socket): void {
    if (this.#delayMs === 0) to.write(chunk);
    else setTimeout(() => to.writable && to.write(chunk), this.#delayMs);
  }

  #sockets(): Socket[] {
    return [...this.#lines].flat();
  }
}
