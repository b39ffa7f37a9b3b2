// Fault 11: code that does not give the event loop back.
import { describe, expect, test } from "vitest";
import {
  type RuntimeEvent,
  type SimulatedWorld,
  simulatedWorld,
  startNode,
  type World,
} from "../../runtime/index.ts";
import { idle } from "../runtime/process/bench.ts";
import { runProgram } from "./program.ts";

/** A world in which code can hold the thread: its clock goes on, and nothing runs meanwhile. */
function blockable(): { readonly world: World; readonly time: SimulatedWorld; block(ms: number): void } {
  const time = simulatedWorld();
  let blockedMs = 0;
  const clock = { ...time.clock, now: () => time.clock.now() + blockedMs };
  // The world's own methods keep to it, and its clock is another one.
  const world = new Proxy<World>(time, {
    get: (_, key) => {
      const value: unknown = key === "clock" ? clock : Reflect.get(time, key);
      return typeof value === "function" ? value.bind(time) : value;
    },
  });
  return {
    world,
    time,
    block: (ms) => {
      blockedMs += ms;
    },
  };
}

function watched() {
  const { world, time, block } = blockable();
  const node = startNode({ world, health: {} });
  const lags: number[] = [];
  const others: RuntimeEvent[] = [];
  node.subscribe((event) => {
    if (event.name === "event_loop_lag") lags.push(event.data.lagMs);
    else others.push(event);
  });
  return { node, time, block, lags, others };
}

describe("a blocked event loop", () => {
  test.each([2_000, 30_000])("fault 11 of %i ms is told by how late the node was", async (blockMs) => {
    const { node, time, block, lags, others } = watched();
    const pid = await time.until(node.spawn(idle));
    await time.advance(10_100);
    expect(lags).toEqual([]);
    block(blockMs);
    await time.advance(10_000);
    expect(lags).toEqual([blockMs]);
    expect(node.isAlive(pid)).toBe(true);
    expect(others).toEqual([]);
    await time.until(node.halt());
  });

  test("fault 11 is told each time, and not where it is short", async () => {
    const { node, time, block, lags } = watched();
    for (const blockMs of [100, 101, 5_000]) {
      await time.advance(600);
      block(blockMs);
      await time.advance(1_000);
    }
    expect(lags).toEqual([101, 5_000]);
    await time.until(node.halt());
    block(9_000);
    await time.advance(9_000);
    expect(lags).toHaveLength(2);
  });

  test("fault 11 leaves timers that were due meanwhile to fire, in their order", async () => {
    const { node, time, block } = watched();
    const order: number[] = [];
    for (const delayMs of [300, 100, 200]) void node.sleep(delayMs).then(() => order.push(delayMs));
    block(2_000);
    await time.advance(300);
    expect(order).toEqual([100, 200, 300]);
    await time.until(node.halt());
  });

  test("fault 11 of a real program is told, and the program goes on", async () => {
    const ended = await runProgram(`
      const node = startNode({ world, health: {} });
      const told = new Promise((resolve) => node.subscribe(({ name, data }) => { if (name === "event_loop_lag") resolve(data); }));
      const busy = server("busy", {
        init: () => ok(0),
        calls: { ask: (state) => replyWith("here", state) },
        casts: { block: (state) => { const end = performance.now() + 2_000; while (performance.now() < end); return noReply(state); } },
      });
      const pid = await node.spawn(busy);
      node.cast(pid, "block");
      const { lagMs } = await told;
      // It is measured from a look to the next, which was due within 250 ms of the block's beginning.
      say(lagMs >= 1_750);
      say(await node.call(pid, "ask"));
      await node.halt();
    `);
    expect(ended).toEqual({ code: 0, lines: [true, "here"], errors: "" });
  });
});
