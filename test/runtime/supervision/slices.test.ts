// Starts inside of a turn share the slice: a look at the clock for each, since an init may take long.
import { expect, test } from "vitest";
import { child, ok, server, simulatedWorld, startNode, supervisor } from "../../../runtime/index.ts";
import { limits } from "../../../runtime/limits.ts";

test("a supervisor lets the event loop through behind each child whose init takes longer than a slice", async () => {
  const simulated = simulatedWorld();
  let nowMs = 0;
  let throughs = 0;
  const world = {
    ...simulated,
    clock: { now: () => nowMs, wallTime: simulated.clock.wallTime },
    turns: {
      soon: (run: () => void) => simulated.turns.soon(run),
      afterIo: (run: () => void) => {
        throughs += 1;
        simulated.turns.afterIo(run);
      },
    },
  };
  const node = startNode({ world });
  const longest: number[] = [];
  let lastThrough = 0;
  let since = 0;
  const slow = server("slow", {
    init: () => {
      if (throughs !== lastThrough) since = 0;
      lastThrough = throughs;
      since += 1;
      longest.push(since);
      nowMs += 3 * limits.sliceMs;
      return ok(0);
    },
  });
  const children = Array.from({ length: 64 }, (_, index) => child(slow, { id: `${index}` }));
  const started = node.spawn(supervisor("s", { children }));
  await simulated.settle();
  await started;
  expect(longest).toHaveLength(64);
  expect(Math.max(...longest)).toBeLessThanOrEqual(2);
});
