import { describe, expect, test } from "vitest";
import {
  call,
  cast,
  exit,
  isAlive,
  named,
  noReply,
  ok,
  type Pid,
  receive,
  receiveTimeout,
  replyWith,
  self,
  send,
  sendRequest,
  server,
  sleep,
  spawn,
  spawnMonitor,
  tryReceive,
} from "../../../runtime/index.ts";
import { failureOf, simulation } from "./simulation.ts";

/** Writes down what it is handed, in order. */
const recorder = server("recorder", {
  init: (options: { readonly timeoutMs?: number } | undefined) => ok([] as string[], options ?? {}),
  calls: {
    read: (seen) => replyWith(seen, seen),
    note: (seen, what: string) => replyWith("noted", [...seen, `call ${what}`]),
  },
  casts: {
    note: (seen, what: string) => noReply([...seen, `cast ${what}`]),
    arm: (seen, timeoutMs: number) => noReply(seen, { timeoutMs }),
  },
  info: (seen, message) => noReply([...seen, `${message.type} ${message.text ?? ""}`.trim()]),
});

describe("a server", () => {
  test("E22 handles casts, calls and plain messages of one sender in the order in which they were sent", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid = await spawn(recorder);
      cast(pid, "note", "1");
      send(pid, { type: "info", text: "2" });
      const third = sendRequest(pid, "note", "3");
      cast(pid, "note", "4");
      send(pid, { type: "info", text: "5" });
      expect(await call(pid, "read")).toEqual(["cast 1", "info 2", "call 3", "cast 4", "info 5"]);
      expect(third.check()).toEqual({ ok: true, value: "noted" });
    });
  });

  test("E26 ends with bad_return_value when a callback returns something else", async () => {
    const { inProcess } = simulation();
    const wrong = server("wrong", {
      init: () => ok({}),
      casts: {
        give: (_state, what: unknown) => what as never,
        answer: (state) => replyWith(1, state) as never,
      },
      calls: { give: (_state, what: unknown) => what as never },
      info: () => 7 as never,
    });
    await inProcess(async () => {
      const ends = async (poke: (pid: Pid) => void): Promise<unknown> => {
        const { pid, ready } = spawnMonitor(wrong);
        await ready;
        poke(pid);
        return (await receive()).reason;
      };
      expect(await ends((pid) => cast(pid, "give", { total: 1 }))).toEqual({
        bad_return_value: { total: 1 },
      });
      expect(await ends((pid) => cast(pid, "give"))).toEqual({ bad_return_value: undefined });
      expect(await ends((pid) => send(pid, { type: "any" }))).toEqual({ bad_return_value: 7 });
      expect(await ends((pid) => void sendRequest(pid, "give", "ok"))).toEqual({ bad_return_value: "ok" });
      expect(await ends((pid) => cast(pid, "answer"))).toHaveProperty("bad_return_value");
    });
  });

  test("E35 reports and drops a message that it has no handler for, and goes on", async () => {
    const { inProcess, told } = simulation();
    const plain = server("plain", { init: () => ok(5), calls: { get: (state) => replyWith(state, state) } });
    await inProcess(async () => {
      const pid = await spawn(plain, { name: "plain" });
      send(pid, { type: "surprise" });
      cast(pid as Pid, "unknown_cast");
      expect(await call(pid, "get")).toBe(5);
      expect(told("message_unhandled")).toEqual([
        { pid, name: "plain", message: "surprise" },
        { pid, name: "plain", message: "unknown_cast" },
      ]);
    });
  });

  test("E35 crashes on a call that it has no handler for, naming those it has", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid: Pid = await spawn(recorder);
      expect(await failureOf(call(pid, "reed"))).toMatchObject({
        code: "callee_exited",
        reason: { error: { message: 'This server has no call "reed". Its calls are: read, note.' } },
      });
      expect(isAlive(pid)).toBe(false);
    });
  });

  test("E35 hands a cast without a handler of its own to info", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid = await spawn(recorder);
      cast(pid as Pid, "other", { text: "cast" });
      expect(await call(pid, "read")).toEqual(["other cast"]);
    });
  });

  test("does not see what a sender does to a message after sending it", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const message = { type: "info", text: "sent" };
      send(await spawn(recorder), message);
      expect(() => {
        message.text = "changed";
      }).toThrow(TypeError);
    });
  });
});

describe("a continue", () => {
  const staged = server("staged", {
    init: async () => {
      await sleep(10);
      return ok([] as string[], { continue: "load" });
    },
    calls: {
      read: (seen) => replyWith(seen, seen),
      commit: (seen) => replyWith("committed", seen, { continue: "flush" }),
    },
    casts: {
      two: (seen) => noReply([...seen, "two"], { continue: { step: 1 } }),
      note: (seen, what: string) => noReply([...seen, what]),
    },
    continue: (seen, what) => {
      const step = typeof what === "object" && what !== null && "step" in what ? what.step : what;
      return step === 1
        ? noReply([...seen, "step 1"], { continue: { step: 2 } })
        : noReply([...seen, `step ${step}`]);
    },
  });

  test("E32 from init runs before messages that were queued while init ran", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const { pid, ready } = spawnMonitor(staged);
      cast(pid, "note", "early");
      await ready;
      expect(await call(pid, "read")).toEqual(["step load", "early"]);
    });
  });

  test("E32 from a callback, and from a continue, runs before any other message", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid = await spawn(staged);
      cast(pid, "two");
      cast(pid, "note", "after");
      expect(await call(pid, "read")).toEqual(["step load", "two", "step 1", "step 2", "after"]);
    });
  });

  test("E32 runs after the caller was answered", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid = await spawn(staged);
      expect(await call(pid, "commit")).toBe("committed");
      expect(await call(pid, "read")).toEqual(["step load", "step flush"]);
    });
  });

  test("E32 that a server has no handler for ends it", async () => {
    const { inProcess } = simulation();
    const bare = server("bare", { init: () => ok(0, { continue: "load" }) });
    await inProcess(async () => {
      spawnMonitor(bare);
      expect(await receive()).toMatchObject({
        reason: { error: { message: expect.stringContaining('no "continue" handler') } },
      });
    });
  });

  test("E32 that crashes after init ends a server whose start has succeeded", async () => {
    const { inProcess } = simulation();
    const failing = server("failing", {
      init: () => ok(0, { continue: "load" }),
      continue: (): never => {
        throw new Error("nothing to load");
      },
    });
    await inProcess(async () => {
      const { ready, pid } = spawnMonitor(failing);
      expect(await ready).toEqual(pid);
      expect(await receive()).toMatchObject({ reason: { error: { message: "nothing to load" } } });
    });
  });
});

describe("an async handler", () => {
  const order: string[] = [];
  const careful = server("careful", {
    init: () => ok(0),
    calls: { read: (state) => replyWith(state, state) },
    casts: {
      slow: async (state, name: string) => {
        order.push(`${name} begins`);
        await sleep(100);
        order.push(`${name} ends`);
        return noReply(state + 1);
      },
    },
    info: (state, message) => {
      order.push(message.type);
      return noReply(state);
    },
  });

  test("is never interleaved with another: no other message is handled meanwhile", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      order.length = 0;
      const pid = await spawn(careful);
      cast(pid, "slow", "one");
      cast(pid, "slow", "two");
      send(pid, { type: "tick" });
      expect(await call(pid, "read")).toBe(2);
      expect(order).toEqual(["one begins", "one ends", "two begins", "two ends", "tick"]);
    });
  });

  test("is interrupted by a kill, and what it does afterwards has no effect", async () => {
    const { inProcess, world } = simulation();
    await inProcess(async () => {
      const tester = self();
      const busy = server("busy", {
        init: () => ok(0),
        casts: {
          slow: async (state) => {
            await new Promise<void>((resolve) => world.timers.set(100, resolve));
            send(tester, { type: "too_late" });
            return noReply(state);
          },
        },
      });
      const { pid, ready } = spawnMonitor(busy, { name: "busy" });
      await ready;
      cast(pid, "slow");
      await sleep(10);
      exit(pid, "kill");
      expect(await receive()).toMatchObject({ type: "sys.down", reason: "killed" });
      expect(world.elapsedMs).toBe(10);
      expect(await tryReceive(undefined, { timeoutMs: 500 })).toBe(receiveTimeout);
      expect(await failureOf(call(named("busy"), "read"))).toMatchObject({ code: "noproc" });
    });
  });

  test("is interrupted by an exit signal that is not trapped", async () => {
    const { inProcess, world } = simulation();
    await inProcess(async () => {
      const { pid, ready } = spawnMonitor(careful);
      await ready;
      cast(pid, "slow", "one");
      await sleep(10);
      exit(pid, "overtaken");
      expect(await receive()).toMatchObject({ reason: "overtaken" });
      expect(world.elapsedMs).toBe(10);
    });
  });

  test("lets an exit signal wait when the server traps exits", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      order.length = 0;
      const pid = await spawn(careful, { trapExit: true });
      cast(pid, "slow", "one");
      await sleep(10);
      exit(pid, "news");
      expect(await call(pid, "read")).toBe(1);
      expect(order).toEqual(["one begins", "one ends", "sys.exit"]);
    });
  });
});
