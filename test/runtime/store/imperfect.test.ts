// The simulated store with its faults off: its buckets are buckets.
import { imperfectStore } from "../../../runtime/testing/imperfect-store.ts";
import type { StoreFaults } from "../../../runtime/testing/index.ts";
import { simulatedWorld } from "../../../runtime/worlds/simulated.ts";
import { type BucketBench, itIsABucket } from "./bucket-conformance.ts";

const seeds = 5;

itIsABucket("A simulated bucket without faults", async () => bench(1, {}));

for (let seed = 1; seed <= seeds; seed += 1) {
  itIsABucket(`A simulated bucket that is slow, with the seed ${seed},`, async () =>
    bench(seed, { latencyMs: [0, 20], commitMs: [0, 20], watchLagMs: [0, 50] }),
  );
}

async function bench(seed: number, faults: StoreFaults): Promise<BucketBench> {
  const world = simulatedWorld({ seed });
  const store = imperfectStore(world);
  store.faults(faults);
  const [one, two] = [store.of("one"), store.of("two")];
  return {
    one: one.bucket("leases"),
    two: two.bucket("leases"),
    other: one.bucket("names"),
    until: (promise) => world.until(promise),
    remake: async () => store.remake("leases"),
    interrupt: async (during) => {
      store.cut("one");
      await during();
      store.heal("one");
    },
    close: async () => {
      await one.close();
      await two.close();
    },
  };
}
