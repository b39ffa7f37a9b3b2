// What a node that is alone keeps: buckets and journal in one folder, on the disk before anything is acknowledged.
import type { BucketName } from "../broker/durable-names.ts";
import { LmdbJournal } from "../journal/journals/lmdb.ts";
import { LmdbEnvironment } from "../journal/journals/lmdb-environment.ts";
import { LmdbReader } from "../journal/journals/lmdb-reader.ts";
import type { World } from "../world.ts";
import { LocalBlobs } from "./blobs/local.ts";
import { LocalBucket } from "./buckets/local.ts";
import type { ClusterStore } from "./cluster-store.ts";

export interface LocalStoreOptions {
  readonly world: Pick<World, "kind" | "clock" | "files" | "timers">;
  /** A folder, which is made where it is missing, for its owner alone. */
  readonly path: string;
  /** "read" while another program may have it open: nothing is written, and a folder that is not there is empty. Default "own". */
  readonly access?: "own" | "read";
}

/**
 * LMDB is loaded when it is first needed. What only reads is told of no changes by its watches, but of how things are.
 * @throws {StoreHeld} another program has the folder open; {JournalFailed} it cannot be read or written; {Misuse} a simulated world
 */
export async function localStore({ world, path, access = "own" }: LocalStoreOptions): Promise<ClusterStore> {
  const environment =
    access === "own" ? await LmdbEnvironment.open(world, path) : new LmdbReader(world, path);
  const buckets = new Map<BucketName, LocalBucket>();
  const journal = new LmdbJournal(environment);
  return {
    place: path,
    journal,
    runs: journal,
    context: journal,
    blobs: (scope) => new LocalBlobs(scope, environment, world.clock),
    bucket: (name) => {
      const bucket = buckets.get(name) ?? new LocalBucket(name, environment, world);
      buckets.set(name, bucket);
      return bucket;
    },
    close: () => environment.close(),
  };
}
