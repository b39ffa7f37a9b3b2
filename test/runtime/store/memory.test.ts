// Buckets in memory: they are buckets.
import { MemoryBucket } from "../../../runtime/store/buckets/memory.ts";
import { simulatedWorld } from "../../../runtime/worlds/simulated.ts";
import { itIsABucket } from "./bucket-conformance.ts";

itIsABucket("A bucket in memory", async () => {
  const world = simulatedWorld();
  const bucket = new MemoryBucket("leases");
  return {
    one: bucket,
    two: bucket,
    other: new MemoryBucket("names"),
    until: (promise) => world.until(promise),
    remake: async () => bucket.remake(),
    close: async () => {},
  };
});
