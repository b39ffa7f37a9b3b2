// What spawnMonitor gives is data with a promise in it, although the promise is made when it is asked for.
import { expect, test } from "vitest";
import { spawnMonitor } from "../../../runtime/index.ts";
import { bench, idle } from "../process/bench.ts";

test("a copy of what spawnMonitor gives still tells how the start came out", async () => {
  const { inProcess } = bench();
  const ready = await inProcess(async () => {
    const copy = { ...spawnMonitor(idle) };
    return typeof copy.ready;
  });
  expect(ready).toBe("object");
});
