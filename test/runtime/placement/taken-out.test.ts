// A child that was taken out for good: nothing of it is left, and its name is free for another one.
import { expect, test } from "vitest";
import {
  clusterNamed,
  durable,
  ok,
  placedChild,
  replyWith,
  saveCheckpoint,
  server,
} from "../../../runtime/index.ts";
import { owners } from "../ownership/owners.ts";

const counter = durable(
  server("counter", {
    init: (start: number) => ok(start),
    calls: {
      add: async (count: number, more: number) => {
        await saveCheckpoint(count + more);
        return replyWith(count + more, count + more);
      },
    },
  }),
  { key: "counter", version: 1 },
);

test("A child that was taken out is placed anew under its name, from its input, on whichever node", async () => {
  const { world, start } = owners();
  const options = { supervisors: { work: { logic: [counter] } } };
  const alpha = await start("alpha", options);
  const beta = await start("beta", options);
  const one = placedChild(counter, { id: "one", input: 10 });
  for (const [by, other] of [
    [alpha, beta],
    [beta, alpha],
    [alpha, beta],
  ] as const) {
    await world.until(by.ownership.startChild("work", one), 20_000);
    expect(await world.until(other.node.call(clusterNamed("work/one"), "add", 1))).toBe(11);
    await world.until(other.ownership.stopChild("work/one"));
    await world.until(by.ownership.deleteChild("work/one"));
    await world.advance(100);
    expect(other.ownership.placement.table.children()).toEqual([]);
  }
});

test("A child is not taken out while it runs, where there is none, or where its supervisor always has it", async () => {
  const { world, start } = owners();
  const always = placedChild(counter, { id: "always", input: 1 });
  const alpha = await start("alpha", { supervisors: { work: { children: [always] } } });
  const { ownership } = alpha;
  await world.until(ownership.startChild("work", placedChild(counter, { id: "one", input: 10 })), 20_000);
  await expect(world.until(ownership.deleteChild("work/one"))).rejects.toMatchObject({ code: "child_busy" });
  await expect(world.until(ownership.deleteChild("work/two"))).rejects.toMatchObject({
    code: "unknown_child",
  });
  await expect(world.until(ownership.deleteChild("work/always"))).rejects.toThrow(/always has/);
  expect(await world.until(alpha.node.call(clusterNamed("work/one"), "add", 1))).toBe(11);
});
