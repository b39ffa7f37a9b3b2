// The three kinds of timeouts, by gen_statem's rules: what stops each, what takes its place, and which comes first.
import { describe, expect, type MockContext, test, vi } from "vitest";
import { raise, setup } from "xstate";
import {
  cancelTimeout,
  exit,
  type Pid,
  postpone,
  send,
  sendAfter,
  sleep,
  spawn,
  startTimeout,
  stop,
  type TimeoutKey,
  updateTimeout,
} from "../../../runtime/index.ts";
import type { TimerService } from "../../../runtime/process/timers.ts";
import { failureOf, simulation } from "./simulation.ts";

type Event =
  | { type: "start"; key: TimeoutKey; delayMs: number; tag: string }
  | { type: "cancel" | "go" | "again" | "handled" | "raise" | "end" }
  | { type: "fired"; tag: string };

const keys: readonly TimeoutKey[] = ["event", "state", { name: "named" }];

/** Starts a timeout of any kind by `start`, moves by `go`, comes back to where it is by `again`, notes in `seen` what fires. */
function clock(seen: string[], key: TimeoutKey = "event") {
  return setup({
    types: { context: {} as { n: number }, events: {} as Event },
    actions: { noteFired: (_, { tag }: { tag: string }) => seen.push(tag) },
  }).createMachine({
    context: { n: 1 },
    initial: "a",
    states: {
      a: { on: { go: "b", again: { target: "a", reenter: true } } },
      b: { on: { go: "a" } },
      ended: { type: "final" },
    },
    on: {
      start: [
        { guard: ({ event }) => event.key === "event", actions: starting("event") },
        { guard: ({ event }) => event.key === "state", actions: starting("state") },
        { actions: starting({ name: "named" }) },
      ],
      cancel: { actions: cancelTimeout(key) },
      fired: { actions: { type: "noteFired", params: ({ event }) => ({ tag: event.tag }) } },
      handled: {},
      end: ".ended",
    },
  });
}

function starting(key: TimeoutKey) {
  return startTimeout<{ n: number }, Event & { type: "start" }, Event>(key, ({ event }) => ({
    delayMs: event.delayMs,
    event: { type: "fired", tag: event.tag },
  }));
}

/** Which of the timers that were started with `delayMs` are armed. */
function armed(started: MockContext<TimerService["start"]>, delayMs: number): (boolean | undefined)[] {
  return started.calls.flatMap(([ms], call) =>
    ms === delayMs ? [started.results[call]?.value.isArmed] : [],
  );
}

/** What fires, from a timeout of 10 ms that is followed by `then`. */
async function firedAfter(key: TimeoutKey, then: (pid: Pid, seen: readonly string[]) => unknown) {
  const { inProcess } = simulation();
  const seen: string[] = [];
  await inProcess(async () => {
    const pid: Pid = await spawn(clock(seen, key));
    send(pid, { type: "start", key, delayMs: 10, tag: "first" });
    await then(pid, seen);
    await sleep(50);
  });
  return seen;
}

describe.each(keys)("F05 a timeout of the kind %j", (key) => {
  const isEvent = key === "event";
  const isNamed = typeof key === "object";

  test("sends its event once its time has come, and once only", async () => {
    const seen = await firedAfter(key, async (_, soFar) => {
      await sleep(9);
      expect(soFar).toEqual([]);
    });
    expect(seen).toEqual(["first"]);
  });

  test.each([
    ...(isEvent ? [] : (["handled", "unknown", "again"] as const)),
    ...(isNamed ? (["go"] as const) : []),
  ])("outlives %s", async (type) => {
    expect(await firedAfter(key, (pid) => send(pid, { type }))).toEqual(["first"]);
  });

  test.each([
    ...(isEvent ? (["handled", "unknown", "again"] as const) : []),
    ...(isNamed ? [] : (["go"] as const)),
    "cancel",
    "end",
  ])("is stopped by %s", async (type) => {
    expect(await firedAfter(key, (pid) => send(pid, { type }))).toEqual([]);
  });

  test("F06 is replaced by another of its kind", async () => {
    const seen = await firedAfter(key, async (pid, soFar) => {
      send(pid, { type: "start", key, delayMs: 20, tag: "second" });
      await sleep(19);
      expect(soFar).toEqual([]);
    });
    expect(seen).toEqual(["second"]);
  });

  test("F06 is stopped by one of Infinity", async () => {
    const forever = { type: "start", key, delayMs: Number.POSITIVE_INFINITY, tag: "never" };
    expect(await firedAfter(key, (pid) => send(pid, forever))).toEqual([]);
  });

  test.each(["cancel", isEvent ? "handled" : isNamed ? "cancel" : "go"] as const)(
    "F06 is not seen where it is stopped after its time has come and before it is handled: %s",
    async (type) => {
      const { inProcess } = simulation();
      const seen: string[] = [];
      await inProcess(async () => {
        const pid: Pid = await spawn(clock(seen, key));
        // Both timers are due in the same moment, and the one that stops the other was started first.
        sendAfter(pid, { type }, 10);
        send(pid, { type: "start", key, delayMs: 10, tag: "late" });
        await sleep(50);
      });
      expect(seen).toEqual([]);
    },
  );

  test.each(["kill", "stop"])("dies with its process: %s", async (end) => {
    const { inProcess, kernel } = simulation();
    const started = vi.spyOn(kernel.timers, "start");
    const isArmed = () => armed(started.mock, 77);
    await inProcess(async () => {
      const pid: Pid = await spawn(clock([], key));
      send(pid, { type: "start", key, delayMs: 77, tag: "never" });
      await sleep(0);
      expect(isArmed()).toEqual([true]);
      if (end === "kill") exit(pid, "kill");
      else await stop(pid);
      await sleep(0);
    });
    expect(isArmed()).toEqual([false]);
  });

  test("with no delay comes before what waits in the mailbox", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    await inProcess(async () => {
      const pid: Pid = await spawn(clock(seen));
      send(pid, { type: "start", key, delayMs: 0, tag: "at once" });
      send(pid, { type: "fired", tag: "newer" });
      await sleep(0);
    });
    expect(seen).toEqual(["at once", "newer"]);
  });

  test.each([-1, Number.NaN, Number.NEGATIVE_INFINITY])("of %d ms ends the machine", async (delayMs) => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid: Pid = await spawn(clock([]));
      send(pid, { type: "start", key, delayMs, tag: "wrong" });
      expect(await failureOf(stop(pid))).toMatchObject({
        reason: { error: { message: expect.stringContaining(`given was ${delayMs}.`) } },
      });
    });
  });
});

type Tick = { type: "go" | "on" | "inner" | "kept" | "newer" | "one" | "two" | "three" | "late" | "hush" };

const note = (seen: string[]) => ({
  types: { events: {} as Tick },
  actions: { note: ({ event }: { event: Tick }) => void seen.push(event.type) },
});

describe("F05 an event timeout", () => {
  test("is stopped by an event that the same step raises", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup(note(seen)).createMachine({
      on: {
        go: {
          actions: [startTimeout("event", { delayMs: 1, event: { type: "late" } }), raise({ type: "inner" })],
        },
        inner: { actions: "note" },
        late: { actions: "note" },
      },
    });
    await inProcess(async () => {
      send(await spawn(machine), { type: "go" });
      await sleep(10);
    });
    expect(seen).toEqual(["inner"]);
  });

  test("is not stopped by an eventless transition, which is a part of its event's step", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup(note(seen)).createMachine({
      initial: "a",
      states: {
        a: {
          on: {
            go: { target: "b", actions: startTimeout("event", { delayMs: 1, event: { type: "late" } }) },
          },
        },
        b: { always: "c" },
        c: { on: { late: { actions: "note" } } },
      },
    });
    await inProcess(async () => {
      send(await spawn(machine), { type: "go" });
      await sleep(10);
    });
    expect(seen).toEqual(["late"]);
  });

  test("with no delay is not seen where an event comes again", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup(note(seen)).createMachine({
      initial: "a",
      states: {
        a: {
          on: {
            kept: { actions: postpone() },
            go: {
              target: "b",
              actions: [
                startTimeout("event", { delayMs: 0, event: { type: "one" } }),
                startTimeout("state", { delayMs: 0, event: { type: "two" } }),
              ],
            },
          },
        },
        b: { on: { "*": { actions: "note" } } },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      for (const type of ["kept", "go", "newer"] as const) send(pid, { type });
      await sleep(0);
    });
    expect(seen).toEqual(["kept", "two", "newer"]);
  });
});

describe("F05 a timeout of a machine", () => {
  test("outlives the events and the states of an actor inside of it", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const child = setup({}).createMachine({
      initial: "a",
      states: { a: { after: { 2: "b" } }, b: { entry: () => seen.push("child moved") } },
    });
    const machine = setup({ ...note(seen), actors: { child } }).createMachine({
      invoke: { src: "child", id: "child" },
      entry: [
        startTimeout("event", { delayMs: 5, event: { type: "one" } }),
        startTimeout("state", { delayMs: 10, event: { type: "two" } }),
      ],
      on: { "*": { actions: "note" } },
    });
    await inProcess(async () => {
      await spawn(machine);
      await sleep(50);
    });
    expect(seen).toEqual(["child moved", "one", "two"]);
  });
});

describe("F05 a state timeout", () => {
  test("that is asked for while the state changes is the new state's, and its next change stops it", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup(note(seen)).createMachine({
      initial: "a",
      states: {
        a: {
          on: {
            go: { target: "b", actions: startTimeout("state", { delayMs: 10, event: { type: "late" } }) },
          },
          exit: startTimeout("state", { delayMs: 5, event: { type: "one" } }),
        },
        b: { on: { on: "c" } },
        c: {},
      },
      on: { late: { actions: "note" }, one: { actions: "note" } },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      send(pid, { type: "go" });
      const other = await spawn(machine);
      send(other, { type: "go" });
      send(other, { type: "on" });
      await sleep(50);
    });
    expect(seen).toEqual(["late"]);
  });

  test.each(["raised", "eventless"])("is stopped by a change of state in the same step: %s", async (kind) => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup(note(seen)).createMachine({
      initial: "a",
      states: {
        a: { on: { go: "b" } },
        b: {
          entry: [
            startTimeout("state", { delayMs: 1, event: { type: "late" } }),
            startTimeout({ name: "kept" }, { delayMs: 1, event: { type: "one" } }),
            raise({ type: "inner" }),
          ],
          always: { target: "c", guard: () => kind === "eventless" },
          on: { inner: { target: "c", guard: () => kind === "raised" } },
        },
        c: {},
      },
      on: { late: { actions: "note" }, one: { actions: "note" } },
    });
    await inProcess(async () => {
      send(await spawn(machine), { type: "go" });
      await sleep(10);
    });
    expect(seen).toEqual(["one"]);
  });

  test("of a nested state or a region is stopped by any change in the machine's state value", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup(note(seen)).createMachine({
      type: "parallel",
      states: {
        left: { entry: startTimeout("state", { delayMs: 5, event: { type: "late" } }) },
        right: { initial: "off", states: { off: { on: { go: "on" } }, on: {} } },
      },
      on: { late: { actions: "note" } },
    });
    await inProcess(async () => {
      await spawn(machine);
      send(await spawn(machine), { type: "go" });
      await sleep(50);
    });
    expect(seen).toEqual(["late"]);
  });
});

describe("F05 timeouts with no delay", () => {
  test("come in the order in which they were started, behind raised events and before the mailbox", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup(note(seen)).createMachine({
      on: {
        go: {
          actions: [
            startTimeout({ name: "n1" }, { delayMs: 0, event: { type: "one" } }),
            startTimeout("state", { delayMs: 0, event: { type: "two" } }),
            startTimeout({ name: "n2" }, { delayMs: 0, event: { type: "three" } }),
            startTimeout("event", { delayMs: 0, event: { type: "late" } }),
            raise({ type: "inner" }),
          ],
        },
        "*": { actions: "note" },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      send(pid, { type: "go" });
      send(pid, { type: "newer" });
      await sleep(0);
    });
    expect(seen).toEqual(["inner", "one", "two", "three", "newer"]);
  });

  test("F06 go to the end when they are started again, and are not seen when they are stopped", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup(note(seen)).createMachine({
      on: {
        go: {
          actions: [
            startTimeout({ name: "n1" }, { delayMs: 0, event: { type: "one" } }),
            startTimeout({ name: "n2" }, { delayMs: 0, event: { type: "two" } }),
            raise({ type: "inner" }),
            raise({ type: "hush" }),
          ],
        },
        inner: {
          actions: [
            startTimeout({ name: "n1" }, { delayMs: 0, event: { type: "late" } }),
            startTimeout({ name: "n3" }, { delayMs: 0, event: { type: "three" } }),
          ],
        },
        hush: { actions: cancelTimeout({ name: "n2" }) },
        "*": { actions: "note" },
      },
    });
    await inProcess(async () => {
      send(await spawn(machine), { type: "go" });
      await sleep(0);
    });
    expect(seen).toEqual(["late", "three"]);
  });
});

describe("F06 timeouts in one step", () => {
  test("the last of a kind wins", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup(note(seen)).createMachine({
      on: {
        go: {
          actions: [
            startTimeout({ name: "n1" }, { delayMs: 1, event: { type: "one" } }),
            cancelTimeout({ name: "n1" }),
            cancelTimeout({ name: "n2" }),
            startTimeout({ name: "n2" }, { delayMs: 1, event: { type: "two" } }),
            startTimeout("state", { delayMs: 0, event: { type: "late" } }),
            startTimeout("state", { delayMs: 1, event: { type: "three" } }),
          ],
        },
        "*": { actions: "note" },
      },
    });
    await inProcess(async () => {
      send(await spawn(machine), { type: "go" });
      await sleep(10);
    });
    expect(seen).toEqual(["two", "three"]);
  });

  test("those of one name do not meet XState's own delayed events of that name", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup(note(seen)).createMachine({
      entry: [
        raise({ type: "one" }, { delay: 1, id: "event" }),
        startTimeout({ name: "event" }, { delayMs: 2, event: { type: "two" } }),
        startTimeout({ name: "state" }, { delayMs: 3, event: { type: "three" } }),
      ],
      on: { "*": { actions: "note" } },
    });
    await inProcess(async () => {
      await spawn(machine);
      await sleep(10);
    });
    expect(seen).toEqual(["one", "two", "three"]);
  });
});

describe("F06 updateTimeout", () => {
  test("changes the event of the timeout that runs and not its time; where none runs the event comes at once", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup(note(seen)).createMachine({
      entry: startTimeout({ name: "n" }, { delayMs: 10, event: { type: "one" } }),
      on: {
        go: { actions: updateTimeout({ name: "n" }, { type: "two" }) },
        on: { actions: updateTimeout("state", () => ({ type: "three" })) },
        "*": { actions: "note" },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      await sleep(5);
      send(pid, { type: "go" });
      await sleep(4);
      expect(seen).toEqual([]);
      await sleep(2);
      expect(seen).toEqual(["two"]);
      send(pid, { type: "on" });
      send(pid, { type: "newer" });
      await sleep(0);
    });
    expect(seen).toEqual(["two", "three", "newer"]);
  });
});

describe("F05 timeouts of a machine's start", () => {
  test("run from its entry on: one with no delay comes first, and stops the event timeout", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup(note(seen)).createMachine({
      initial: "a",
      states: {
        a: {
          entry: [
            startTimeout("state", { delayMs: 5, event: { type: "one" } }),
            startTimeout("event", { delayMs: 10, event: { type: "two" } }),
            startTimeout({ name: "n" }, { delayMs: 0, event: { type: "three" } }),
          ],
        },
      },
      on: { "*": { actions: "note" } },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      send(pid, { type: "newer" });
      await sleep(50);
    });
    expect(seen).toEqual(["three", "newer", "one"]);
  });

  test.each([
    ["raised", "a timeout of its own", ["three"]],
    ["eventless", "a timeout of its own", ["three"]],
    ["raised", "none", []],
    ["eventless", "none", []],
    ["neither", "none", ["one"]],
  ])("follow the state that the start goes on to: %s, with %s", async (kind, own, expected) => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const starts = startTimeout<object, Tick, Tick>("state", { delayMs: 3, event: { type: "three" } });
    const machine = setup(note(seen)).createMachine({
      initial: "a",
      states: {
        a: {
          entry: [
            startTimeout("state", { delayMs: 1, event: { type: "one" } }),
            startTimeout("event", { delayMs: 2, event: { type: "two" } }),
            raise({ type: "inner" }),
          ],
          always: { target: "b", guard: () => kind === "eventless" },
          on: { inner: { target: "b", guard: () => kind === "raised" } },
        },
        b: { entry: own === "none" ? [] : starts },
      },
      on: { one: { actions: "note" }, two: { actions: "note" }, three: { actions: "note" } },
    });
    await inProcess(async () => {
      await spawn(machine);
      await sleep(50);
    });
    expect(seen).toEqual(expected);
  });

  test("outlive a raised event that leads back into the same state while the machine starts", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const named = startTimeout<object, Tick, Tick>({ name: "n" }, { delayMs: 1, event: { type: "one" } });
    const machine = setup(note(seen)).createMachine({
      initial: "a",
      entry: [startTimeout("state", { delayMs: 5, event: { type: "late" } }), raise({ type: "inner" })],
      states: { a: { on: { inner: { target: "a", reenter: true, actions: named } } } },
      on: { late: { actions: "note" }, one: { actions: "note" } },
    });
    await inProcess(async () => {
      await spawn(machine);
      await sleep(50);
    });
    expect(seen).toEqual(["one", "late"]);
  });

  test("outlive a first event that leads back into the same state", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup(note(seen)).createMachine({
      initial: "a",
      entry: startTimeout("state", { delayMs: 5, event: { type: "late" } }),
      states: { a: { on: { go: { target: "a", reenter: true } } } },
      on: { late: { actions: "note" } },
    });
    await inProcess(async () => {
      send(await spawn(machine), { type: "go" });
      await sleep(50);
    });
    expect(seen).toEqual(["late"]);
  });

  test("do not run where the start fails", async () => {
    const { inProcess, kernel } = simulation();
    const started = vi.spyOn(kernel.timers, "start");
    const machine = setup(note([])).createMachine({
      entry: [
        startTimeout("state", { delayMs: 77, event: { type: "one" } }),
        () => {
          throw new Error("no");
        },
      ],
    });
    await inProcess(async () => {
      expect(await failureOf(spawn(machine))).toMatchObject({ code: "start_failed" });
    });
    expect(armed(started.mock, 77)).toEqual([false]);
  });
});
