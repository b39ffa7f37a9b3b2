// Events that a machine puts aside, by gen_statem's rules: when they come again, in what order, and what becomes of them.
import { describe, expect, test } from "vitest";
import { assign, createActor, enqueueActions, raise, setup } from "xstate";
import {
  alias,
  call,
  cast,
  exit,
  isAlive,
  type Pid,
  postpone,
  type Ref,
  receive,
  replyProcess,
  self,
  send,
  sendAfter,
  sleep,
  spawn,
  spawnMonitor,
} from "../../../runtime/index.ts";
import { failureOf, simulation } from "./simulation.ts";

type Door =
  | { type: "knock"; n: number }
  | { type: "ask"; replyTo: Ref }
  | { type: "open" | "close" | "paint" | "again" | "raised" | "other" };

/** Locked at first, it puts knocks and questions aside; open, it sees to them. What it sees goes into `seen`. */
function door(seen: string[]) {
  return setup({
    types: { context: {} as { coats: number }, events: {} as Door },
    actions: { note: ({ event }) => seen.push("n" in event ? `${event.type} ${event.n}` : event.type) },
  }).createMachine({
    context: { coats: 0 },
    initial: "locked",
    states: {
      locked: {
        on: {
          knock: { actions: postpone() },
          ask: { actions: postpone() },
          open: { target: "unlocked", actions: "note" },
          paint: { actions: ["note", assign({ coats: ({ context }) => context.coats + 1 })] },
          again: { target: "locked", reenter: true, actions: "note" },
        },
      },
      unlocked: {
        on: {
          knock: { actions: "note" },
          ask: { actions: replyProcess(({ event }) => ({ to: event.replyTo, value: "come in" })) },
          close: { target: "locked", actions: "note" },
        },
      },
    },
    on: { other: { actions: "note" } },
  });
}

function killing(pid: Pid) {
  return setup({ types: { events: {} as { type: "kill" } } }).createMachine({
    on: { kill: { actions: () => exit(pid, "kill") } },
  });
}

describe("D08 F03 a postponed event", () => {
  test("comes again only after the state has changed, oldest first, before what waits in the mailbox", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    await inProcess(async () => {
      const pid = await spawn(door(seen));
      for (const n of [1, 2, 3]) send(pid, { type: "knock", n });
      send(pid, { type: "other" });
      send(pid, { type: "open" });
      send(pid, { type: "knock", n: 4 });
      send(pid, { type: "other" });
      await sleep(0);
    });
    expect(seen).toEqual(["other", "open", "knock 1", "knock 2", "knock 3", "knock 4", "other"]);
  });

  test("does not come again for a change of context, nor for a way back into the same state", async () => {
    const { inProcess, stateOf } = simulation();
    const seen: string[] = [];
    await inProcess(async () => {
      const pid = await spawn(door(seen));
      send(pid, { type: "knock", n: 1 });
      send(pid, { type: "paint" });
      send(pid, { type: "again" });
      await sleep(0);
      expect(seen).toEqual(["paint", "again"]);
      expect(stateOf(pid)).toEqual({ value: "locked", context: { coats: 1 } });
      send(pid, { type: "open" });
      await sleep(0);
    });
    expect(seen).toEqual(["paint", "again", "open", "knock 1"]);
  });

  test("does not come again for the way back into the same state that it takes itself", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup({ types: { events: {} as { type: "work" } } }).createMachine({
      initial: "a",
      states: {
        a: {
          on: { work: { target: "a", reenter: true, actions: [() => seen.push("work"), postpone()] } },
        },
      },
    });
    await inProcess(async () => {
      send(await spawn(machine), { type: "work" });
      await sleep(0);
    });
    expect(seen).toEqual(["work"]);
  });

  test("may be put aside again, and then waits for the next change", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup({ types: { events: {} as { type: "work" | "next" } } }).createMachine({
      initial: "one",
      states: {
        one: { on: { work: { actions: [() => seen.push("one"), postpone()] }, next: "two" } },
        two: { on: { work: { actions: [() => seen.push("two"), postpone()] }, next: "three" } },
        three: { on: { work: { actions: () => seen.push("three") }, next: "one" } },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      send(pid, { type: "work" });
      for (const told of [["one"], ["one", "two"], ["one", "two", "three"], ["one", "two", "three"]]) {
        await sleep(0);
        expect(seen).toEqual(told);
        send(pid, { type: "next" });
      }
    });
  });

  test("that changes the state when it comes again goes behind those it was put aside after", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup({
      types: { events: {} as { type: "first" | "second" | "third" | "go" | "newer" } },
      actions: { note: ({ event }) => seen.push(event.type), postpone: postpone() },
    }).createMachine({
      initial: "a",
      states: {
        a: { on: { go: "b", "*": { actions: "postpone" } } },
        b: {
          on: {
            first: { actions: ["note", "postpone"] },
            second: { target: "c", actions: "note" },
            "*": { actions: "note" },
          },
        },
        c: { on: { "*": { actions: "note" } } },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      for (const type of ["first", "second", "third", "go", "newer"] as const) send(pid, { type });
      await sleep(0);
    });
    expect(seen).toEqual(["first", "second", "first", "third", "newer"]);
  });

  test("comes at once to the new state, where its own step changes the state", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup({ types: { events: {} as { type: "pass" | "newer" } } }).createMachine({
      initial: "a",
      states: {
        a: { on: { pass: { target: "b", actions: postpone() } } },
        b: { on: { "*": { actions: ({ event }) => seen.push(event.type) } } },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      send(pid, { type: "pass" });
      send(pid, { type: "newer" });
      await sleep(0);
    });
    expect(seen).toEqual(["pass", "newer"]);
  });

  test("comes again where the state went away and back within one step", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup({ types: { events: {} as { type: "keep" | "there" | "back" } } }).createMachine({
      initial: "a",
      states: {
        a: {
          on: {
            keep: { actions: [() => seen.push("kept"), postpone()] },
            there: { target: "b", actions: raise({ type: "back" }) },
          },
        },
        b: { on: { back: "a" } },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      send(pid, { type: "keep" });
      send(pid, { type: "there" });
      await sleep(0);
    });
    expect(seen).toEqual(["kept", "kept"]);
  });

  test("that a raised event put aside waits for a change that comes later", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup({ types: { events: {} as { type: "go" | "raised" | "on" } } }).createMachine({
      initial: "a",
      states: {
        a: { on: { go: { target: "b", actions: raise({ type: "raised" }) } } },
        b: { on: { raised: { actions: [() => seen.push("put aside"), postpone()] }, on: "c" } },
        c: { on: { "*": { actions: ({ event }) => seen.push(event.type) } } },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      send(pid, { type: "go" });
      await sleep(0);
      expect(seen).toEqual(["put aside"]);
      send(pid, { type: "on" });
      await sleep(0);
    });
    expect(seen).toEqual(["put aside", "raised"]);
  });

  test("is put aside once, however many regions and eventless transitions ask for it", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const waits = { on: { work: { actions: postpone() } } };
    const machine = setup({
      types: { context: {} as { asked: boolean }, events: {} as { type: "work" | "go" } },
    }).createMachine({
      context: { asked: false },
      type: "parallel",
      states: {
        left: { initial: "off", states: { off: waits, on: {} }, on: { go: ".on" } },
        right: {
          initial: "off",
          states: {
            off: {
              ...waits,
              always: {
                guard: ({ context, event }) => event.type === "work" && !context.asked,
                actions: [assign({ asked: true }), postpone()],
              },
            },
            on: { on: { work: { actions: () => seen.push("work") } } },
          },
          on: { go: ".on" },
        },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      send(pid, { type: "work" });
      send(pid, { type: "go" });
      await sleep(0);
    });
    expect(seen).toEqual(["work"]);
  });

  test("comes again when a nested state changes, and a region", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup({
      types: { events: {} as { type: "work" | "deeper" | "aside" } },
    }).createMachine({
      type: "parallel",
      states: {
        body: {
          initial: "outer",
          states: {
            outer: { initial: "one", states: { one: { on: { deeper: "two" } }, two: {} } },
          },
        },
        side: { initial: "off", states: { off: { on: { aside: "on" } }, on: {} } },
      },
      on: { work: { actions: [() => seen.push("work"), postpone()] } },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      for (const type of ["work", "deeper", "aside"] as const) {
        send(pid, { type });
        await sleep(0);
      }
    });
    expect(seen).toEqual(["work", "work", "work"]);
  });

  test("is not recalled by a way back into the same state where the machine remembers history", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup({ types: { events: {} as { type: "work" | "again" } } }).createMachine({
      initial: "a",
      states: {
        a: {
          initial: "one",
          states: { one: {}, last: { type: "history" } },
          on: {
            work: { actions: [() => seen.push("work"), postpone()] },
            again: { target: "a", reenter: true },
          },
        },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      for (const type of ["work", "again", "again"] as const) send(pid, { type });
      await sleep(0);
    });
    expect(seen).toEqual(["work"]);
  });

  test("may be asked for in enqueueActions, and by a guard", async () => {
    const { inProcess } = simulation();
    const seen: number[] = [];
    type Event = { type: "work"; n: number } | { type: "go" };
    const machine = setup({ types: { events: {} as Event } }).createMachine({
      initial: "a",
      states: {
        a: {
          on: {
            go: "b",
            work: [
              { guard: ({ event }) => event.n > 1, actions: postpone() },
              { actions: enqueueActions(({ enqueue }) => enqueue(postpone())) },
            ],
          },
        },
        b: { on: { work: { actions: ({ event }) => seen.push(event.n) } } },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      for (const n of [1, 2]) send(pid, { type: "work", n });
      send(pid, { type: "go" });
      await sleep(0);
    });
    expect(seen).toEqual([1, 2]);
  });

  test("of a timer, a signal or a cast comes again as it was", async () => {
    const { inProcess } = simulation();
    const seen: unknown[] = [];
    const machine = setup({ types: { events: {} as { type: string } } }).createMachine({
      initial: "a",
      states: {
        a: { after: { 5: { actions: postpone() } }, on: { go: "b", "*": { actions: postpone() } } },
        b: { on: { "*": { actions: ({ event }) => seen.push(event) } } },
      },
    });
    await inProcess(async () => {
      const pid: Pid = await spawn(machine, { trapExit: true });
      await sleep(10);
      exit(pid, "news");
      cast(pid, "told", { a: 1 });
      sendAfter(pid, { type: "late" }, 1);
      await sleep(5);
      send(pid, { type: "go" });
      await sleep(0);
      expect(seen).toMatchObject([
        { type: "xstate.after.5.(machine).a" },
        { type: "sys.exit", from: self(), reason: "news" },
        { type: "told", a: 1 },
        { type: "late" },
      ]);
    });
  });

  test("keeps its order among thousands", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const count = 5_000;
    await inProcess(async () => {
      const pid = await spawn(door(seen));
      for (let n = 0; n < count; n += 1) send(pid, { type: "knock", n });
      send(pid, { type: "open" });
      await sleep(0);
    });
    expect(seen).toEqual(["open", ...Array.from({ length: count }, (_, n) => `knock ${n}`)]);
  });

  test("lets other processes in between, and with them a kill", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const count = 5_000;
    await inProcess(async () => {
      const pid = await spawn(door(seen));
      for (let n = 0; n < count; n += 1) send(pid, { type: "knock", n });
      await sleep(0);
      const killer = await spawn(killing(pid));
      send(pid, { type: "open" });
      send(killer, { type: "kill" });
      await sleep(0);
      expect(isAlive(pid)).toBe(false);
    });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.length).toBeLessThan(count);
  });

  test("that changes the state and is put aside each time holds up nobody else", async () => {
    const { inProcess } = simulation();
    const machine = setup({ types: { events: {} as { type: "round" } } }).createMachine({
      initial: "a",
      states: {
        a: { on: { round: { target: "b", actions: postpone() } } },
        b: { on: { round: { target: "a", actions: postpone() } } },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      const killer = await spawn(killing(pid));
      send(pid, { type: "round" });
      send(killer, { type: "kill" });
      await sleep(0);
      expect(isAlive(pid)).toBe(false);
    });
  });
});

describe("F04 a raised event", () => {
  test("runs before what waits in the mailbox and before postponed events", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup({
      types: { events: {} as { type: "kept" | "go" | "inner" | "deeper" | "newer" } },
      actions: { note: ({ event }) => seen.push(event.type) },
    }).createMachine({
      initial: "a",
      states: {
        a: {
          on: {
            kept: { actions: postpone() },
            go: { target: "b", actions: ["note", raise({ type: "inner" })] },
          },
        },
        b: { on: { inner: { actions: ["note", raise({ type: "deeper" })] }, "*": { actions: "note" } } },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      for (const type of ["kept", "kept", "go", "newer"] as const) send(pid, { type });
      await sleep(0);
    });
    expect(seen).toEqual(["go", "inner", "deeper", "kept", "kept", "newer"]);
  });
});

describe("D08 a postponed call", () => {
  test("is answered when it comes again", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid = await spawn(door([]));
      const answers = [call(pid, "ask"), call(pid, "ask")];
      await sleep(10);
      send(pid, { type: "open" });
      expect(await Promise.all(answers)).toEqual(["come in", "come in"]);
    });
  });

  test("times out as any other, and its late answer is dropped", async () => {
    const { inProcess, told } = simulation();
    await inProcess(async () => {
      const pid = await spawn(door([]));
      expect(await failureOf(call(pid, "ask", {}, { timeoutMs: 5 }))).toMatchObject({ code: "timeout" });
      send(pid, { type: "open" });
      await sleep(0);
    });
    expect(told("reply_dropped")).toHaveLength(1);
  });

  test("fails with the reason of a machine that is killed, or is done, before it comes again", async () => {
    const { inProcess } = simulation();
    const machine = setup({ types: { events: {} as { type: "ask" | "end" } } }).createMachine({
      initial: "a",
      states: { a: { on: { ask: { actions: postpone() }, end: "b" } }, b: { type: "final" } },
    });
    await inProcess(async () => {
      for (const [reason, end] of [
        ["killed", (pid: Pid) => exit(pid, "kill")],
        ["normal", (pid: Pid) => send(pid, { type: "end" })],
      ] as const) {
        const pid: Pid = await spawn(machine);
        const answers = [call(pid, "ask"), call(pid, "ask")].map(failureOf);
        await sleep(0);
        end(pid);
        expect(await Promise.all(answers)).toMatchObject([
          { code: "callee_exited", reason },
          { code: "callee_exited", reason },
        ]);
      }
    });
  });

  test("fails where it is put aside by the step that ends the machine", async () => {
    const { inProcess } = simulation();
    const machine = setup({ types: { events: {} as { type: "ask" } } }).createMachine({
      initial: "a",
      states: { a: { on: { ask: { target: "b", actions: postpone() } } }, b: { type: "final" } },
    });
    await inProcess(async () => {
      const pid: Pid = await spawn(machine);
      expect(await failureOf(call(pid, "ask"))).toMatchObject({ code: "callee_exited", reason: "normal" });
    });
  });
});

describe("D08 a machine that puts everything aside", () => {
  const machine = setup({ types: { events: {} as { type: "work" | "ask" | "go" } } }).createMachine({
    initial: "a",
    states: { a: { on: { go: "b", "*": { actions: postpone() } } }, b: {} },
  });

  test("is killed by the bound of its mailbox", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const { pid, ready } = spawnMonitor(machine, { mailbox: { max: 10, onFull: "kill" } });
      await ready;
      for (let n = 0; n < 10; n += 1) {
        send(pid, { type: "work" });
        await sleep(0);
      }
      expect(isAlive(pid)).toBe(true);
      send(pid, { type: "work" });
      expect(await receive()).toMatchObject({ type: "sys.down", reason: "killed" });
    });
  });

  test("refuses the newest", async () => {
    const { inProcess, kernel } = simulation();
    await inProcess(async () => {
      const pid: Pid = await spawn(machine, { mailbox: { max: 2, onFull: "dropNewest" } });
      for (let n = 0; n < 5; n += 1) {
        send(pid, { type: "work" });
        await sleep(0);
      }
      expect(await failureOf(call(pid, "ask"))).toMatchObject({ code: "overload" });
      expect(kernel.find(pid)?.behaviour).toMatchObject({ postponed: 2 });
    });
  });

  test("gives up the oldest, and its caller is told", async () => {
    const { inProcess, kernel, told } = simulation();
    await inProcess(async () => {
      const pid: Pid = await spawn(machine, { mailbox: { max: 2, onFull: "dropOldest" } });
      const first = failureOf(call(pid, "ask"));
      await sleep(0);
      for (let n = 0; n < 50; n += 1) {
        send(pid, { type: "work" });
        await sleep(0);
      }
      expect(await first).toMatchObject({ code: "overload" });
      expect(kernel.find(pid)?.behaviour).toMatchObject({ postponed: 2 });
      expect(told("mailbox_overflow").map(({ dropped }) => dropped)).toContain("ask");
    });
  });

  test("counts no more against the bound once its events came again", async () => {
    const { inProcess, kernel } = simulation();
    await inProcess(async () => {
      const pid = await spawn(machine, { mailbox: { max: 3, onFull: "kill" } });
      for (const type of ["work", "work", "go", "work", "work", "work"] as const) {
        send(pid, { type });
        await sleep(0);
      }
      expect(isAlive(pid)).toBe(true);
      expect(kernel.find(pid)?.behaviour).toMatchObject({ postponed: 0 });
      expect(kernel.find(pid)?.mailbox.userMessages).toBe(0);
    });
  });

  test("and then fails, fails its callers for that reason and not for the bound", async () => {
    const { inProcess } = simulation();
    const failing = setup({ types: { events: {} as { type: "ask" | "bad" } } }).createMachine({
      on: {
        ask: { actions: postpone() },
        bad: {
          actions: [
            postpone(),
            () => {
              throw new Error("bad");
            },
          ],
        },
      },
    });
    await inProcess(async () => {
      const pid: Pid = await spawn(failing, { mailbox: { max: 1, onFull: "dropOldest" } });
      const asked = failureOf(call(pid, "ask"));
      await sleep(0);
      send(pid, { type: "bad" });
      expect(await asked).toMatchObject({
        code: "callee_exited",
        reason: { error: { message: "bad" } },
      });
    });
  });

  test("is told of without a bound", async () => {
    const { inProcess, told } = simulation();
    await inProcess(async () => {
      const pid = await spawn(machine);
      for (let n = 0; n < 10_000; n += 1) {
        send(pid, { type: "work" });
        if (n % 1000 === 0) await sleep(0);
      }
      await sleep(0);
      expect(told("mailbox_long")).toEqual([{ pid, name: undefined, messages: 10_000 }]);
    });
  });
});

describe("postpone", () => {
  test("fails the start of a machine, which has no event yet", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const failed = await failureOf(spawn(setup({}).createMachine({ entry: postpone() })));
      expect(failed).toMatchObject({ code: "start_failed" });
      expect(String(failed)).toContain("a machine that starts has none");
    });
  });

  test("puts an event aside that was raised while the machine starts", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup({ types: { events: {} as { type: "early" | "go" } } }).createMachine({
      initial: "a",
      entry: raise({ type: "early" }),
      states: {
        a: { on: { early: { actions: [() => seen.push("a"), postpone()] }, go: "b" } },
        b: { on: { early: { actions: () => seen.push("b") } } },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      expect(seen).toEqual(["a"]);
      send(pid, { type: "go" });
      await sleep(0);
    });
    expect(seen).toEqual(["a", "b"]);
  });

  test("calls an event back that was put aside while the machine started, if the start went on to another state", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup({ types: { events: {} as { type: "early" | "on" } } }).createMachine({
      initial: "a",
      entry: [raise({ type: "early" }), raise({ type: "on" })],
      states: {
        a: { on: { early: { actions: postpone() }, on: "b" } },
        b: { on: { early: { actions: () => seen.push("b") } } },
      },
    });
    await inProcess(async () => {
      await spawn(machine);
      await sleep(0);
    });
    expect(seen).toEqual(["b"]);
  });

  test("is refused in an actor inside of a machine, and outside of a process", async () => {
    const { inProcess } = simulation();
    const child = setup({ types: { events: {} as { type: "work" } } }).createMachine({
      on: { work: { actions: postpone() } },
    });
    const parent = setup({ types: { events: {} as { type: "work" } }, actors: { child } }).createMachine({
      invoke: { src: "child", id: "child" },
      on: { work: { actions: ({ self: own }) => own.getSnapshot().children.child?.send({ type: "work" }) } },
    });
    await inProcess(async () => {
      const { pid, ready } = spawnMonitor(parent);
      await ready;
      send(pid, { type: "work" });
      expect(await receive()).toMatchObject({
        type: "sys.down",
        reason: { error: { message: expect.stringContaining("postpone works in the machine") } },
      });
    });
    const failures: unknown[] = [];
    const bare = createActor(child).start();
    bare.subscribe({ error: (error) => failures.push(error) });
    bare.send({ type: "work" });
    expect(String(failures[0])).toContain("postpone works in the machine that a process hosts");
  });

  test("leaves a message of priority its place", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    await inProcess(async () => {
      const tester = self();
      const machine = setup({ types: { events: {} as { type: "kept" | "go" | "urgent" } } }).createMachine({
        initial: "a",
        entry: () => send(tester, { type: "alias", alias: alias({ priority: true }) }),
        states: {
          a: { on: { kept: { actions: postpone() }, go: "b" } },
          b: { on: { "*": { actions: ({ event }) => seen.push(event.type) } } },
        },
      });
      const pid = await spawn(machine);
      const urgent = (await receive()).alias as Ref;
      for (const type of ["kept", "kept", "go"] as const) send(pid, { type });
      await sleep(0);
      send(urgent, { type: "urgent" }, { priority: true });
      await sleep(0);
    });
    expect(seen).toEqual(["kept", "kept", "urgent"]);
  });
});
