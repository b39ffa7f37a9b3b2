// Who is told to have taken long: the process whose code it was.
import { expect, test } from "vitest";
import { child, ok, server, simulatedWorld, startNode, supervisor } from "../../../runtime/index.ts";

test("a long init is told of the child, and not of the supervisor whose turn it stands in", async () => {
  const simulated = simulatedWorld();
  let nowMs = 0;
  const world = { ...simulated, clock: { now: () => nowMs, wallTime: simulated.clock.wallTime } };
  const node = startNode({ world });
  const long: string[] = [];
  node.subscribe((event) => {
    if (event.name === "long_turn") long.push(event.data.logic);
  });
  node.monitorSystem({ longTurnMs: 15 });
  const slow = server("slow", {
    init: () => {
      nowMs += 20;
      return ok(0);
    },
  });
  // Lets a slice begin: a start is taken inside of the supervisor's turn only where there is time left.
  const quick = child(server("quick", { init: () => ok(0) }));
  const before = node.spawn(supervisor("before", { children: [quick] }));
  await simulated.settle();
  await before;
  const started = node.spawn(supervisor("s", { children: [child(slow)] }));
  await simulated.settle();
  await started;
  expect(long).toEqual(["slow"]);
});
