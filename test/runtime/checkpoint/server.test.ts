import { describe, expect, test } from "vitest";
import { setup } from "xstate";
import {
  type Capture,
  type Checkpoint,
  durable,
  encodeCheckpoint,
  Misuse,
  monitor,
  named,
  noReply,
  ok,
  receive,
  replyWith,
  restored,
  saveCheckpoint,
  self,
  sendAfter,
  server,
  startTimer,
  stopWith,
} from "../../../runtime/index.ts";
import { keeping } from "./keeping.ts";

interface Count {
  readonly count: number;
}

const counter = server("counter", {
  init: (input: number | undefined) => ok<Count>({ count: input ?? 0 }),
  calls: {
    add: (state, by: number) => replyWith(state.count + by, { count: state.count + by }),
    get: (state) => replyWith(state.count, state),
  },
});
const durableCounter = durable(counter, { key: "counter", version: 1 });

describe("A server that begins from a checkpoint", () => {
  test("has the state of before, and does not run init", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const first = await start(durableCounter, { input: 5 });
    await node.call(first.pid, "add", 2);
    const second = await start(durableCounter, { input: 100, checkpoint: first.checkpoint() });
    expect(await node.call(second.pid, "get")).toBe(7);
  });

  test("has a state of its own each time that it is started", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const list = durable(
      server("list", {
        init: () => ok([] as number[]),
        calls: { push: (state, value: number) => replyWith(state.push(value), state) },
      }),
      { key: "list", version: 1 },
    );
    const checkpoint: Checkpoint = {
      v: 1,
      key: "list",
      version: 1,
      snapshot: [0],
      delays: [],
      postponed: [],
    };
    const [first, second] = [await start(list, { checkpoint }), await start(list, { checkpoint })];
    expect(await node.call(first.pid, "push", 1)).toBe(2);
    expect(await node.call(second.pid, "push", 1)).toBe(2);
    // Changed in place: who keeps it hears of it all the same.
    expect(first.settled).toBe(2);
    expect(first.checkpoint().snapshot).toEqual([0, 1]);
  });

  test("has the state of the checkpoint where a supervisor starts the same logic once more", async () => {
    const { test: node } = keeping();
    await using _ = node;
    const list = server("list", {
      init: () => ok([] as number[]),
      calls: { push: (state, value: number) => replyWith(state.push(value), state) },
    });
    const checkpoint: Checkpoint = {
      v: 1,
      key: "list",
      version: 1,
      snapshot: [0],
      delays: [],
      postponed: [],
    };
    const logic = restored(durable(list, { key: "list", version: 1 }), { checkpoint });
    for (let count = 0; count < 2; count += 1) {
      const pid = await node.until(node.node.spawn(logic));
      expect(await node.call(pid, "push", 1)).toBe(2);
    }
    expect(checkpoint.snapshot).toEqual([0]);
  });

  test("goes on waiting for what its idle timeout had left", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const idle = durable(
      server("idle", {
        init: () => ok(0, { timeoutMs: 1_000 }),
        info: (state, { type }) => noReply(type === "sys.timeout" ? state + 1 : state),
      }),
      { key: "idle", version: 1 },
    );
    const first = await start(idle);
    await node.advance(600);
    const checkpoint = first.checkpoint();
    expect(checkpoint.delays).toMatchObject([{ remainingMs: 400 }]);
    const second = await start(idle, { checkpoint });
    await node.advance(399);
    expect(second.checkpoint().snapshot).toBe(0);
    await node.advance(1);
    expect(second.checkpoint()).toMatchObject({ snapshot: 1, delays: [] });
  });

  test("is sent what its logic says first of all, and only then", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const told = durable(
      server("told", {
        init: () => ok([] as string[]),
        calls: { get: (state) => replyWith(state, state) },
        info: (state, { type }) => noReply([...state, type]),
      }),
      { key: "told", version: 1, onRestored: { type: "again" } },
    );
    const first = await start(told);
    node.node.send(first.pid, { type: "hello" });
    await node.settle();
    const second = await start(told, { checkpoint: first.checkpoint() });
    node.node.send(second.pid, { type: "hello" });
    expect([await node.call(first.pid, "get"), await node.call(second.pid, "get")]).toEqual([
      ["hello"],
      ["hello", "again", "hello"],
    ]);
  });
});

describe("A server that is kept", () => {
  test("gives nothing while a handler of it runs, at once or later", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    let finish: () => void = () => {};
    const inTurn: unknown[] = [];
    const slow = durable(
      server("slow", {
        init: () => ok(0),
        casts: {
          work: async (state) => {
            inTurn.push(process.capture());
            await new Promise<void>((resolve) => {
              finish = resolve;
            });
            return noReply(state + 1);
          },
        },
      }),
      { key: "slow", version: 1 },
    );
    const process = await start(slow);
    node.node.cast(process.pid, "work");
    await node.settle();
    expect([inTurn, process.capture(), process.settled]).toEqual([[undefined], undefined, 1]);
    finish();
    await node.settle();
    expect([process.checkpoint().snapshot, process.settled]).toEqual([1, 2]);
  });

  test("gives nothing between a result and the continue that it asked for, nor once it ends", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const seen: unknown[] = [];
    let captureNow: Capture | undefined;
    const steps = durable(
      server("steps", {
        init: () => ok(0, { continue: 1 }),
        continue: (state, by) => {
          seen.push(captureNow?.());
          return noReply(state + (by as number));
        },
        casts: { go: (state) => noReply(state, { continue: 2 }), end: (state) => stopWith("normal", state) },
        terminate: () => void seen.push(captureNow?.()),
      }),
      { key: "steps", version: 1 },
    );
    const process = await start(steps, {
      settled(capture) {
        captureNow = capture;
        seen.push(capture()?.snapshot);
      },
    });
    node.node.cast(process.pid, "go");
    node.node.cast(process.pid, "end");
    await node.settle();
    expect(seen).toEqual([undefined, 1, undefined, 3, undefined]);
    expect(process.capture()).toBeUndefined();
  });

  test("gives nothing while its idle timeout waits in the mailbox", async () => {
    const { start, at, test: node } = keeping();
    await using _ = node;
    const idle = durable(
      server("idle", {
        init: () => ok(0, { timeoutMs: 100 }),
        info: (state) => noReply(state + 1),
      }),
      { key: "idle", version: 1 },
    );
    const process = await start(idle);
    const seen: unknown[] = [];
    at(100, () => seen.push(process.capture()));
    await node.advance(100);
    expect([seen, process.checkpoint().snapshot]).toEqual([[undefined], 1]);
  });

  test("gives nothing where its author says that it is not at rest", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const odd = durable(counter, {
      key: "odd",
      version: 1,
      isAtRest: (state) => (state as Count).count % 2 === 0,
    });
    const process = await start(odd);
    expect(process.capture()).toBeDefined();
    await node.call(process.pid, "add", 1);
    expect(process.capture()).toBeUndefined();
  });

  test("is told of where a debugger has replaced its state", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const process = await start(durableCounter);
    await node.until(node.node.sys.replaceState(process.pid, () => ({ count: 9 })));
    await node.settle();
    expect([process.settled, process.checkpoint().snapshot]).toEqual([2, { count: 9 }]);
  });

  test.each([
    ["timers", () => void startTimer(self(), "tick", 1_000)],
    ["timers", () => void sendAfter(self(), { type: "tick" }, 1_000)],
    ["monitors", () => void monitor(named("somebody"))],
  ])("tells once that its %s stay behind", async (what, hold) => {
    const { start, test: node } = keeping();
    await using _ = node;
    await node.until(node.node.spawn(() => receive(), { name: "somebody" }));
    const holding = server("holding", {
      init: () => {
        hold();
        return ok(0);
      },
    });
    const process = await start(durable(holding, { key: "holding", version: 1 }));
    const cared = await start(
      durable(holding, { key: "holding", version: 1, onRestored: { type: "again" } }),
    );
    for (const each of [process, process, cared]) each.checkpoint();
    expect(node.events.of("checkpoint_incomplete")).toMatchObject([{ pid: process.pid, what }]);
  });
});

describe("saveCheckpoint", () => {
  const saver = (given: (next: Count) => [Count?]) =>
    durable(
      server("saver", {
        init: () => ok<Count>({ count: 0 }),
        calls: {
          add: async (state, by: number) => {
            const next = { count: state.count + by };
            await saveCheckpoint(...given(next));
            return replyWith(next.count, next);
          },
        },
      }),
      { key: "saver", version: 1 },
    );

  test("in a server answers when the state that it was given lasts", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const saved: Checkpoint[] = [];
    let lasts: () => void = () => {};
    const keeper = {
      save: (checkpoint: Checkpoint) => {
        saved.push(checkpoint);
        return new Promise<void>((resolve) => {
          lasts = resolve;
        });
      },
    };
    const { pid } = await start(
      saver((next) => [next]),
      { keeper },
    );
    let answer: unknown;
    void node.node.call(pid, "add", 2).then((value) => {
      answer = value;
    });
    await node.settle();
    expect([saved.map(({ snapshot }) => snapshot), answer]).toEqual([[{ count: 2 }], undefined]);
    lasts();
    await node.settle();
    expect(answer).toBe(2);
  });

  test("in a server saves the state that the handler began with where it is given none", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const saved: unknown[] = [];
    const keeper = { save: async ({ snapshot }: Checkpoint) => void saved.push(snapshot) };
    const { pid } = await start(
      saver(() => []),
      { keeper },
    );
    await node.call(pid, "add", 2);
    await node.call(pid, "add", 2);
    expect(saved).toEqual([{ count: 0 }, { count: 2 }]);
  });

  test("fails with what the keeper fails with, and where the state is no data", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const fenced = { save: () => Promise.reject(new RangeError("another has taken its place")) };
    const encoding = { save: async (checkpoint: Checkpoint) => void encodeCheckpoint(checkpoint) };
    for (const [keeper, given, why] of [
      [fenced, (next: Count) => [next], "another has taken its place"],
      [encoding, () => [new Map() as never], "instance of Map"],
    ] as const) {
      const { pid } = await start(saver(given as (next: Count) => [Count]), { keeper });
      const failure = await node.until(node.node.call(pid, "add", 1).catch((error: unknown) => error));
      expect(failure).toMatchObject({ reason: { error: { message: expect.stringContaining(why) } } });
    }
  });

  test("in a machine saves what it is when the step is over that asks for it", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const saved: unknown[] = [];
    const keeper = {
      save: async ({ snapshot }: Checkpoint) => void saved.push((snapshot as { value: string }).value),
    };
    const machine = setup({ types: { events: {} as { type: "go" | "back" } } }).createMachine({
      initial: "a",
      states: {
        a: { on: { go: "b" } },
        b: { entry: () => void saveCheckpoint().then(() => saved.push("lasts")), on: { back: "a" } },
      },
    });
    const process = await start(durable(machine, { key: "saving", version: 1 }), { keeper });
    node.node.send(process.pid, { type: "go" });
    await node.settle();
    expect(saved).toEqual(["b", "lasts"]);
  });

  test("in a machine waits until it is at rest", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const saved: unknown[] = [];
    const keeper = {
      save: async ({ snapshot }: Checkpoint) => void saved.push((snapshot as { value: string }).value),
    };
    const machine = setup({}).createMachine({
      initial: "busy",
      states: { busy: { entry: () => void saveCheckpoint(), after: { 100: "idle" } }, idle: {} },
    });
    const logic = durable(machine, {
      key: "resting",
      version: 1,
      isAtRest: (state) => (state as { value: string }).value === "idle",
    });
    await start(logic, { keeper });
    await node.advance(99);
    expect(saved).toEqual([]);
    await node.advance(1);
    expect(saved).toEqual(["idle"]);
  });

  test("takes no state in a machine, and is refused where nobody keeps the process", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const failures: unknown[] = [];
    const machine = setup({}).createMachine({
      entry: () => void saveCheckpoint({ count: 1 }).catch((error: unknown) => failures.push(error)),
    });
    await start(durable(machine, { key: "saving", version: 1 }), { keeper: { save: async () => {} } });
    expect(failures.splice(0)).toMatchObject([
      { name: Misuse.name, message: expect.stringContaining("a server alone") },
    ]);
    await start(durable(machine, { key: "saving", version: 1 }));
    await node.run(() => saveCheckpoint()).catch((error: unknown) => failures.push(error));
    await saveCheckpoint().catch((error: unknown) => failures.push(error));
    expect(failures).toMatchObject([{ code: "not_placed" }, { code: "not_placed" }, { code: "misuse" }]);
  });
});
