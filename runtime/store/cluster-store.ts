// What a cluster keeps together: its buckets and its journal, and what they promise.
import type { BucketName } from "../broker/durable-names.ts";
import type { Journal } from "../journal/journal.ts";
import type { Blobs } from "./blobs.ts";
import type { Bucket } from "./bucket.ts";

export interface ClusterStore {
  /** How people name it: a URL without credentials, a folder, "memory". */
  readonly place: string;
  readonly journal: Journal;
  /** The logs of runs. It may be the same journal, and is closed with the store. */
  readonly runs: Journal;
  /** The logs of sessions that nodes share. As `runs`. */
  readonly context: Journal;
  bucket(name: BucketName): Bucket;
  /** What is kept beside one log, or for another purpose: each `scope`, named as logs are, has blobs of its own. @throws {Misuse} */
  blobs(scope: string): Blobs;
  close(): Promise<void>;
}
