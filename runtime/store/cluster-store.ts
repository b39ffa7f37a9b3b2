// What a cluster keeps together: its buckets and its journal, and what they promise.
import type { BucketName } from "../broker/durable-names.ts";
import type { Journal } from "../journal/journal.ts";
import type { Bucket } from "./bucket.ts";

export interface ClusterStore {
  /** How people name it: a URL without credentials, a folder, "memory". */
  readonly place: string;
  readonly journal: Journal;
  bucket(name: BucketName): Bucket;
  close(): Promise<void>;
}
