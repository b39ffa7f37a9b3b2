// Whose code it is, where a resource outlives the process that made it.
import { expect, test } from "vitest";
import { realWorld, receive, spawn, startNode } from "../../../runtime/index.ts";
import { outsideProcesses, processOfCode } from "../../../runtime/process/current.ts";

test("a timer that code outside of processes starts once more belongs to nobody", async () => {
  const node = startNode({ world: realWorld(), name: "refresh" });
  const owners: (number | undefined)[] = [];
  let timer: NodeJS.Timeout | undefined;
  const pid = await node.spawn(async () => {
    timer = setTimeout(() => owners.push(processOfCode()?.pid.id), 0);
    await receive(() => false);
  });
  while (owners.length < 1) await new Promise((resolve) => setTimeout(resolve, 1));
  node.exit(pid, "kill");
  timer?.refresh();
  while (owners.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(owners).toEqual([pid.id, undefined]);
  await node.halt();
});

test("the timer of a node belongs to nobody, whoever made it necessary", async () => {
  const real = realWorld();
  const owners: unknown[] = [];
  const world = {
    ...real,
    timers: {
      ...real.timers,
      set: (delayMs: number, run: () => void) => {
        owners.push(processOfCode());
        return real.timers.set(delayMs, run);
      },
    },
  };
  const node = startNode({ world, name: "timers" });
  await node.spawn(async () => {
    await spawn(() => {}, { startTimeoutMs: 60_000 });
  });
  expect(owners.length).toBeGreaterThan(0);
  expect(owners.every((owner) => owner === undefined)).toBe(true);
  expect(outsideProcesses(processOfCode)).toBeUndefined();
  await node.halt();
});
