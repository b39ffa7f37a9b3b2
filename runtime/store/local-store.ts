// What a node that is alone keeps: buckets and journal in one folder, on the disk before anything is acknowledged.
import type { BucketName } from "../broker/durable-names.ts";
import { LmdbJournal } from "../journal/journals/lmdb.ts";
import { LmdbEnvironment } from "../journal/journals/lmdb-environment.ts";
import type { World } from "../world.ts";
import { LocalBucket } from "./buckets/local.ts";
import type { ClusterStore } from "./cluster-store.ts";

export interface LocalStoreOptions {
  readonly world: Pick<World, "kind" | "files" | "timers">;
  /** A folder, which is made where it is missing, for its owner alone. */
  readonly path: string;
}

/**
 * LMDB is loaded when it is first called.
 * @throws {StoreHeld} another program has the folder open; {JournalFailed} it cannot be read or written; {Misuse} a simulated world
 */
export async function localStore({ world, path }: LocalStoreOptions): Promise<ClusterStore> {
  const environment = await LmdbEnvironment.open(world, path);
  const buckets = new Map<BucketName, LocalBucket>();
  return {
    place: path,
    journal: new LmdbJournal(environment),
    bucket: (name) => {
      const bucket = buckets.get(name) ?? new LocalBucket(name, environment, world);
      buckets.set(name, bucket);
      return bucket;
    },
    close: () => environment.close(),
  };
}
