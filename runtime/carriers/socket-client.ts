// The end of a socket that connects: a command at the node of its machine. When the line is gone, it is gone for good.
import { createConnection, type Socket } from "node:net";
import type { Answer, Carrier, CarrierState, CarrierSubscription, Incoming } from "../carrier.ts";
import type { World } from "../world.ts";
import { CarrierStatus, receiveSafely } from "./carrier-status.ts";
import { PayloadTooLarge, SocketUnreachable } from "./failures.ts";
import { carrierLimits } from "./limits.ts";
import { PendingRequests } from "./pending-requests.ts";
import { socketFrameKinds as kinds, type SocketFrame } from "./socket-frame.ts";
import { SocketLink } from "./socket-link.ts";
import { guardPattern, guardSubject } from "./subject-guard.ts";

export interface SocketClientOptions {
  readonly world: World;
  /** Where a node listens: a path, or the name of a pipe on Windows. */
  readonly path: string;
}

/**
 * Connects to the node behind a socket.
 * @throws {SocketUnreachable} nobody listens there, or what listens is no node
 */
export async function connectSocket({ world, path }: SocketClientOptions): Promise<Carrier> {
  const socket = await opened(path);
  const carrier = new SocketClient(world, path);
  await carrier.start(socket);
  return carrier;
}

class SocketClient implements Carrier {
  readonly kind = "socket";
  readonly payloadBytesMax = carrierLimits.payloadBytesMax;
  readonly place: string;
  readonly #world: World;
  readonly #status: CarrierStatus;
  readonly #requests: PendingRequests;
  readonly #receivers = new Map<number, (incoming: Incoming) => void>();
  #link: SocketLink | undefined;
  #lastSubscription = 0;

  constructor(world: World, path: string) {
    this.#world = world;
    this.place = path;
    this.#status = new CarrierStatus(world, "disconnected");
    this.#requests = new PendingRequests(world);
  }

  start(socket: Socket): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#link = new SocketLink(this.#world, socket, {
        onOpen: () => {
          this.#status.become("connected", "the node said hello");
          resolve();
        },
        onFrame: (_, frame) => this.#take(frame),
        onEnd: (_, why) => {
          this.#ended(why);
          // Where it had opened, this is heard by nobody.
          reject(new SocketUnreachable(this.place, why));
        },
      });
    });
  }

  get state(): CarrierState {
    return this.#status.state;
  }

  publish(subject: string, payload: Uint8Array): boolean {
    this.#guard(subject, payload);
    if (this.state !== "connected") return false;
    this.#link?.send(kinds.message, { subject, payload });
    return true;
  }

  subscribe(
    pattern: string,
    receive: (incoming: Incoming) => void,
    options: { readonly queue?: string } = {},
  ): CarrierSubscription {
    guardPattern(pattern);
    if (options.queue !== undefined) guardSubject(options.queue);
    this.#lastSubscription += 1;
    const subscription = this.#lastSubscription;
    this.#receivers.set(subscription, receive);
    const payload = Buffer.from(options.queue ?? "");
    this.#link?.send(kinds.subscribe, { subscription, subject: pattern, payload });
    return {
      unsubscribe: () => {
        if (this.#receivers.delete(subscription)) this.#link?.send(kinds.unsubscribe, { subscription });
      },
    };
  }

  request(subject: string, payload: Uint8Array, timeoutMs: number): Promise<Answer> {
    this.#guard(subject, payload);
    if (this.state !== "connected") return Promise.resolve({ kind: "disconnected" });
    return this.#requests.ask(timeoutMs, (number) => {
      this.#link?.send(kinds.request, { number, subject, payload });
    });
  }

  onState(listener: (state: CarrierState, why: string) => void): () => void {
    return this.#status.listen(listener);
  }

  async close(): Promise<void> {
    await this.#link?.cut("it was closed here");
  }

  #take(frame: SocketFrame): void {
    const { number, subject, payload } = frame;
    switch (frame.kind) {
      case kinds.message:
        this.#receive(frame, undefined);
        return;
      case kinds.request:
        this.#receive(frame, (answer) => this.#answer(number, answer));
        return;
      case kinds.answer:
        this.#requests.settle(number, { kind: "answer", payload: new Uint8Array(payload) });
        return;
      case kinds.noResponders:
        this.#requests.settle(number, { kind: "no_responders" });
        return;
      default:
        this.#link?.cut(`a frame of the kind ${frame.kind} on "${subject}" came, which is not for a client`);
    }
  }

  #receive(frame: SocketFrame, respond: ((payload: Uint8Array) => void) | undefined): void {
    const { number, subject, payload } = frame;
    const receive = this.#receivers.get(frame.subscription);
    if (receive !== undefined) receiveSafely(this.#world, receive, { subject, payload, respond });
    // It was asked for before the server knew that we no longer listen.
    else if (respond !== undefined) this.#link?.send(kinds.noResponders, { number });
  }

  #answer(number: number, payload: Uint8Array): void {
    this.#guardSize(payload);
    this.#link?.send(kinds.answer, { number, payload });
  }

  #ended(why: string): void {
    this.#receivers.clear();
    this.#status.become("closed", why);
    this.#requests.disconnect();
  }

  #guard(subject: string, payload: Uint8Array): void {
    guardSubject(subject);
    this.#guardSize(payload);
  }

  #guardSize(payload: Uint8Array): void {
    if (payload.length > this.payloadBytesMax)
      throw new PayloadTooLarge(payload.length, this.payloadBytesMax);
  }
}

function opened(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    const refuse = (error: NodeJS.ErrnoException): void => {
      reject(new SocketUnreachable(path, because[error.code ?? ""] ?? error.message, error));
    };
    socket.once("error", refuse);
    socket.once("connect", () => {
      socket.off("error", refuse);
      resolve(socket);
    });
  });
}

const because: Readonly<Record<string, string>> = {
  ENOENT: "there is no socket",
  ECONNREFUSED: "the program that made the socket has ended",
  ENOTSOCK: "it is no socket",
  EACCES: "it belongs to somebody else",
};
