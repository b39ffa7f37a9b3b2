// Blobs in memory, and those of a simulated store with its faults off: they do what all do.

import { checkLog } from "../../../../runtime/journal/journal-guard.ts";
import { MemoryBlobs } from "../../../../runtime/store/blobs/memory.ts";
import { imperfectStore } from "../../../../runtime/testing/imperfect-store.ts";
import { simulatedWorld } from "../../../../runtime/worlds/simulated.ts";
import { type BlobsScene, itKeepsBlobs } from "./blobs-conformance.ts";

itKeepsBlobs("Blobs in memory", async () => memoryScene(), { hasPieces: false });
itKeepsBlobs("Simulated blobs", async () => simulatedScene(), { hasPieces: false });

function memoryScene(): BlobsScene {
  const { clock } = simulatedWorld();
  const scopes = new Map<string, MemoryBlobs>();
  const of = (scope: string): MemoryBlobs => {
    checkLog(scope);
    const blobs = scopes.get(scope) ?? new MemoryBlobs(clock);
    scopes.set(scope, blobs);
    return blobs;
  };
  return { of, change: changing(of), until: (promise) => promise, close: async () => {} };
}

function simulatedScene(): BlobsScene {
  const world = simulatedWorld();
  const store = imperfectStore(world);
  let own = store.of("one");
  return {
    of: (scope) => own.blobs(scope),
    change: changing((scope) => store.blobs(scope)),
    reopen: async () => {
      await own.close();
      store.powerCut(0);
      await world.advance(0);
      own = store.of("one");
    },
    until: (promise) => world.until(promise),
    close: () => own.close(),
  };
}

function changing(of: (scope: string) => MemoryBlobs): BlobsScene["change"] {
  return async (scope, hash, _, make) => {
    const blobs = of(scope);
    const bytes = make((await blobs.get(hash)) ?? new Uint8Array());
    if (bytes === undefined) await blobs.remove(hash);
    else blobs.replace(hash, bytes);
  };
}
