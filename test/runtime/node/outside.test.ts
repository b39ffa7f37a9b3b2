// What code outside of processes is promised, however the listeners that it gives behave.
import { expect, test } from "vitest";
import { bench, idle } from "../process/bench.ts";

test("a monitor of a node is heard although an onDown of spawnMonitor has thrown", async () => {
  const { node, world } = bench();
  const watched = await world.until(node.spawn(idle));
  let heard = 0;
  node.monitor(watched, () => {
    heard += 1;
  });
  node.spawnMonitor(() => {}, {
    onDown: () => {
      throw new Error("the listener fails");
    },
  });
  await world.settle().catch(() => {});
  node.exit(watched, "kill");
  await world.settle().catch(() => {});
  expect(heard).toBe(1);
});
