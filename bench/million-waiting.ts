// Starts a million servers that wait, and prints how long that took and by how much the program has grown.
import { ok, server, spawn } from "aiex/runtime";
import { heapBytes } from "./heap.ts";
import { timed } from "./measure.ts";
import { inProcess, node } from "./node.ts";

const million = 1_000_000;
/** Started together: promises that are waited for are memory too. */
const wave = 10_000;

const idle = server("idle", { init: () => ok({ count: 0 }) });

const before = await resident();
const ms = await inProcess(() =>
  timed(async () => {
    for (let started = 0; started < million; started += wave) {
      await Promise.all(Array.from({ length: wave }, () => spawn(idle)));
    }
  }),
);
const living = node.processes().length;
if (living < million) throw new Error(`Only ${living} processes are there.`);
console.log(JSON.stringify({ ms, mib: ((await resident()) - before) / 1_024 ** 2 }));
// A halt would end a million processes one by one, for nobody.
process.exit();

async function resident(): Promise<number> {
  await heapBytes();
  return process.memoryUsage.rss();
}
