// Turns that hold everybody up, told while somebody asks (M11).
import { describe, expect, test } from "vitest";
import { noReply, ok, server, startNode } from "../../../runtime/index.ts";
import { simulatedWorld } from "../../../runtime/worlds/simulated.ts";

/** A node whose clock its processes move, as a long computation does. */
function slowNode() {
  const world = simulatedWorld();
  let spentMs = 0;
  const clock = { ...world.clock, now: () => world.clock.now() + spentMs };
  const node = startNode({ world: { ...world, clock } as never, boundary: "freeze" });
  const told: unknown[] = [];
  node.subscribe(({ name, data }) => {
    if (name === "long_turn") told.push(data);
  });
  const worker = server("worker", {
    init: () => ok(0),
    casts: {
      compute: (done: number, turnMs: number) => {
        spentMs += turnMs;
        return noReply(done + 1);
      },
    },
  });
  return { world, node, told, worker };
}

describe("monitorSystem()", () => {
  test("M11 tells of a turn that takes long, once, and how long all turns of a process took", async () => {
    const { world, node, told, worker } = slowNode();
    const pid = await world.until(node.spawn(worker, { name: "worker" }));
    node.cast(pid, "compute", 500);
    await world.settle();
    expect(told).toEqual([]);
    expect(node.processInfo(pid)?.turnMs).toBeUndefined();

    const stop = node.monitorSystem({ longTurnMs: 100 });
    const stopOther = node.monitorSystem({ longTurnMs: 40 });
    for (const turnMs of [30, 60, 200]) {
      node.cast(pid, "compute", turnMs);
      await world.settle();
    }
    expect(told).toEqual([
      { pid, name: "worker", logic: "worker", turnMs: 60 },
      { pid, name: "worker", logic: "worker", turnMs: 200 },
    ]);
    expect(node.processInfo(pid)?.turnMs).toBe(290);
    expect(node.topProcesses({ by: "turnMs", limit: 1 })).toMatchObject([{ pid, turnMs: 290 }]);

    stopOther();
    node.cast(pid, "compute", 60);
    await world.settle();
    expect(told).toHaveLength(2);
    stop();
    stop();
    node.cast(pid, "compute", 600);
    await world.settle();
    expect(told).toHaveLength(2);
    expect(node.processInfo(pid)?.turnMs).toBeUndefined();
    await world.until(node.halt());
  });

  test.each([-1, Number.NaN, "10", undefined])("refuses %s for milliseconds", (longTurnMs) => {
    const { node } = slowNode();
    expect(() => node.monitorSystem({ longTurnMs: longTurnMs as never })).toThrow("a number of milliseconds");
  });
});
