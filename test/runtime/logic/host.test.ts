import { describe, expect, test } from "vitest";
import { assign, emit, enqueueActions, log, raise, setup, toPromise } from "xstate";
import { receive, self, send, sleep, spawn, spawnMonitor } from "../../../runtime/index.ts";
import { failureOf, simulation } from "./simulation.ts";

type Turn = { type: "turn" } | { type: "back" } | { type: "toggle" } | { type: "stop" };

describe("a machine in a process", () => {
  test("takes its input, assigns, and follows events", async () => {
    const { inProcess, stateOf } = simulation();
    const counter = setup({
      types: {
        context: {} as { n: number },
        events: {} as { type: "add"; by: number },
        input: {} as { from: number },
      },
    }).createMachine({
      context: ({ input }) => ({ n: input.from }),
      initial: "open",
      states: {
        open: { on: { add: { actions: assign({ n: ({ context, event }) => context.n + event.by }) } } },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(counter, { input: { from: 5 } });
      send(pid, { type: "add", by: 2 });
      send(pid, { type: "add", by: 3 });
      await sleep(0);
      expect(stateOf(pid)).toEqual({ value: "open", context: { n: 10 } });
    });
  });

  test("comes to rest through always and raise before the next event", async () => {
    const { inProcess, stateOf } = simulation();
    const seen: string[] = [];
    const machine = setup({ types: { events: {} as Turn } }).createMachine({
      initial: "a",
      states: {
        a: { on: { turn: { target: "b", actions: raise({ type: "back" }) } } },
        b: { always: "c" },
        c: {
          on: {
            back: { target: "d", actions: () => seen.push("raised") },
            turn: { actions: () => seen.push("too early") },
          },
        },
        d: { on: { turn: { actions: () => seen.push("turn") } } },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      send(pid, { type: "turn" });
      send(pid, { type: "turn" });
      await sleep(0);
      expect(seen).toEqual(["raised", "turn"]);
      expect(stateOf(pid)).toMatchObject({ value: "d" });
    });
  });

  test("runs in parallel regions and comes back by history", async () => {
    const { inProcess, stateOf } = simulation();
    const machine = setup({ types: { events: {} as Turn } }).createMachine({
      initial: "on",
      states: {
        on: {
          type: "parallel",
          states: {
            light: { initial: "red", states: { red: { on: { turn: "green" } }, green: {} } },
            sound: { initial: "quiet", states: { quiet: { on: { toggle: "loud" } }, loud: {} } },
            last: { type: "history", history: "deep" },
          },
          on: { stop: "off" },
        },
        off: { on: { back: "on.last" } },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      send(pid, { type: "turn" });
      send(pid, { type: "toggle" });
      send(pid, { type: "stop" });
      await sleep(0);
      expect(stateOf(pid)).toMatchObject({ value: "off" });
      send(pid, { type: "back" });
      await sleep(0);
      expect(stateOf(pid)).toMatchObject({ value: { on: { light: "green", sound: "loud" } } });
    });
  });

  test("ends normal in its final state, with its output for a monitor that asks", async () => {
    const { inProcess } = simulation();
    const machine = setup({ types: { events: {} as Turn } }).createMachine({
      initial: "open",
      states: { open: { on: { stop: "closed" } }, closed: { type: "final" } },
      output: { total: 3 },
    });
    await inProcess(async () => {
      const { pid, ready } = spawnMonitor(machine, { monitor: { output: true } });
      await ready;
      send(pid, { type: "stop" });
      expect(await receive()).toMatchObject({ type: "sys.down", reason: "normal", output: { total: 3 } });
      const curious = spawnMonitor(machine);
      await curious.ready;
      send(curious.pid, { type: "stop" });
      expect(await receive()).toMatchObject({ output: undefined });
    });
  });

  test("that is final from the start is started, and then ends normal with its output", async () => {
    const { inProcess } = simulation();
    const machine = setup({}).createMachine({
      initial: "closed",
      states: { closed: { type: "final" } },
      output: "at once",
    });
    await inProcess(async () => {
      const { pid, ready } = spawnMonitor(machine, { monitor: { output: true } });
      expect(await ready).toEqual(pid);
      expect(await receive()).toMatchObject({ reason: "normal", output: "at once" });
    });
  });

  test("runs its initial actions before the start is acknowledged, and they act as the process", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const tester = self();
      const machine = setup({}).createMachine({
        entry: () => send(tester, { type: "entered", pid: self() }),
      });
      const pid = await spawn(machine);
      expect(await receive(undefined, { timeoutMs: 0 })).toMatchObject({ type: "entered", pid });
    });
  });

  test("tells its log actions as events", async () => {
    const { inProcess, told } = simulation();
    const machine = setup({ types: { events: {} as Turn } }).createMachine({
      on: { turn: { actions: log(({ event }) => `got ${event.type}`, "lamp") } },
    });
    await inProcess(async () => {
      const pid = await spawn(machine, { name: "lamp" });
      send(pid, { type: "turn" });
      await sleep(0);
      expect(told("machine_logged")).toEqual([{ pid, name: "lamp", values: ["lamp", "got turn"] }]);
    });
  });

  test("emits to listeners and tells subscribers of its snapshots", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup({
      types: { events: {} as Turn, emitted: {} as { type: "rang"; how: string } },
    }).createMachine({
      initial: "a",
      entry: ({ self }) => {
        self.on("rang", (event) => seen.push(`rang ${event.how}`));
        self.on("*", (event) => seen.push(`any ${event.type}`));
        self.subscribe((snapshot) => seen.push(`at ${JSON.stringify(snapshot.value)}`));
        self.subscribe({ complete: () => seen.push("complete") });
      },
      states: {
        a: { on: { turn: { target: "b", actions: emit({ type: "rang", how: "twice" }) } } },
        b: { on: { stop: "c" } },
        c: { type: "final" },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      send(pid, { type: "turn" });
      send(pid, { type: "stop" });
      await sleep(0);
    });
    expect(seen).toEqual(['at "a"', "rang twice", "any rang", 'at "b"', 'at "c"', "complete"]);
  });

  test("settles toPromise of its own reference, with its output or its error", async () => {
    const { inProcess, world } = simulation();
    let outcome: Promise<unknown> | undefined;
    const machine = setup({ types: { events: {} as Turn } }).createMachine({
      initial: "open",
      entry: ({ self }) => {
        outcome = toPromise(self);
        outcome.catch(() => {});
      },
      states: {
        open: {
          on: {
            stop: "closed",
            turn: {
              actions: () => {
                throw new Error("jammed");
              },
            },
          },
        },
        closed: { type: "final" },
      },
      output: 42,
    });
    await inProcess(async () => send(await spawn(machine), { type: "stop" }));
    expect(await world.until(outcome as Promise<unknown>)).toBe(42);
    await inProcess(async () => send(await spawn(machine), { type: "turn" }));
    expect(await world.until(failureOf(outcome as Promise<unknown>))).toMatchObject({ message: "jammed" });
  });

  test("ends normal when somebody sends it XState's own stop event", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const { pid, ready } = spawnMonitor(setup({}).createMachine({}));
      await ready;
      send(pid, { type: "xstate.stop" });
      expect(await receive()).toMatchObject({ reason: "normal" });
    });
  });

  test("restarts from nothing: two processes of one machine share no state", async () => {
    const { inProcess, stateOf } = simulation();
    const machine = setup({ types: { context: {} as { n: number }, events: {} as Turn } }).createMachine({
      context: { n: 0 },
      on: { turn: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
    });
    await inProcess(async () => {
      const first = await spawn(machine);
      const second = await spawn(machine);
      send(first, { type: "turn" });
      await sleep(0);
      expect(stateOf(first)).toMatchObject({ context: { n: 1 } });
      expect(stateOf(second)).toMatchObject({ context: { n: 0 } });
      expect(stateOf(await spawn(machine))).toMatchObject({ context: { n: 0 } });
    });
  });

  test("may send parts of its context away and still assign afterwards", async () => {
    const { inProcess, stateOf } = simulation();
    await inProcess(async () => {
      const tester = self();
      const machine = setup({
        types: { context: {} as { list: number[] }, events: {} as Turn },
      }).createMachine({
        context: { list: [1] },
        on: {
          turn: {
            actions: [
              ({ context }) => send(tester, { type: "context", context }),
              assign({ list: ({ context }) => [...context.list, 2] }),
            ],
          },
        },
      });
      const pid = await spawn(machine);
      send(pid, { type: "turn" });
      send(pid, { type: "turn" });
      expect(await receive()).toMatchObject({ context: { list: [1] } });
      expect(await receive()).toMatchObject({ context: { list: [1, 2] } });
      expect(stateOf(pid)).toMatchObject({ context: { list: [1, 2, 2] } });
    });
  });
});

describe("enqueueActions in a process", () => {
  test("assigns, raises and runs in order", async () => {
    const { inProcess, stateOf } = simulation();
    const machine = setup({ types: { context: {} as { seen: string[] }, events: {} as Turn } }).createMachine(
      {
        context: { seen: [] },
        on: {
          turn: {
            actions: enqueueActions(({ enqueue, check }) => {
              enqueue.assign({ seen: ["turn"] });
              if (check(() => true)) enqueue.raise({ type: "back" });
            }),
          },
          back: { actions: assign({ seen: ({ context }) => [...context.seen, "back"] }) },
        },
      },
    );
    await inProcess(async () => {
      const pid = await spawn(machine);
      send(pid, { type: "turn" });
      await sleep(0);
      expect(stateOf(pid)).toMatchObject({ context: { seen: ["turn", "back"] } });
    });
  });
});
