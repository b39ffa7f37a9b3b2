// The actors inside of a machine: made again by their names, and nothing of them lost without a word.
import { describe, expect, test } from "vitest";
import {
  type AnyActorRef,
  assign,
  createMachine,
  fromCallback,
  fromObservable,
  fromPromise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
} from "xstate";
import {
  CheckpointUnusable,
  callProcess,
  type DurableLogic,
  durable,
  noReply,
  ok,
  reply,
  server,
} from "../../../runtime/index.ts";
import { keeping } from "./keeping.ts";

const counting = setup({
  types: { events: {} as { type: "add" | "tell" }, context: {} as { count: number } },
}).createMachine({
  context: { count: 0 },
  on: {
    add: { actions: assign({ count: ({ context }) => context.count + 1 }) },
    tell: { actions: sendParent(({ context }) => ({ type: "told", count: context.count })) },
  },
});

describe("Actors inside", () => {
  test("that are machines go on with their state, under the names that they had", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const machine = setup({
      types: {
        events: {} as { type: "add" | "ask" | "told"; count?: number },
        context: {} as { told: number },
      },
      actors: { counting },
    }).createMachine({
      context: { told: -1 },
      entry: spawnChild("counting", { id: "counter", systemId: "the counter" }),
      on: {
        add: { actions: sendTo("counter", { type: "add" }) },
        ask: { actions: sendTo(({ system }) => system.get("the counter"), { type: "tell" }) },
        told: { actions: assign({ told: ({ event }) => event.count ?? -1 }) },
      },
    });
    const logic = durable(machine, { key: "spawner", version: 1 });
    const first = await start(logic);
    for (let count = 0; count < 3; count += 1) node.node.send(first.pid, { type: "add" });
    await node.settle();
    const second = await start(logic, { checkpoint: first.checkpoint() });
    node.node.send(second.pid, { type: "add" });
    node.node.send(second.pid, { type: "ask" });
    await node.settle();
    expect(second.state()).toMatchObject({ context: { told: 4 } });
  });

  test("that the context refers to are referred to again", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const machine = setup({
      types: {
        events: {} as { type: "add" | "ask" | "told"; count?: number },
        context: {} as { mine: { ref: AnyActorRef }; told: number },
      },
      actors: { counting },
    }).createMachine({
      context: ({ spawn }) => ({ mine: { ref: spawn("counting", { id: "mine" }) }, told: -1 }),
      on: {
        add: { actions: sendTo(({ context }) => context.mine.ref, { type: "add" }) },
        ask: { actions: sendTo(({ context }) => context.mine.ref, { type: "tell" }) },
        told: { actions: assign({ told: ({ event }) => event.count ?? -1 }) },
      },
    });
    const logic = durable(machine, { key: "referring", version: 1 });
    const first = await start(logic);
    node.node.send(first.pid, { type: "add" });
    await node.settle();
    const checkpoint = first.checkpoint();
    // Twice: what begins from a checkpoint leaves it as it was.
    for (let time = 0; time < 2; time += 1) {
      const next = await start(logic, { checkpoint });
      node.node.send(next.pid, { type: "add" });
      node.node.send(next.pid, { type: "ask" });
      await node.settle();
      expect(next.state()).toMatchObject({ context: { told: 2 } });
    }
  });

  test("that are promises, callbacks and observables begin again with the input that they had", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const begun: string[] = [];
    const machine = setup({
      types: { context: {} as { n: number }, events: {} as { type: "more" } },
      actors: {
        job: fromPromise<void, number>(({ input }) => {
          begun.push(`promise ${input}`);
          return new Promise(() => {});
        }),
        ear: fromCallback<{ type: "more" }, number>(({ input }) => {
          begun.push(`callback ${input}`);
        }),
        stream: fromObservable<number, number>(({ input }) => {
          begun.push(`observable ${input}`);
          return { subscribe: () => ({ unsubscribe() {} }) } as never;
        }),
      },
    }).createMachine({
      context: { n: 1 },
      invoke: (["job", "ear", "stream"] as const).map((src) => ({ src, input: ({ context }) => context.n })),
      on: { more: { actions: assign({ n: 2 }) } },
    });
    const logic = durable(machine, { key: "invoking", version: 1 });
    const first = await start(logic);
    node.node.send(first.pid, { type: "more" });
    await node.settle();
    await start(logic, { checkpoint: first.checkpoint() });
    const once = ["promise 1", "callback 1", "observable 1"];
    expect(begun).toEqual([...once, ...once]);
  });

  test("that are invoked without a name are found by their state", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    let begun = 0;
    const machine = createMachine({
      initial: "a",
      states: {
        a: {
          invoke: [
            { src: fromPromise(() => new Promise(() => {})) },
            {
              src: fromCallback(() => {
                begun += 1;
              }),
            },
          ],
        },
      },
    });
    const logic = durable(machine, { key: "nameless", version: 1 });
    await start(logic, { checkpoint: (await start(logic)).checkpoint() });
    expect(begun).toBe(2);
  });

  test("that have failed are kept with their error as data", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const machine = setup({
      actors: { job: fromPromise(() => Promise.reject(new RangeError("no"))) },
    }).createMachine({
      invoke: { src: "job", id: "job", onError: {} },
    });
    const logic = durable(machine, { key: "failing", version: 1 });
    const { snapshot } = (await start(logic)).checkpoint();
    expect(snapshot).toMatchObject({
      children: { job: { snapshot: { status: "error", error: { name: "RangeError", message: "no" } } } },
    });
    const second = await start(logic, { checkpoint: (await start(logic)).checkpoint() });
    expect(second.checkpoint().snapshot).toEqual(snapshot);
  });

  test("are waited for while what they have sent is on its way", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const seen: (string | undefined)[] = [];
    let finish: (value: number) => void = () => {};
    const machine = setup({
      actors: { job: fromPromise<number>(() => new Promise((resolve) => (finish = resolve))) },
    }).createMachine({
      initial: "working",
      states: { working: { invoke: { src: "job", onDone: "done" } }, done: {} },
    });
    const logic = durable(machine, { key: "working", version: 1 });
    const process = await start(logic, {
      settled(capture) {
        const { snapshot } = capture() ?? {};
        seen.push((snapshot as { value: string } | undefined)?.value);
      },
    });
    finish(1);
    await node.settle();
    expect(process.state()).toMatchObject({ value: "done" });
    // In between its promise had come to an end, and the machine did not know yet: nobody would ever have told it again.
    expect(seen[0]).toBe("working");
    expect(seen.slice(1)).not.toContain("working");
    expect(seen.at(-1)).toBe("done");
  });

  test("have not come to rest while the mailbox has what they have sent", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const seen: boolean[] = [];
    const machine = setup({
      types: { events: {} as { type: "ask" | "heard" } },
      actors: {
        echo: fromCallback(({ receive, sendBack }) => receive(() => sendBack({ type: "heard" }))),
      },
    }).createMachine({
      invoke: { src: "echo", id: "echo" },
      on: { ask: { actions: sendTo("echo", { type: "ask" }) }, heard: {} },
    });
    const process = await start(durable(machine, { key: "asking", version: 1 }), {
      settled: (capture) => seen.push(capture() !== undefined),
    });
    node.node.send(process.pid, { type: "ask" });
    await node.settle();
    expect(seen).toEqual([true, false, true]);
  });

  test("are told of when they change by themselves", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const child = setup({ types: { context: {} as { n: number } } }).createMachine({
      context: { n: 0 },
      initial: "a",
      states: { a: { after: { 10: "b" } }, b: { after: { 10: "c" } }, c: {} },
    });
    const machine = setup({ actors: { child } }).createMachine({ invoke: { src: "child", id: "child" } });
    const seen: unknown[] = [];
    await start(durable(machine, { key: "inner", version: 1 }), {
      settled(capture) {
        const snapshot = capture()?.snapshot as
          | { children: { child: { snapshot: { value: string } } } }
          | undefined;
        seen.push(snapshot?.children.child.snapshot.value);
      },
    });
    await node.advance(20);
    expect(seen).toEqual(["a", "b", "c"]);
  });
});

describe("A machine", () => {
  test("does not start where it starts an actor without a name, and nothing of it runs", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    let begun = 0;
    const machine = createMachine({
      entry: spawnChild(
        fromCallback(() => {
          begun += 1;
        }),
        { id: "nameless" },
      ),
    });
    await expect(start(durable(machine, { key: "inline", version: 1 }))).rejects.toMatchObject({
      reason: { error: { code: "not_durable", message: expect.stringContaining('"nameless"') } },
    });
    expect(begun).toBe(0);
  });

  test("is refused when it starts one later, with the path that leads to it", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const inner = createMachine({
      on: {
        spawn: {
          actions: spawnChild(
            fromCallback(() => {}),
            { id: "nameless" },
          ),
        },
      },
    });
    const machine = setup({ types: { events: {} as { type: "spawn" } }, actors: { inner } }).createMachine({
      invoke: { src: "inner", id: "inner" },
      on: { spawn: { actions: sendTo("inner", { type: "spawn" }) } },
    });
    const process = await start(durable(machine, { key: "later", version: 1 }));
    process.checkpoint();
    node.node.send(process.pid, { type: "spawn" });
    await node.settle();
    expect(() => process.capture()).toThrow(
      /The actor "inner\/nameless" was started from logic without a name/,
    );
  });

  test("is refused where it refers to an actor that is none of its own", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const machine = setup({ types: { context: {} as { me: unknown } } }).createMachine({
      context: ({ self }) => ({ me: { deep: self } }),
    });
    await expect(start(durable(machine, { key: "self", version: 1 }))).rejects.toMatchObject({
      reason: {
        error: { code: "not_durable", message: expect.stringContaining("me.deep refers to the actor") },
      },
    });
  });

  test("is refused where its context goes in a circle", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const machine = setup({ types: { context: {} as object } }).createMachine({ context: circle });
    await expect(start(durable(machine, { key: "circle", version: 1 }))).rejects.toMatchObject({
      reason: { error: { code: "not_durable" } },
    });
  });

  test("is refused where its context is no data, with the place", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const machine = setup({ types: { context: {} as { seen: Set<string> } } }).createMachine({
      context: { seen: new Set() },
    });
    const process = await start(durable(machine, { key: "set", version: 1 }));
    expect(() => process.capture()).toThrow(/snapshot.context.seen is an instance of Set/);
  });

  test("is not at rest while an answer is on its way that it asked for, nor where its author says so", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    let answer: (value: number) => void = () => {};
    const slow = server("slow", {
      init: () => ok(0),
      calls: {
        ask: (state, _: undefined, from) => {
          answer = (value) => reply(from, value);
          return noReply(state);
        },
      },
      casts: {
        answer: (state) => {
          answer(1);
          return noReply(state);
        },
      },
    });
    const to = await node.until(node.node.spawn(slow));
    const machine = setup({ types: { events: {} as { type: "ask" | "sys.reply" | "rest" } } }).createMachine({
      initial: "idle",
      states: {
        idle: { on: { ask: { target: "asking", actions: callProcess({ id: "q", to, type: "ask" }) } } },
        asking: { on: { "sys.reply": "busy" } },
        busy: { on: { rest: "idle" } },
      },
    });
    const logic = durable(machine, {
      key: "asking",
      version: 1,
      isAtRest: (state) => (state as { value: string }).value !== "busy",
    });
    const process = await start(logic);
    const restsAfter = async (act: () => void): Promise<boolean> => {
      act();
      await node.settle();
      return process.capture() !== undefined;
    };
    expect(process.capture()).toBeDefined();
    expect(await restsAfter(() => node.node.send(process.pid, { type: "ask" }))).toBe(false);
    expect(await restsAfter(() => node.node.cast(to, "answer"))).toBe(false);
    expect(process.state()).toMatchObject({ value: "busy" });
    expect(await restsAfter(() => node.node.send(process.pid, { type: "rest" }))).toBe(true);
  });
});

describe("A snapshot that the logic cannot take", () => {
  const child = setup({}).createMachine({ id: "child", initial: "a", states: { a: {}, b: {} } });
  const logic: DurableLogic = durable(
    setup({ types: { context: {} as object }, actors: { child } }).createMachine({
      id: "m",
      context: {},
      initial: "a",
      states: {
        a: { initial: "x", states: { x: {}, y: {}, h: { type: "history" } } },
        b: {},
      },
      invoke: { src: "child", id: "child" },
    }),
    { key: "m", version: 1 },
  );
  const good = {
    status: "active",
    value: { a: "x" },
    context: {},
    historyValue: {},
    children: {
      child: { src: "child", snapshot: { status: "active", value: "a", context: {}, children: {} } },
    },
  };
  const childWith = (change: object) => ({
    ...good,
    children: { child: { ...good.children.child, ...change } },
  });

  test.each([
    ["nothing", undefined, "status"],
    ["text", "active", "status"],
    ["one that has ended", { ...good, status: "done" }, "status"],
    ["no such state", { ...good, value: "nowhere" }, '"nowhere"'],
    ["a state that is no state", { ...good, value: 5 }, "not all of one"],
    ["no state", { ...good, value: undefined }, "state"],
    ["half a state", { ...good, value: "a" }, "not all of one"],
    ["no children at all", { ...good, children: undefined }, "children"],
    ["a child of another shape", { ...good, children: { child: 5 } }, "another shape"],
    ["a child of no such logic", childWith({ src: "gone" }), '"gone"'],
    ["a child of what every object has", childWith({ src: "constructor" }), '"constructor"'],
    ["a child of a state that invokes nothing", childWith({ src: "xstate.invoke.0.m.b" }), "xstate.invoke"],
    ["a child of no such state", childWith({ src: "xstate.invoke.0.m.c" }), "xstate.invoke"],
    [
      "a child in no such state",
      childWith({ snapshot: { ...good.children.child.snapshot, value: "z" } }),
      "child",
    ],
    [
      "a child without a status",
      childWith({ snapshot: { ...good.children.child.snapshot, status: 5 } }),
      "child",
    ],
    ["a history of no such state", { ...good, historyValue: { "m.a.h": [{ id: "m.a.z" }] } }, '"m.a.z"'],
    ["a history that is none", { ...good, historyValue: 5 }, "history"],
    [
      "a reference to no such actor",
      { ...good, context: { it: [{ xstate$$type: 1, id: "gone" }] } },
      '"gone"',
    ],
  ])("is refused: %s", async (_, snapshot, why) => {
    const { start, test: node } = keeping();
    await using _node = node;
    const checkpoint = { v: 1, key: "m", version: 1, snapshot, delays: [], postponed: [] } as const;
    await expect(start(logic, { checkpoint })).rejects.toMatchObject({
      reason: { error: { name: CheckpointUnusable.name, message: expect.stringContaining(why) } },
    });
  });

  test("is told apart from one that it takes", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const history = { "m.a.h": [{ id: "m.a.y" }] };
    const snapshot = { ...good, historyValue: history };
    const process = await start(logic, {
      checkpoint: { v: 1, key: "m", version: 1, snapshot, delays: [], postponed: [] },
    });
    expect(process.checkpoint().snapshot).toMatchObject({ historyValue: history, value: { a: "x" } });
  });
});
