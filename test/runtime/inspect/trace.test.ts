// What a process takes, sends, becomes and ends with, as somebody reads it who must not disturb it.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  call,
  cast,
  formatTraceEvent,
  type Pid,
  receive,
  self,
  type Trace,
  type TraceEvent,
  trace,
} from "../../../runtime/index.ts";
import type { Kernel } from "../../../runtime/process/kernel.ts";
import { type TestNode, testKernelNode } from "../../../runtime/testing/test-node.ts";
import { counter, keeper, lamp, secrets } from "./subjects.ts";

let room: TestNode;
let kernel: Kernel;

beforeEach(() => {
  ({ test: room, kernel } = testKernelNode());
});
afterEach(() => room.stop());

/** Collects what a trace tells; ends when the trace does. */
function reading(events: Trace): { readonly seen: TraceEvent[]; readonly ended: Promise<void> } {
  const seen: TraceEvent[] = [];
  const ended = (async () => {
    for await (const event of events) seen.push(event);
  })();
  return { seen, ended };
}

function isWatched(pid: Pid): boolean {
  return kernel.find(pid)?.watch !== undefined;
}

describe("trace()", () => {
  test("tells what comes in, what goes out, the new state, and the end", async () => {
    const pid = await room.start(counter);
    const { seen, ended } = reading(room.node.trace(pid));
    await room.call(pid, "add", 2);
    room.node.cast(pid, "same");
    room.node.exit(pid, "boom");
    await room.until(ended);
    expect(seen.map(({ is }) => is)).toEqual(["in", "out", "state", "exit"]);
    expect(seen[0]).toMatchObject({ pid, message: { kind: "call", type: "add", payload: 2 } });
    expect(seen[1]).toMatchObject({ message: { kind: "reply", payload: 2 } });
    expect(seen[2]).toMatchObject({ state: { total: 2 } });
    expect(seen[3]).toMatchObject({ reason: "boom" });
  });

  test("tells of a machine's state where its value or its context changes", async () => {
    const pid = await room.start(lamp);
    const { seen } = reading(room.node.trace(pid, { events: ["state"] }));
    for (const type of ["switch", "look", "switch"] as const) room.node.send(pid, { type });
    await room.settle();
    expect(seen).toMatchObject([
      { state: { value: "on", context: { switched: 1 } } },
      { state: { value: "off" } },
    ]);
  });

  test("tells what a function takes and sends, to whom", async () => {
    const target = await room.start(counter, { name: "target" });
    const pid = await room.start(async () => {
      const { type } = await receive();
      cast(target, "bump");
      await call(target, "add", type.length);
    });
    const { seen, ended } = reading(room.node.trace(pid));
    room.node.send(pid, { type: "go", extra: "x" });
    await room.until(ended);
    expect(seen).toMatchObject([
      { is: "in", message: { kind: "message", type: "go", payload: { extra: "x" } } },
      { is: "out", message: { kind: "cast", type: "bump" } },
      { is: "out", message: { kind: "call", type: "add", payload: 2 } },
      { is: "exit", reason: "normal" },
    ]);
  });

  test("tells several readers the same, each what it asked for", async () => {
    const pid = await room.start(counter);
    const all = reading(room.node.trace(pid));
    const ins = reading(room.node.trace(pid, { events: ["in"] }));
    room.node.cast(pid, "bump");
    await room.settle();
    expect(all.seen.map(({ is }) => is)).toEqual(["in", "state"]);
    expect(ins.seen.map(({ is }) => is)).toEqual(["in"]);
    room.node.exit(pid, "kill");
    await room.until(Promise.all([all.ended, ins.ended]));
    expect(all.seen.at(-1)).toMatchObject({ is: "exit", reason: "killed" });
  });

  test("leaves nothing behind when its reader breaks off, returns, or has ended", async () => {
    const pid = await room.start(counter);
    const broken = (async () => {
      for await (const event of room.node.trace(pid)) return event.is;
      return "nothing";
    })();
    room.node.cast(pid, "bump");
    expect(await room.until(broken)).toBe("in");
    expect(isWatched(pid)).toBe(false);

    const returned = room.node.trace(pid);
    const pending = returned.next();
    await returned.return();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(await returned.next()).toEqual({ done: true, value: undefined });
    await returned.return();
    expect(isWatched(pid)).toBe(false);

    const reader = await room.start(async () => {
      for await (const _ of trace(pid));
    });
    await room.settle();
    expect(isWatched(pid)).toBe(true);
    room.node.exit(reader, "kill");
    await room.settle();
    expect(isWatched(pid)).toBe(false);
  });

  test("forgets the reader's hold on it when the traced ends", async () => {
    const sizes = await room.run(async () => {
      const own = kernel.find(self());
      const before = own?.releases?.size ?? 0;
      const pid = await room.node.spawn(counter);
      const events = trace(pid);
      const during = own?.releases?.size ?? 0;
      room.node.exit(pid, "kill");
      for await (const _ of events);
      return [before, during, own?.releases?.size ?? 0];
    });
    expect(sizes).toEqual([0, 1, 0]);
  });

  test("leaves out what is too much in a second, counts it, and tells the end all the same", async () => {
    const pid = await room.start(counter);
    const { seen, ended } = reading(room.node.trace(pid, { events: ["in", "exit"], eventsPerSecondMax: 10 }));
    for (let n = 0; n < 5_000; n += 1) room.node.cast(pid, "bump");
    await room.settle();
    await room.advance(1_000);
    room.node.cast(pid, "bump");
    await room.settle();
    for (let n = 0; n < 50; n += 1) room.node.cast(pid, "bump");
    await room.settle();
    room.node.exit(pid, "kill");
    await room.until(ended);
    const told = seen.map((event) => (event.is === "dropped" ? event.events : event.is));
    expect(told).toEqual([...Array(10).fill("in"), 4_990, ...Array(10).fill("in"), 41, "exit"]);
  });

  test("tells how much was left out to a reader who has read the rest", async () => {
    const pid = await room.start(counter);
    const events = room.node.trace(pid, { events: ["in"], eventsPerSecondMax: 1 });
    for (let n = 0; n < 3; n += 1) room.node.cast(pid, "bump");
    await room.settle();
    expect((await events.next()).value).toMatchObject({ is: "in" });
    const next = events.next();
    await room.advance(1_000);
    expect((await next).value).toMatchObject({ is: "dropped", events: 2 });
    await events.return();
  });

  test("keeps no more than a thousand events for a reader that never reads", async () => {
    const pid = await room.start(counter);
    const events = room.node.trace(pid, { events: ["in"], eventsPerSecondMax: Number.POSITIVE_INFINITY });
    for (let n = 0; n < 3_000; n += 1) room.node.cast(pid, "bump");
    await room.settle();
    room.node.exit(pid, "kill");
    await room.settle();
    const { seen, ended } = reading(events);
    await ended;
    expect(seen).toHaveLength(1_001);
    expect(seen.at(-1)).toMatchObject({ is: "dropped", events: 2_000 });
  });

  test("shows no secret, and nothing without an end", async () => {
    const pid = await room.start(keeper);
    const { seen } = reading(room.node.trace(pid));
    room.node.cast(pid, "keep", { password: "hunter2", list: { token: "hunter2" } });
    room.node.send(pid, { type: "long", text: "x".repeat(1_000_000) });
    room.node.send(pid, { type: "t".repeat(100_000) });
    await room.settle();
    expect(seen).toHaveLength(3);
    room.node.exit(pid, { password: "hunter2" });
    await room.settle();
    expect(seen.at(-1)).toMatchObject({ is: "exit", reason: '{"password":"[secret]"}' });
    const text = JSON.stringify(seen) + seen.map(formatTraceEvent).join("\n");
    expect(text).not.toContain("hunter2");
    expect(text.length).toBeLessThan(100_000);
    expect(JSON.stringify(secrets())).toContain("hunter2");
  });

  test("may trace its own process, and is over when that ends", async () => {
    const kinds = await room.run(async () => {
      const events = trace(self());
      const target = await room.node.spawn(counter);
      cast(target, "bump");
      return (await events.next()).value?.is;
    });
    expect(kinds).toBe("out");
  });

  test("refuses nobody, strangers, and what is no option", async () => {
    const pid = await room.start(counter);
    room.node.exit(pid, "kill");
    await room.settle();
    expect(() => room.node.trace(pid)).toThrow(/No process|no process|noproc/i);
    expect(() => room.node.trace({ node: "far", incarnation: 1, id: 1 })).toThrow(
      'does not belong to node "test"',
    );
    const other = await room.start(counter);
    expect(() => room.node.trace(other, { events: ["sent"] as never })).toThrow("in, out, state, exit");
    expect(() => room.node.trace(other, { eventsPerSecondMax: 0 })).toThrow("a number from 1");
    expect(isWatched(other)).toBe(false);
  });
});
