// Faults 9 and 10: more messages than a process can take, and a game that never pauses.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type MailboxBound, monitor, noReply, ok, server, sleep } from "../../runtime/index.ts";
import { type TestNode, testNode } from "../../runtime/testing/index.ts";
import { runProgram } from "./program.ts";

let room: TestNode;

beforeEach(() => {
  room = testNode();
});
afterEach(() => room.stop());

const max = 10;
const flood = 1_000;

/** Is busy for a second with its first message, so that what follows has to wait. */
function busy(seen: number[]) {
  return server("busy", {
    init: () => ok(0),
    casts: {
      work: async (state, number: number) => {
        if (number === 0) await sleep(1_000);
        seen.push(number);
        return noReply(state);
      },
    },
    calls: { ask: (state) => noReply(state) },
    info: (state, { type }) => {
      if (type === "sys.down" || type === "sys.timeout") seen.push(-1);
      return noReply(state);
    },
  });
}

async function flooded(onFull: MailboxBound["onFull"]) {
  const seen: number[] = [];
  const pid = await room.start(busy(seen), { mailbox: { max, onFull } });
  room.node.cast(pid, "work", 0);
  await room.settle();
  for (let number = 1; number <= flood; number += 1) room.node.cast(pid, "work", number);
  return { pid, seen };
}

describe("a flooded mailbox", () => {
  test("fault 9 with dropNewest keeps the first, refuses callers with overload, and counts what it drops", async () => {
    const { pid, seen } = await flooded("dropNewest");
    await expect(room.call(pid, "ask")).rejects.toMatchObject({
      code: "overload",
      retryable: true,
    });
    await room.advance(1_000);
    expect(seen).toEqual(Array.from({ length: max + 1 }, (_, number) => number));
    expect(room.events.of("mailbox_overflow")).toHaveLength(flood - max + 1);
  });

  test("fault 9 with dropOldest keeps the last, and counts what it drops", async () => {
    const { seen } = await flooded("dropOldest");
    await room.advance(1_000);
    expect(seen).toEqual([0, ...Array.from({ length: max }, (_, index) => flood - max + 1 + index)]);
    expect(room.events.of("mailbox_overflow")).toHaveLength(flood - max);
  });

  test("fault 9 with dropOldest tells a caller whose call gives way that it was overload", async () => {
    const pid = await room.start(busy([]), { mailbox: { max, onFull: "dropOldest" } });
    room.node.cast(pid, "work", 0);
    await room.settle();
    const asked = room.node.tryCall(pid, "ask");
    for (let number = 1; number <= max; number += 1) room.node.cast(pid, "work", number);
    expect(await room.until(asked)).toMatchObject({ ok: false, error: { code: "overload" } });
  });

  test("fault 9 with kill ends the process, and its callers hear of it", async () => {
    const { pid } = await flooded("kill");
    expect(await room.exitOf(pid)).toBe("killed");
    expect(room.events.of("mailbox_overflow")[0]).toMatchObject({ pid, policy: "kill" });
  });

  test.each(["dropNewest", "dropOldest"] as const)(
    "fault 9 with %s still takes downs and timeouts, and a kill before all that waits",
    async (onFull) => {
      const { pid, seen } = await flooded(onFull);
      const probe = await room.probe();
      room.node.startTimer(pid, "tick", 10);
      await room.advance(999);
      expect(room.node.processInfo(pid)?.queueLength).toBe(max + 1);
      await room.advance(1);
      expect(seen.filter((number) => number === -1)).toHaveLength(1);
      const again = await flooded(onFull);
      await probe.run(() => monitor(again.pid, { tag: "gone" }));
      room.node.exit(again.pid, "kill");
      expect(await probe.expectMessage("gone", { withinMs: 0 })).toMatchObject({ reason: "killed" });
      expect(again.seen).toEqual([]);
    },
  );

  test("fault 9 in a real program drops, counts, and answers control at once", async () => {
    const ended = await runProgram(`
      const node = startNode({ world });
      let dropped = 0;
      node.subscribe(({ name }) => { if (name === "mailbox_overflow") dropped += 1; });
      let handled = 0;
      const opened = new Promise(() => {});
      const slow = server("slow", { init: () => ok(0), casts: { work: async (state) => { await opened; handled += 1; return noReply(state); } }, calls: { ask: (state) => replyWith(0, state) } });
      const pid = await node.spawn(slow, { mailbox: { max: 100, onFull: "dropNewest" } });
      for (let number = 0; number < 200_000; number += 1) node.cast(pid, "work");
      const refused = await node.tryCall(pid, "ask");
      say(refused.error.code);
      say({ handled, dropped });
      for (let number = 0; number < 200_000; number += 1) node.cast(pid, "work");
      const down = new Promise((resolve) => node.monitor(pid, resolve));
      node.exit(pid, "kill");
      say([(await down).reason, handled]);
      await node.halt();
    `);
    expect(ended).toEqual({
      code: 0,
      lines: ["overload", { handled: 0, dropped: 199_901 }, ["killed", 0]],
      errors: "",
    });
  });
});

describe("a game of a million messages", () => {
  test("fault 10 lets timers and input of the program in all the while", async () => {
    const ended = await runProgram(`
      import { readFile } from "node:fs/promises";
      const node = startNode({ world, boundary: "trust" });
      const order = [];
      let over = () => {};
      const done = new Promise((resolve) => { over = resolve; });
      const player = server("player", {
        init: () => ok(undefined),
        casts: { ball: (_state, { left, other, own }) => { if (left === 0) over(); else cast(other, "ball", { left: left - 1, other: own, own: other }); return noReply(undefined); } },
      });
      const [one, two] = [await node.spawn(player), await node.spawn(player)];
      const ticker = async () => { for (;;) { await sleep(10); order.push("tick"); } };
      await node.spawn(ticker);
      for (const delayMs of [30, 5, 20]) node.sendAfter(await node.spawn(async () => { await receive(); order.push("after " + delayMs); }), { type: "go" }, delayMs);
      const reading = (async () => { await readFile("package.json"); order.push("read"); })();
      node.cast(one, "ball", { left: 1_000_000, other: two, own: one });
      await done;
      order.push("over");
      await reading;
      const before = order.slice(0, order.indexOf("over"));
      say({ ticks: before.filter((what) => what === "tick").length, once: before.filter((what) => what !== "tick" && what !== "read"), read: before.includes("read") });
      await node.halt();
    `);
    expect(ended).toMatchObject({
      code: 0,
      lines: [{ once: ["after 5", "after 20", "after 30"], read: true }],
      errors: "",
    });
    const [{ ticks }] = ended.lines as readonly [{ readonly ticks: number }];
    // How many fit depends on the machine; a starved timer would not fire once.
    expect(ticks).toBeGreaterThanOrEqual(5);
  });
});
