// What XState's own restoring loses: events for later, timeouts, and events that wait for a change of state.
import { describe, expect, test } from "vitest";
import { cancel, raise, sendParent, sendTo, setup } from "xstate";
import {
  cancelTimeout,
  durable,
  NotDurable,
  postpone,
  replyProcess,
  startTimeout,
} from "../../../runtime/index.ts";
import { keeping } from "./keeping.ts";

type Go = { readonly type: "go" | "stop" | "tick" | "ping" | "open" | "shut" | "put" };
const go = { types: { events: {} as Go } };

describe("A machine that begins from a checkpoint", () => {
  const waiting = setup(go).createMachine({
    initial: "red",
    states: {
      red: { after: { 1000: "green" }, on: { go: "green" } },
      green: { after: { 500: "off" } },
      off: {},
    },
  });

  test("keeps to what remained of a delay, by the process's clock and none other", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const logic = durable(waiting, { key: "waiting", version: 1 });
    const first = await start(logic);
    await node.advance(700);
    const checkpoint = first.checkpoint();
    expect(checkpoint.delays).toMatchObject([{ from: [], to: [], remainingMs: 300 }]);
    // However long it lies there.
    await node.advance(100_000);
    const second = await start(logic, { checkpoint });
    await node.advance(299);
    expect(second.state()).toMatchObject({ value: "red" });
    await node.advance(1);
    expect(second.state()).toMatchObject({ value: "green" });
    await node.advance(499);
    expect(second.state()).toMatchObject({ value: "green" });
    await node.advance(1);
    expect(second.state()).toMatchObject({ value: "off" });
  });

  test("drops a delay when its state is left", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const logic = durable(waiting, { key: "waiting", version: 1 });
    const { checkpoint } = await start(logic);
    const second = await start(logic, { checkpoint: checkpoint() });
    node.node.send(second.pid, { type: "go" });
    await node.settle();
    expect(second.checkpoint().delays).toMatchObject([{ remainingMs: 500 }]);
  });

  test("can cancel by its id what was raised before", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const machine = setup({ types: { events: {} as Go, context: {} as { ticks: number } } }).createMachine({
      context: { ticks: 0 },
      entry: raise({ type: "tick" }, { delay: 50, id: "soon" }),
      on: { stop: { actions: cancel("soon") }, tick: { actions: ({ context }) => (context.ticks += 1) } },
    });
    const logic = durable(machine, { key: "ticks", version: 1 });
    const checkpoint = (await start(logic)).checkpoint();
    const stopped = await start(logic, { checkpoint });
    const left = await start(logic, { checkpoint });
    node.node.send(stopped.pid, { type: "stop" });
    await node.advance(50);
    expect(stopped.state()).toMatchObject({ context: { ticks: 0 } });
    expect(left.state()).toMatchObject({ context: { ticks: 1 } });
  });

  test("keeps delays that nobody gave an id, however many it plans afterwards", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const machine = setup({ types: { events: {} as Go, context: {} as { ticks: number } } }).createMachine({
      context: { ticks: 0 },
      on: {
        go: { actions: raise({ type: "tick" }, { delay: 100 }) },
        tick: { actions: ({ context }) => (context.ticks += 1) },
      },
    });
    const logic = durable(machine, { key: "ticks", version: 1 });
    const first = await start(logic);
    for (let count = 0; count < 3; count += 1) node.node.send(first.pid, { type: "go" });
    await node.advance(10);
    const second = await start(logic, { checkpoint: first.checkpoint() });
    for (let count = 0; count < 3; count += 1) node.node.send(second.pid, { type: "go" });
    await node.advance(90);
    expect(second.state()).toMatchObject({ context: { ticks: 3 } });
    await node.advance(10);
    expect(second.state()).toMatchObject({ context: { ticks: 6 } });
  });

  test("gets at once what was due when the checkpoint was made", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const logic = durable(waiting, { key: "waiting", version: 1 });
    const checkpoint = (await start(logic)).checkpoint();
    const delays = checkpoint.delays.map((delay) => ({ ...delay, remainingMs: 0 }));
    const second = await start(logic, { checkpoint: { ...checkpoint, delays } });
    await node.advance(0);
    expect(second.state()).toMatchObject({ value: "green" });
  });

  test("goes on with its timeouts, each stopped by what stopped it before", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const told: string[] = [];
    const timeouts = setup({
      types: { events: {} as { type: "poke" | "move" | "drop" | "late"; of?: string } },
    });
    const late = (of: string) => ({ type: "late" as const, of });
    const machine = timeouts.createMachine({
      initial: "a",
      entry: [
        startTimeout({ name: "n" }, { delayMs: 300, event: late("name") }),
        startTimeout("event", { delayMs: 100, event: late("event") }),
      ],
      on: {
        late: { actions: ({ event }) => told.push(event.of ?? "") },
        poke: {},
        drop: { actions: cancelTimeout({ name: "n" }) },
      },
      states: {
        a: { entry: startTimeout("state", { delayMs: 200, event: late("state") }), on: { move: "b" } },
        b: {},
      },
    });
    const logic = durable(machine, { key: "timeouts", version: 1 });
    const first = await start(logic);
    await node.advance(50);
    const checkpoint = first.checkpoint();
    await node.until(node.node.stop(first.pid));
    expect(checkpoint.delays.map(({ from, key, remainingMs }) => [from, key, remainingMs])).toEqual([
      ["timeouts", "event", 50],
      ["timeouts", "state", 150],
      ["timeouts", "name:n", 250],
    ]);
    await start(logic, { checkpoint });
    await node.advance(250);
    // The event that came first stopped none of the others.
    expect(told.splice(0)).toEqual(["event", "state", "name"]);
    for (const type of ["poke", "move", "drop"] as const) {
      const next = await start(logic, { checkpoint });
      node.node.send(next.pid, { type });
      await node.advance(250);
      told.push(type);
    }
    expect(told).toEqual(["state", "name", "poke", "name", "move", "state", "drop"]);
  });

  test("is not at rest while a timeout of no delay is on its way", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const seen: boolean[] = [];
    const machine = setup(go).createMachine({
      on: { go: { actions: startTimeout("state", { delayMs: 0, event: { type: "tick" } }) }, tick: {} },
    });
    const process = await start(durable(machine, { key: "immediate", version: 1 }), {
      settled: (capture) => seen.push(capture() !== undefined),
    });
    node.node.send(process.pid, { type: "go" });
    await node.settle();
    expect(seen).toEqual([true, false, true]);
  });

  test("has the events that it had put aside, and takes them when its state changes", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const machine = setup({
      types: {
        events: {} as { type: "put"; what: number } | { type: "shut" },
        context: {} as { put: number[] },
      },
    }).createMachine({
      context: { put: [] },
      initial: "open",
      states: {
        open: { on: { put: { actions: postpone() }, shut: "shut" } },
        shut: { on: { put: { actions: ({ context, event }) => context.put.push(event.what) } } },
      },
    });
    const logic = durable(machine, { key: "door", version: 1 });
    const first = await start(logic);
    for (const what of [1, 2, 3]) node.node.send(first.pid, { type: "put", what });
    await node.settle();
    const second = await start(logic, { checkpoint: first.checkpoint() });
    expect(second.checkpoint().postponed).toEqual([1, 2, 3].map((what) => ({ type: "put", what })));
    node.node.send(second.pid, { type: "put", what: 4 });
    node.node.send(second.pid, { type: "shut" });
    await node.settle();
    expect(second.state()).toMatchObject({ context: { put: [1, 2, 3, 4] } });
    expect(second.checkpoint().postponed).toEqual([]);
  });

  test("has none of the calls that it had put aside: their callers were told", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const machine = setup({
      types: { events: {} as { type: "ask"; replyTo: never } | { type: "open" } },
    }).createMachine({
      initial: "shut",
      states: {
        shut: { on: { ask: { actions: postpone() }, open: "open" } },
        open: { on: { ask: { actions: replyProcess(({ event }) => ({ to: event.replyTo, value: 1 })) } } },
      },
    });
    const logic = durable(machine, { key: "asked", version: 1 });
    const first = await start(logic);
    const asked = node.node.call(first.pid, "ask").catch((error: unknown) => error);
    await node.settle();
    const checkpoint = first.checkpoint();
    await node.until(node.node.stop(first.pid));
    expect(await node.until(asked)).toMatchObject({ code: "callee_exited" });
    expect(checkpoint.postponed).toEqual([]);
    const second = await start(logic, { checkpoint });
    node.node.send(second.pid, { type: "open" });
    await node.settle();
    expect(await node.call(second.pid, "ask")).toBe(1);
  });
});

describe("Delays of actors inside", () => {
  const parentOf = (told: string[]) => {
    const child = setup({ types: { events: {} as Go } }).createMachine({
      initial: "a",
      states: {
        a: { after: { 1000: "b" } },
        b: { entry: sendParent({ type: "ping" }, { delay: 200 }), after: { 400: "c" } },
        c: { type: "final" },
      },
      on: { tick: { actions: () => told.push("tick") } },
    });
    return setup({ ...go, actors: { child } }).createMachine({
      initial: "on",
      states: {
        on: {
          invoke: { src: "child", id: "child", onDone: "off" },
          entry: sendTo("child", { type: "tick" }, { delay: 600, id: "tick" }),
          on: { ping: { actions: () => told.push("ping") } },
        },
        off: {},
      },
    });
  };

  test("go on, whoever planned them and for whom, after any number of checkpoints", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const told: string[] = [];
    const logic = durable(parentOf(told), { key: "parent", version: 1 });
    let process = await start(logic);
    const at: [number, number][] = [];
    for (let elapsed = 0; elapsed < 1_600; elapsed += 50) {
      await node.advance(50);
      at.push([elapsed + 50, told.length]);
      if (elapsed + 50 < 1_400) {
        const checkpoint = process.checkpoint();
        await node.until(node.node.stop(process.pid));
        process = await start(logic, { checkpoint });
      }
    }
    expect(told).toEqual(["tick", "ping"]);
    expect(at.find(([, count]) => count === 1)?.[0]).toBe(600);
    expect(at.find(([, count]) => count === 2)?.[0]).toBe(1_200);
    expect(process.state()).toMatchObject({ value: "off" });
  });

  test("are refused where the snapshot has no such actor", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const logic = durable(parentOf([]), { key: "parent", version: 1 });
    const checkpoint = (await start(logic)).checkpoint();
    const delays = checkpoint.delays.map((delay) => ({ ...delay, to: ["child", "grandchild"] }));
    await expect(start(logic, { checkpoint: { ...checkpoint, delays } })).rejects.toMatchObject({
      reason: {
        error: { code: "checkpoint_unusable", message: expect.stringContaining("child/grandchild") },
      },
    });
  });

  test("are refused where they are for an actor outside", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const outside = { _send() {}, sessionId: "x", id: "outside" };
    const machine = setup(go).createMachine({
      entry: sendTo(() => outside as never, { type: "tick" } as never, { delay: 100 }),
    });
    const process = await start(durable(machine, { key: "outward", version: 1 }));
    expect(() => process.capture()).toThrow(NotDurable);
  });
});
