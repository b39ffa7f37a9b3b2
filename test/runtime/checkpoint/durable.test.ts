import { describe, expect, test } from "vitest";
import { fromTransition, setup } from "xstate";
import {
  type AnyLogic,
  type Checkpoint,
  CheckpointUnusable,
  type DurableOptions,
  durable,
  eventManager,
  Misuse,
  NotDurable,
  noReply,
  ok,
  registry,
  replyWith,
  restored,
  server,
  supervisor,
} from "../../../runtime/index.ts";
import { keeping } from "./keeping.ts";

const counter = server("counter", {
  init: (start: number) => ok({ count: start }),
  calls: { get: (state) => replyWith(state.count, state) },
  casts: { add: (state, by: number) => noReply({ count: state.count + by }) },
});
const old: Checkpoint = { v: 1, key: "counter", version: 1, snapshot: 7, delays: [], postponed: [] };

describe("A durable logic", () => {
  test.each([
    ["no key", { key: "", version: 1 }],
    ["a key that is too long", { key: "k".repeat(201), version: 1 }],
    ["a key that is no text", { key: 5, version: 1 }],
    ["half a version", { key: "counter", version: 1.5 }],
    ["a version below 0", { key: "counter", version: -1 }],
  ])("is refused with %s", (_, options) => {
    expect(() => durable(counter, options as DurableOptions)).toThrow(Misuse);
  });

  test("is refused where it is no logic", () => {
    expect(() => durable({} as unknown as AnyLogic, { key: "nothing", version: 1 })).toThrow(Misuse);
  });

  test("is refused where it is a supervisor", () => {
    expect(() => durable(supervisor("tree", {}), { key: "tree", version: 1 })).toThrow(NotDurable);
  });

  test("does not start where it has no state of its author's, and says so", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    await expect(
      start(durable(registry("names", { keys: "unique" }), { key: "names", version: 1 })),
    ).rejects.toMatchObject({
      reason: {
        error: {
          name: NotDurable.name,
          message: expect.stringContaining("neither XState logic nor a server"),
        },
      },
    });
  });

  test("that keeps functions is refused when it is to be kept, with their place", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const manager = await start(durable(eventManager("manager"), { key: "manager", version: 1 }));
    expect(() => manager.capture()).toThrow(/The checkpoint of "manager": snapshot/);
  });

  test("that is a function begins anew from its input, and never tells that it has settled", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const inputs: unknown[] = [];
    const logic = durable((input: unknown) => void inputs.push(input), { key: "function", version: 1 });
    const { settled } = await start(logic, { input: 5, checkpoint: { ...old, key: "function" } });
    expect([inputs, settled]).toEqual([[5], 0]);
  });

  test("keeps the name and the protocol of its logic", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const typed = restored(durable(counter, { key: "counter", version: 1 }), {});
    const pid = await node.until(node.node.spawn(typed, { input: 2 }));
    expect([typed.logicName, await node.call(pid, "get")]).toEqual(["counter", 2]);
    expect((await start(durable(counter, { key: "counter", version: 1 }), { input: 1 })).settled).toBe(1);
  });
});

describe("A checkpoint", () => {
  const options: DurableOptions = { key: "counter", version: 2 };

  test("of another logic is refused", () => {
    expect(() => restored(durable(counter, { key: "clock", version: 1 }), { checkpoint: old })).toThrow(
      expect.objectContaining({ name: CheckpointUnusable.name, kind: "key" }),
    );
  });

  test("of a later version is refused, for this node alone", () => {
    const logic = durable(counter, { ...options, migrate: (_, snapshot) => snapshot });
    expect(() => restored(logic, { checkpoint: { ...old, version: 3 } })).toThrow(
      expect.objectContaining({ kind: "version", retryable: true }),
    );
  });

  test("of an earlier version is refused where nothing makes it a later one", () => {
    expect(() => restored(durable(counter, options), { checkpoint: old })).toThrow(
      expect.objectContaining({ kind: "version", message: expect.stringContaining("migrate") }),
    );
  });

  test("of an earlier version goes through migrate, and then begins", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const logic = durable(counter, { ...options, migrate: (from, snapshot) => ({ count: snapshot, from }) });
    const process = await start(logic, { checkpoint: old });
    expect(process.checkpoint()).toEqual({ ...old, version: 2, snapshot: { count: 7, from: 1 } });
  });

  test("is not changed by a migrate that works in place, and can be taken again", () => {
    const checkpoint = { ...old, snapshot: { count: 1 } };
    const logic = durable(counter, {
      ...options,
      migrate: (_, snapshot) => Object.assign(snapshot as object, { count: 2 }),
    });
    restored(logic, { checkpoint });
    expect(checkpoint.snapshot).toEqual({ count: 1 });
  });

  test("that migrate fails with, or makes a promise of, or no data, is refused with that", () => {
    const failing = (migrate: DurableOptions["migrate"]) => () =>
      restored(durable(counter, { ...options, migrate }), { checkpoint: old });
    expect(
      failing(() => {
        throw new RangeError("no such count");
      }),
    ).toThrow(new RangeError("no such count"));
    expect(failing(() => Promise.resolve(1))).toThrow(Misuse);
    expect(failing(() => new Map())).toThrow(NotDurable);
  });

  test("lets migrate move the delays of what is called otherwise now", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const events = {} as { type: "go" };
    const before = setup({ types: { events } }).createMachine({
      id: "m",
      initial: "wait",
      states: { wait: { after: { 1000: "end" } }, end: {} },
    });
    const after = setup({ types: { events } }).createMachine({
      id: "m",
      initial: "pause",
      states: { pause: { after: { 1000: "end" } }, end: {} },
    });
    const first = await start(durable(before, { key: "m", version: 1 }));
    await node.advance(400);
    const checkpoint = first.checkpoint();
    const second = await start(
      durable(after, {
        key: "m",
        version: 2,
        migrate(_from, snapshot, rest) {
          const renamed = (text: string): string => text.replace("m.wait", "m.pause");
          rest.delays = rest.delays.map((delay) => ({
            ...delay,
            key: renamed(delay.key),
            event: { ...delay.event, type: renamed(delay.event.type) },
          }));
          return { ...(snapshot as object), value: "pause" };
        },
      }),
      { checkpoint },
    );
    await node.advance(599);
    expect(second.state()).toMatchObject({ value: "pause" });
    await node.advance(1);
    expect(second.state()).toMatchObject({ value: "end" });
  });

  test("of a fold of events goes on with its state", async () => {
    const { start, test: node } = keeping();
    await using _ = node;
    const sum = durable(
      fromTransition((total: number, { by }: { type: "add"; by: number }) => total + by, 0),
      { key: "sum", version: 1 },
    );
    const first = await start(sum);
    node.node.send(first.pid, { type: "add", by: 3 });
    await node.settle();
    const second = await start(sum, { checkpoint: first.checkpoint() });
    node.node.send(second.pid, { type: "add", by: 4 });
    await node.settle();
    expect(second.state()).toMatchObject({ context: 7 });
  });
});
