// What stands in a bucket at this moment, and who follows it: the whole of a bucket, but for where it is kept and who can reach it.
import type { BucketEntry, Written } from "../bucket.ts";
import { checkKey, checkRevision, checkValue } from "../bucket-guard.ts";

export interface TableChange {
  readonly key: string;
  /** Undefined for a key that was removed. */
  readonly value: Uint8Array | undefined;
  readonly revision: number;
}

export interface TableFollower {
  /** Called while the change is being made. The bytes are the table's own: copy them. */
  changed(change: TableChange): void;
  /** All keys are gone, and revisions begin again. */
  remade(): void;
}

interface Stored {
  readonly value: Uint8Array;
  readonly revision: number;
}

export class BucketTable {
  readonly #stored = new Map<string, Stored>();
  readonly #followers = new Set<TableFollower>();
  #revision = 0;

  /** @throws {Misuse} as `Bucket.read` */
  read(key: string): BucketEntry | undefined {
    checkKey(key);
    const stored = this.#stored.get(key);
    return stored === undefined ? undefined : entryOf(key, stored);
  }

  /** @throws {Misuse} as `Bucket.write` */
  write(key: string, value: Uint8Array, expected: number): Written {
    checkKey(key);
    checkValue(key, value);
    checkRevision(expected);
    if ((this.#stored.get(key)?.revision ?? 0) !== expected) return { kind: "conflict" };
    this.#revision += 1;
    const stored = { value: Uint8Array.from(value), revision: this.#revision };
    this.#stored.set(key, stored);
    return this.#tell({ key, ...stored });
  }

  /** @throws {Misuse} as `Bucket.remove` */
  remove(key: string, expected: number): Written {
    checkKey(key);
    checkRevision(expected);
    if (this.#stored.get(key)?.revision !== expected) return { kind: "conflict" };
    this.#stored.delete(key);
    this.#revision += 1;
    return this.#tell({ key, value: undefined, revision: this.#revision });
  }

  entries(): BucketEntry[] {
    return [...this.#stored].map(([key, stored]) => entryOf(key, stored));
  }

  /** As if the bucket had been taken away and made again. */
  remake(): void {
    this.#stored.clear();
    this.#revision = 0;
    for (const follower of this.#followers) follower.remade();
  }

  /** Gives back how to stop. */
  follow(follower: TableFollower): () => void {
    this.#followers.add(follower);
    return () => {
      this.#followers.delete(follower);
    };
  }

  #tell(change: TableChange): Written {
    for (const follower of this.#followers) follower.changed(change);
    return { kind: "written", revision: change.revision };
  }
}

function entryOf(key: string, { value, revision }: Stored): BucketEntry {
  return { key, value: Uint8Array.from(value), revision };
}
