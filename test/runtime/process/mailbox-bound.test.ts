// A bounded mailbox in a running process: what gives when it is full, and what is never dropped.
import { describe, expect, test } from "vitest";
import {
  alias,
  call,
  cast,
  isAlive,
  monitor,
  noReply,
  ok,
  type Pid,
  processInfo,
  type Received,
  receive,
  reply,
  replyWith,
  self,
  send,
  server,
  sleep,
  spawn,
  spawnMonitor,
  startTimer,
  tryCall,
} from "../../../runtime/index.ts";
import { limits } from "../../../runtime/limits.ts";
import { bench, numbered, reasonOf, waiting } from "./bench.ts";

/** A server whose first message keeps it busy, so that what follows waits in its mailbox. */
function slow(handled: unknown[]) {
  return server("slow", {
    init: () => ok(0),
    calls: { ask: (state: number, payload: { number: number }) => replyWith(payload.number, state) },
    info: async (state, message) => {
      if (message.type === "hold") await sleep(100);
      else handled.push(message.number ?? message.type);
      return noReply(state);
    },
  });
}

/** Starts a slow server with a bound and lets it take the message that holds it up. */
async function held(
  handled: unknown[],
  onFull: "kill" | "dropNewest" | "dropOldest",
  max: number,
): Promise<Pid> {
  const started = (await spawn(slow(handled), { trapExit: true, mailbox: { max, onFull } })) as Pid;
  send(started, { type: "hold" });
  await sleep(1);
  return started;
}

describe("a bounded mailbox", () => {
  test("that drops the newest keeps what came first", async () => {
    const { events, inProcess } = bench();
    const handled: unknown[] = [];
    await inProcess(async () => {
      const target = await held(handled, "dropNewest", 3);
      for (let number = 1; number <= 5; number += 1) send(target, numbered(number));
      await sleep(200);
      expect(handled).toEqual([1, 2, 3]);
      expect(isAlive(target)).toBe(true);
    });
    expect(
      events.filter((event) => event.name === "mailbox_overflow").map((event) => event.data),
    ).toMatchObject([
      { policy: "dropNewest", dropped: "numbered" },
      { policy: "dropNewest", dropped: "numbered" },
    ]);
  });

  test("that drops the oldest keeps what came last", async () => {
    const handled: unknown[] = [];
    await bench().inProcess(async () => {
      const target = await held(handled, "dropOldest", 3);
      for (let number = 1; number <= 5; number += 1) send(target, numbered(number));
      expect(processInfo(target)?.queueLength).toBe(3);
      await sleep(200);
      expect(handled).toEqual([3, 4, 5]);
    });
  });

  test("that kills ends the process, and nothing of its mailbox is handled", async () => {
    const handled: unknown[] = [];
    await bench().inProcess(async () => {
      const { pid: target, ref } = spawnMonitor(slow(handled), { mailbox: { max: 3, onFull: "kill" } });
      for (let number = 1; number <= 4; number += 1) send(target as Pid, numbered(number));
      expect(await reasonOf(ref)).toBe("killed");
      await sleep(200);
      expect(handled).toEqual([]);
    });
  });

  test("that is full refuses a call at once with overload, in virtual time too", async () => {
    const { world, inProcess } = bench();
    await inProcess(async () => {
      const target = await held([], "dropNewest", 1);
      send(target, numbered(1));
      const before = world.elapsedMs;
      const answer = await tryCall(target, "ask", { number: 2 });
      expect(answer).toMatchObject({ ok: false, error: { code: "overload", retryable: true } });
      expect(world.elapsedMs).toBe(before);
    });
  });

  test("that drops its oldest refuses the call that it drops, and takes the new one", async () => {
    await bench().inProcess(async () => {
      const target = await held([], "dropOldest", 1);
      const first = tryCall(target, "ask", { number: 1 });
      const second = tryCall(target, "ask", { number: 2 });
      expect(await first).toMatchObject({ ok: false, error: { code: "overload" } });
      expect(await second).toEqual({ ok: true, value: 2 });
    });
  });

  test("never counts nor drops what the runtime itself sends", async () => {
    const { node, inProcess } = bench();
    const handled: unknown[] = [];
    for (const onFull of ["kill", "dropNewest", "dropOldest"] as const) {
      handled.length = 0;
      await inProcess(async () => {
        const tester = self();
        const peer = await spawn(waitingForEnd);
        const watching = server("watching", {
          init: () => ok(0),
          info: async (state, message) => {
            if (message.type === "hold") {
              // The bound is reached first; all that follows comes on top of it.
              send(self(), numbered(1));
              for (let count = 0; count < 5; count += 1) node.exit(self(), "a signal");
              startTimer(self(), "tick", 1);
              monitor(peer);
              send(peer, { type: "end" });
              send(tester, { type: "held" });
              await sleep(100);
            } else handled.push(message.type);
            return noReply(state);
          },
        });
        const target = (await spawn(watching, { trapExit: true, mailbox: { max: 1, onFull } })) as Pid;
        send(target, { type: "hold" });
        await receive();
        await sleep(200);
        expect(isAlive(target)).toBe(true);
        const exits = ["sys.exit", "sys.exit", "sys.exit", "sys.exit", "sys.exit"];
        expect(handled.toSorted()).toEqual(["numbered", "sys.down", ...exits, "sys.timeout"]);
      });
    }
  });

  test("counts casts, calls and messages alike, priority ones among them", async () => {
    await bench().inProcess(async () => {
      const target = await held([], "dropNewest", 3);
      const answer = call(target, "ask", { number: 1 });
      cast(target, "anything");
      send(target, numbered(1));
      send(target, numbered(2));
      cast(target, "anything");
      expect(processInfo(target)?.queueLength).toBe(3);
      expect(await answer).toBe(1);
      const bounded = spawnMonitor(
        async () => {
          const urgent = alias({ priority: true });
          for (let number = 0; number < 3; number += 1) send(urgent, numbered(number), { priority: true });
          await receive(() => false);
        },
        { mailbox: { max: 2, onFull: "kill" } },
      );
      expect(await reasonOf(bounded.ref)).toBe("killed");
    });
  });

  test("stays silent about drops when log is false", async () => {
    const { events, inProcess } = bench();
    await inProcess(async () => {
      for (const onFull of ["dropNewest", "dropOldest", "kill"] as const) {
        const target = await spawn(waitingForEnd, { mailbox: { max: 1, onFull, log: false } });
        for (let number = 0; number < 3; number += 1) send(target, numbered(number));
      }
      await waiting();
    });
    expect(events.filter((event) => event.name === "mailbox_overflow")).toEqual([]);
  });

  test("is refused when it is none", async () => {
    await bench().inProcess(async () => {
      const bounds = [
        { max: 0, onFull: "kill" },
        { max: 1.5, onFull: "kill" },
        { max: Number.POSITIVE_INFINITY, onFull: "kill" },
        { max: 5, onFull: "explode" },
        { max: 5 },
      ];
      for (const mailbox of bounds) {
        await expect(spawn(waitingForEnd, { mailbox: mailbox as never })).rejects.toMatchObject({
          code: "misuse",
        });
      }
    });
  });

  test("that is not bounded tells once that it has become long, and again after it has shrunk to half", async () => {
    const { events, inProcess } = bench();
    const told = (): number => events.filter((event) => event.name === "mailbox_long").length;
    const high = limits.mailboxHighWaterMessages;
    await inProcess(async () => {
      const sendMany = (target: Pid, count: number): void => {
        for (let number = 0; number < count; number += 1) send(target, numbered(number));
      };
      const reader = await spawn(taking);
      const take = async (count: number): Promise<void> => {
        await call(reader, "take", { count }, { timeoutMs: Number.POSITIVE_INFINITY });
      };
      sendMany(reader, high - 1);
      expect(told()).toBe(0);
      sendMany(reader, 50);
      expect(told()).toBe(1);
      await take(high / 4);
      sendMany(reader, high / 2);
      expect(told()).toBe(1);
      await take(high);
      sendMany(reader, high);
      expect(told()).toBe(2);
    });
    expect(events).toContainEqual({
      name: "mailbox_long",
      data: expect.objectContaining({ messages: high }),
    });
  });
});

/** Takes as many numbers out of its mailbox as it is told. */
async function taking(): Promise<void> {
  for (;;) {
    const { replyTo, count } = await receive((message) => message.type === "take");
    for (let taken = 0; taken < (count as number); taken += 1) {
      await receive((message) => message.type === "numbered");
    }
    if (replyTo !== undefined) reply(replyTo, "taken");
  }
}

async function waitingForEnd(): Promise<Received> {
  return receive((message) => message.type === "end");
}
