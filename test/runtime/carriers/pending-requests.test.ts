// Requests that wait for their answers: which one counts where the program itself was held up.
import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { PendingRequests } from "../../../runtime/carriers/pending-requests.ts";
import { realWorld, simulatedWorld } from "../../../runtime/index.ts";

const payload = Uint8Array.of(7);

describe("Pending requests", () => {
  const open: (() => void)[] = [];
  afterEach(() => {
    for (const close of open.splice(0)) close();
  });

  /** Both ends of one line of the system's. */
  async function line(): Promise<readonly [Socket, Socket]> {
    const server = createServer();
    open.push(() => server.close());
    const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const near = createConnection({ port: (server.address() as AddressInfo).port, host: "127.0.0.1" });
    const far = await accepted;
    open.push(
      () => near.destroy(),
      () => far.destroy(),
    );
    return [near, far];
  }

  it("take an answer that came while the program stood still, past the deadline", async () => {
    const world = realWorld();
    const requests = new PendingRequests(world);
    const [near, far] = await line();
    near.on("data", (data) => requests.settle(data[0] ?? 0, { kind: "answer", payload }));
    const timeoutMs = 20;
    const answer = requests.ask(timeoutMs, (number) => far.write(Uint8Array.of(number)));
    // The answer is in the system's hands, and nobody reads it until the deadline is over.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, timeoutMs + 5);
    expect(await answer).toEqual({ kind: "answer", payload });
  });

  it("come to an end at the deadline where nothing has come", async () => {
    const world = simulatedWorld();
    const requests = new PendingRequests(world);
    const answer = requests.ask(1_000, () => {});
    let isOver = false;
    void answer.then(() => {
      isOver = true;
    });
    await world.advance(999);
    expect(isOver).toBe(false);
    await world.advance(1);
    expect(await answer).toEqual({ kind: "timeout" });
  });

  it("take one answer each, and none that nobody waits for", async () => {
    const world = simulatedWorld();
    const requests = new PendingRequests(world);
    const numbers: number[] = [];
    const ask = (): Promise<unknown> => requests.ask(1_000, (number) => numbers.push(number));
    const answers = [ask(), ask(), ask()];
    const [first = 0, second = 0] = numbers;
    requests.settle(999, { kind: "no_responders" });
    requests.settle(second, { kind: "answer", payload });
    requests.settle(second, { kind: "no_responders" });
    requests.settle(first, { kind: "no_responders" });
    requests.disconnect();
    await world.advance(1_000);
    expect(await Promise.all(answers)).toEqual([
      { kind: "no_responders" },
      { kind: "answer", payload },
      { kind: "disconnected" },
    ]);
  });

  it("leave nothing behind of what could not be sent", () => {
    const world = simulatedWorld();
    const requests = new PendingRequests(world);
    const send = (): never => {
      throw new Error("too large");
    };
    expect(() => requests.ask(1_000, send)).toThrow("too large");
  });
});
