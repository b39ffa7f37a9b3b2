// The real world: the machine's clock, its timers, its files and its programs.
import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
// The global of this name is looked up anew at every use.
import { performance } from "node:perf_hooks";
import { realFileSystem } from "../file-systems/real.ts";
import { lazyHttpClient } from "../http/lazy-client.ts";
import { limits } from "../limits.ts";
import { realPrograms } from "../programs/real.ts";
import type { Random, World } from "../world.ts";

/** Drawn from the system at once: asking it takes longer than a few bytes take to be copied. */
const drawnBytes = 4_096;
let drawn = Buffer.alloc(0);

const random: Random = {
  next: () => Math.random(),
  bytes: (count) => {
    if (count > drawnBytes) return new Uint8Array(randomBytes(count));
    if (drawn.length < count) drawn = randomBytes(drawnBytes);
    const bytes = Uint8Array.from(drawn.subarray(0, count));
    // Nobody finds here what somebody else was given.
    drawn.fill(0, 0, count);
    drawn = drawn.subarray(count);
    return bytes;
  },
};

/** The world as it is. One for the whole program. */
export function realWorld(): World {
  return world;
}

const settled = Promise.resolve();

const world: World = {
  kind: "real",
  clock: {
    now: () => performance.now(),
    wallTime: () => Date.now(),
  },
  random,
  timers: {
    // Node fires a longer one at once. Nothing runs that long: it may as well be never.
    set: (delayMs, run) => setTimeout(run, Math.min(delayMs, limits.timerMsMax)),
    clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
  },
  turns: {
    // As queueMicrotask, at half its price: that makes a resource of its own of every callback.
    soon: (run) => {
      settled.then(run);
    },
    afterIo: (run) => {
      setImmediate(run);
    },
  },
  files: realFileSystem(random),
  programs: realPrograms(),
  fetch: lazyHttpClient().fetch,
  parallelism: availableParallelism(),
  maybe: () => false,
};
