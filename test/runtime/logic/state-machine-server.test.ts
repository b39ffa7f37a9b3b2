// What holds for servers holds for machines: calls, parents, timeouts and ends (the ids of servers, for machines).
import { describe, expect, test } from "vitest";
import { assign, setup } from "xstate";
import {
  call,
  cast,
  exit,
  isAlive,
  monitor,
  named,
  type Pid,
  postpone,
  type Ref,
  receive,
  receiveTimeout,
  reply,
  replyProcess,
  self,
  send,
  sleep,
  spawn,
  spawnMonitor,
  startTimeout,
  stop,
  tryReceive,
  whereis,
} from "../../../runtime/index.ts";
import { failureOf, simulation } from "./simulation.ts";

type Event =
  | { type: "add"; n: number }
  | { type: "get" | "slow" | "later" | "bad"; replyTo: Ref }
  | { type: "answer" | "end" | "sys.exit" };

/** Adds up; answers `get` at once, `later` by another process, `slow` never, `bad` with a throw. */
const sum = setup({
  types: { context: {} as { n: number; signals: number }, events: {} as Event },
}).createMachine({
  context: { n: 0, signals: 0 },
  initial: "open",
  states: { open: { on: { end: "closed" } }, closed: { type: "final" } },
  on: {
    add: { actions: assign({ n: ({ context, event }) => context.n + event.n }) },
    get: { actions: replyProcess(({ context, event }) => ({ to: event.replyTo, value: context.n })) },
    slow: {},
    later: {
      actions: ({ event }) => {
        spawn(() => reply(event.replyTo, "by another"));
      },
    },
    bad: {
      actions: [
        assign({ n: -1 }),
        () => {
          throw new Error("bad");
        },
      ],
    },
    "sys.exit": { actions: assign({ signals: ({ context }) => context.signals + 1 }) },
  },
});

describe("F08 a machine, as a server,", () => {
  test("E01 E02 is started once its entry actions have run, and takes messages from then on", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup({ types: { events: {} as { type: "ask"; replyTo: Ref } } }).createMachine({
      entry: () => seen.push("entered"),
      on: { ask: { actions: replyProcess(({ event }) => ({ to: event.replyTo, value: "ready" })) } },
    });
    await inProcess(async () => {
      const pid: Pid = await spawn(machine);
      expect(seen).toEqual(["entered"]);
      expect(await call(pid, "ask")).toBe("ready");
    });
  });

  test("E06 whose start throws is not started", async () => {
    const { inProcess } = simulation();
    const machine = setup({}).createMachine({
      entry: () => {
        throw new Error("no start");
      },
    });
    await inProcess(async () => {
      expect(await failureOf(spawn(machine, { name: "sum" }))).toMatchObject({
        code: "start_failed",
        reason: { error: { message: "no start" } },
      });
      expect(whereis("sum")).toBeUndefined();
    });
  });

  test("E10 whose name is taken is not started", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid = await spawn(sum, { name: "sum" });
      expect(await failureOf(spawn(sum, { name: "sum" }))).toMatchObject({ code: "already_started", pid });
    });
  });

  test("E12 fails its callers with noproc once it has ended", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid: Pid = await spawn(sum);
      send(pid, { type: "end" });
      await sleep(0);
      expect(await failureOf(call(pid, "get"))).toMatchObject({ code: "noproc" });
      cast(pid, "add", { n: 1 });
    });
  });

  test("E14 E15 lets a caller time out, goes on, and its late reply is dropped", async () => {
    const { inProcess, told, world } = simulation();
    const late = setup({ types: { events: {} as { type: "ask" | "go"; replyTo: Ref } } }).createMachine({
      initial: "a",
      states: {
        a: { on: { ask: { actions: postpone() }, go: "b" } },
        b: { on: { ask: { actions: replyProcess(({ event }) => ({ to: event.replyTo, value: 1 })) } } },
      },
    });
    await inProcess(async () => {
      const pid: Pid = await spawn(late);
      const asked = world.clock.now();
      expect(await failureOf(call(pid, "ask"))).toMatchObject({ code: "timeout" });
      expect(world.clock.now() - asked).toBe(5_000);
      cast(pid, "go");
      expect(await tryReceive(undefined, { timeoutMs: 10 })).toBe(receiveTimeout);
      expect(isAlive(pid)).toBe(true);
    });
    expect(told("reply_dropped")).toHaveLength(1);
  });

  test("E17 that calls itself fails at once", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const tester = self();
      const machine = setup({}).createMachine({
        entry: () => {
          call(self(), "ask").catch((error: { code: string }) => send(tester, { type: error.code }));
        },
      });
      await spawn(machine);
      expect(await receive()).toEqual({ type: "calling_self" });
    });
  });

  test("E21 may have its reply sent later and by another process", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      expect(await call((await spawn(sum)) as Pid, "later")).toBe("by another");
    });
  });

  test("E22 handles casts, calls and messages of one sender in their order", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid: Pid = await spawn(sum);
      send(pid, { type: "add", n: 1 });
      cast(pid, "add", { n: 10 });
      const soFar = call(pid, "get");
      cast(pid, "add", { n: 100 });
      expect(await soFar).toBe(11);
      expect(await call(pid, "get")).toBe(111);
    });
  });

  test("E24 E25 that is done ends normal; one that throws ends with the error and the state of before", async () => {
    const { inProcess, told } = simulation();
    await inProcess(async () => {
      const done = await spawn(sum);
      const doneRef = monitor(done);
      send(done, { type: "end" });
      expect(await receive()).toMatchObject({ type: "sys.down", ref: doneRef, reason: "normal" });
      const pid: Pid = await spawn(sum);
      monitor(pid);
      cast(pid, "add", { n: 5 });
      const failed = failureOf(call(pid, "bad"));
      expect(await receive()).toMatchObject({ reason: { error: { message: "bad" } } });
      expect(await failed).toMatchObject({ code: "callee_exited", reason: { error: { message: "bad" } } });
    });
    expect(told("process_crashed")).toMatchObject([
      { lastMessage: "bad", state: { value: "open", context: { n: 5 } } },
    ]);
  });

  test("E25 that throws at an event that came again is reported with that event", async () => {
    const { inProcess, told } = simulation();
    const machine = setup({ types: { events: {} as { type: "work" | "go" } } }).createMachine({
      initial: "a",
      states: {
        a: { on: { work: { actions: postpone() }, go: "b" } },
        b: {
          on: {
            work: {
              actions: () => {
                throw new Error("cannot");
              },
            },
          },
        },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      send(pid, { type: "work" });
      send(pid, { type: "go" });
      await sleep(0);
    });
    expect(told("process_crashed")).toMatchObject([{ lastMessage: "work", state: { value: "b" } }]);
  });

  test("E30 that traps exits sees another's exit as an event", async () => {
    const { inProcess, stateOf } = simulation();
    await inProcess(async () => {
      const pid = await spawn(sum, { trapExit: true });
      exit(pid, "news");
      exit(pid, "normal");
      await sleep(0);
      expect(stateOf(pid)).toMatchObject({ context: { signals: 2 } });
    });
  });

  test.each([
    [true, "normal", "normal"],
    [true, "failed", "failed"],
    [false, "failed", "failed"],
    [false, "normal", undefined],
  ] as const)(
    "E31 that traps exits (%s) and whose parent ends with %s ends with %s",
    async (trapExit, reason, ending) => {
      const { inProcess } = simulation();
      await inProcess(async () => {
        const tester = self();
        const waiting = setup({ types: { events: {} as { type: "ask"; replyTo: Ref } } }).createMachine({
          entry: startTimeout("state", { delayMs: 5, event: { type: "ask", replyTo: undefined as never } }),
          on: { ask: { actions: postpone() } },
        });
        await spawn(
          async () => {
            const pid = await spawn(waiting, { link: true, trapExit });
            send(tester, { type: "started", pid });
            await receive();
            exit(reason);
          },
          { name: "parent" },
        );
        const pid = (await receive()).pid as Pid;
        monitor(pid);
        const asked = failureOf(call(pid, "ask", {}, { timeoutMs: 50 }));
        await sleep(1);
        cast(named("parent"), "end");
        if (ending === undefined) {
          expect(await asked).toMatchObject({ code: "timeout" });
          expect(isAlive(pid)).toBe(true);
        } else {
          expect(await receive()).toMatchObject({ type: "sys.down", reason: ending });
          expect(await asked).toMatchObject({ code: "callee_exited", reason: ending });
        }
      });
    },
  );

  test("E33 E34 has timeouts of its own kinds: an idle one is an event timeout", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup({ types: { events: {} as { type: "work" | "idle" } } }).createMachine({
      on: {
        work: { actions: startTimeout("event", { delayMs: 10, event: { type: "idle" } }) },
        idle: { actions: () => seen.push("idle") },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      for (let n = 0; n < 5; n += 1) {
        send(pid, { type: "work" });
        await sleep(9);
      }
      expect(seen).toEqual([]);
      await sleep(50);
    });
    expect(seen).toEqual(["idle"]);
  });

  test("E37 is stopped in good order, behind what waits, and whom it kept waiting is told", async () => {
    const { inProcess } = simulation();
    const machine = setup({ types: { events: {} as { type: "ask" | "work" } } }).createMachine({
      on: { ask: { actions: postpone() }, work: {} },
    });
    await inProcess(async () => {
      const { pid, ready } = spawnMonitor(machine);
      await ready;
      const asked = failureOf(call(pid as Pid, "ask"));
      await stop(pid, "shutdown");
      expect(await asked).toMatchObject({ code: "callee_exited", reason: "shutdown" });
      expect(await receive()).toMatchObject({ type: "sys.down", reason: "shutdown" });
      expect(await failureOf(stop(pid))).toMatchObject({ code: "noproc" });
    });
  });
});
