// The seam to what a cluster agrees on: keys with values, each change made only if nobody made another one meanwhile.

/** What became of a change. */
export type Written =
  | { readonly kind: "written"; readonly revision: number }
  /** Somebody else has changed the key: nothing was changed. */
  | { readonly kind: "conflict" }
  /** Nobody said so in time: it may have been made, may be made yet, or never. `read` tells. */
  | { readonly kind: "unknown"; readonly why: string };

export interface BucketEntry {
  readonly key: string;
  readonly value: Uint8Array;
  /** Grows with every change of the bucket; above 0. A bucket that was made anew begins again. */
  readonly revision: number;
}

export interface BucketListener {
  /** The whole bucket, in place of everything that was told before: at the beginning, and when changes may have been missed. */
  entries(entries: readonly BucketEntry[]): void;
  /** In the order of the revisions. `value` is undefined for a key that was removed. */
  changed(key: string, value: Uint8Array | undefined, revision: number): void;
}

/**
 * One bucket. Keys are made of `[A-Za-z0-9_-]` and `.` between such words, 256 characters at most. What a watch tells may be old
 * at any time; only `read`, and a change that was made, say how things are.
 */
export interface Bucket {
  readonly name: string;
  /** What a majority knows at this moment. @throws {StoreUnavailable} nobody can tell now */
  read(key: string): Promise<BucketEntry | undefined>;
  /** Writes if the key's revision is `expected`; 0 for a key without a value. @throws {Misuse} a bad key, or too large a value */
  write(key: string, value: Uint8Array, expected: number): Promise<Written>;
  /** Takes the key out if its revision is `expected`; `write` with 0 puts it back. */
  remove(key: string, expected: number): Promise<Written>;
  /** Gives back how to stop. The first `entries` comes as soon as the bucket can be read. */
  watch(listener: BucketListener): () => void;
}
