// What a test waits for: messages at a probe and events of the node, in virtual time.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { call, link, monitor, type Pid, type Ref, self, send } from "../../../runtime/index.ts";
import { type Probe, type TestNode, testNode } from "../../../runtime/testing/index.ts";
import { matchesPattern } from "../../../runtime/testing/pattern.ts";
import { counter } from "./actors.ts";

let room: TestNode;
let probe: Probe;

beforeEach(async () => {
  room = testNode();
  probe = await room.probe();
});
afterEach(() => room.stop());

const send1 = (type: string, fields: object = {}): void => room.node.send(probe.pid, { type, ...fields });

describe("expectMessage()", () => {
  test("gives a message that came already, or that comes in time", async () => {
    send1("pong", { n: 1 });
    expect(await probe.expectMessage("pong")).toEqual({ type: "pong", n: 1 });
    room.node.sendAfter(probe.pid, { type: "ping" }, 999);
    expect(await probe.expectMessage("ping")).toEqual({ type: "ping" });
    expect(room.world.elapsedMs).toBe(999);
  });

  test("takes the first that matches, and leaves the others in order", async () => {
    for (const n of [1, 2, 3]) send1("item", { n });
    expect(await probe.expectMessage({ n: 2 })).toMatchObject({ n: 2 });
    expect(await probe.expectMessage((message) => message.n !== 1)).toMatchObject({ n: 3 });
    expect(probe.messages).toEqual([{ type: "item", n: 1 }]);
  });

  test("fails when none comes in time, and shows what came instead", async () => {
    for (let n = 0; n < 12; n += 1) send1("item", { n });
    const failure = await probe.expectMessage("pong", { withinMs: 50 }).catch((error: Error) => error);
    expect(failure).toMatchObject({ code: "expectation_failed" });
    expect((failure as Error).message).toMatch(
      /^A message "pong" did not come within 50 ms\. .*2 earlier ones left out:\n {2}\{ type: 'item', n: 2 \}/,
    );
    expect(room.world.elapsedMs).toBe(50);
  });

  test("fails with what its predicate throws, whenever that is", async () => {
    const spiteful = (): boolean => {
      throw new Error("cannot look");
    };
    room.node.sendAfter(probe.pid, { type: "late" }, 10);
    await expect(probe.expectMessage(spiteful)).rejects.toThrow("cannot look");
    await room.settle();
    await expect(probe.expectMessage(spiteful)).rejects.toThrow("cannot look");
  });

  test("waits longer than any other deadline where it is told to", async () => {
    room.node.sendAfter(probe.pid, { type: "late" }, 36_000_000);
    await probe.expectMessage("late", { withinMs: 36_000_000 });
    expect(room.world.elapsedMs).toBe(36_000_000);
  });
});

describe("expectNoMessage()", () => {
  test("lets its time pass, and then is content", async () => {
    room.node.sendAfter(probe.pid, { type: "late" }, 101);
    await probe.expectNoMessage();
    expect(room.world.elapsedMs).toBe(100);
    await probe.expectMessage("late");
  });

  test("fails at once when one is there or comes", async () => {
    send1("other");
    room.node.sendAfter(probe.pid, { type: "late" }, 30);
    await probe.expectNoMessage("late", { forMs: 20 });
    await expect(probe.expectNoMessage("late")).rejects.toThrow(/was not to come, and within 100 ms came/);
    expect(room.world.elapsedMs).toBe(30);
    await expect(probe.expectNoMessage()).rejects.toMatchObject({ code: "expectation_failed" });
  });
});

describe("a probe", () => {
  test("acts as the test tells it, and hears of ends and exits", async () => {
    const pid = await room.start(counter, { input: 0 });
    const ref = await probe.run(() => {
      link(pid);
      return monitor(pid, { tag: "gone" });
    });
    room.node.exit(pid, "broken");
    expect(await probe.expectMessage("gone")).toMatchObject({ ref, reason: "broken" });
    expect(await probe.expectMessage("sys.exit")).toMatchObject({ from: pid, reason: "broken" });
    await probe.expectNoMessage();
  });

  test("has its own pid, and a name where it is given one", async () => {
    expect(await probe.run(() => self())).toEqual(probe.pid);
    const other = await room.probe("sink");
    expect(room.node.whereis("sink")).toEqual(other.pid);
  });

  test("is called, and the test answers", async () => {
    const asked = room.node.call(probe.pid, "add", { left: 1, right: 2 });
    const request = await probe.expectMessage("add");
    expect(request).toMatchObject({ left: 1, right: 2 });
    room.node.reply(request.replyTo as Ref, 3);
    expect(await room.until(asked)).toBe(3);
  });

  test("gives and throws what the code gives and throws that runs as it, and lives on", async () => {
    const pid = await room.start(counter, { input: 5 });
    expect(await probe.run(() => call(pid, "get"))).toBe(5);
    await expect(
      probe.run(() => {
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    await probe.run(() => send(self(), { type: "still here" }));
    await probe.expectMessage("still here");
  });
});

describe("events", () => {
  test("are all kept, and found by name", async () => {
    const pid = await room.start(counter, { input: 0, name: "counter" });
    const failed = room.node.call(pid, "bump", "x" as never);
    await room.until(failed);
    room.node.exit(pid, { broken: true });
    await room.settle();
    expect(room.events.of("process_crashed")).toMatchObject([{ name: "counter", reason: { broken: true } }]);
    expect(room.events.all.map(({ name }) => name)).toContain("process_crashed");
  });

  test("are waited for in virtual time, each once", async () => {
    for (const delayMs of [100, 300]) room.node.sendAfter(await stubborn(), { type: "odd" }, delayMs);
    await room.events.expect("message_unhandled", { message: "odd" });
    expect(room.world.elapsedMs).toBe(100);
    await room.events.expect("message_unhandled", ({ message }) => message === "odd");
    expect(room.world.elapsedMs).toBe(300);
    await room.events.expectNone("message_unhandled");
    await expect(room.events.expect("message_unhandled", {}, { withinMs: 10 })).rejects.toThrow(
      'An event "message_unhandled" did not come within 10 ms.',
    );
  });

  test("that were not to come fail the test when they do", async () => {
    room.node.sendAfter(await stubborn(), { type: "odd" }, 10);
    await room.events.expectNone("message_unhandled", { message: "even" });
    await expect(room.events.expectNone("message_unhandled")).rejects.toThrow("was not to come");
  });

  /** Has no handler for anything. */
  async function stubborn(): Promise<Pid> {
    const { server, ok } = await import("../../../runtime/index.ts");
    return room.start(server("stubborn", { init: () => ok(0) }));
  }
});

describe("matchesPattern()", () => {
  const value = { type: "a", list: [1, 2], deep: { one: 1, two: 2 }, none: undefined };

  test.each<readonly [unknown, boolean]>([
    [{}, true],
    [{ deep: {} }, true],
    [{ deep: { two: 2 } }, true],
    [{ deep: { two: 3 } }, false],
    [{ deep: { three: undefined } }, true],
    [{ list: [1, 2] }, true],
    [{ list: [1] }, false],
    [{ type: { length: 1 } }, false],
    [{ none: null }, false],
    [{ list: { length: 2 } }, true],
  ])("%j", (pattern, expected) => {
    expect(matchesPattern<unknown>(pattern as never, value)).toBe(expected);
  });
});
