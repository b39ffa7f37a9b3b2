// A bucket in this program's memory: perfect, for tests and for a node that keeps nothing. All who share it see one bucket.
import type { Bucket, BucketEntry, BucketListener, Written } from "../bucket.ts";
import { BucketTable } from "./bucket-table.ts";

/** Tells watches in a turn of their own, in order: never while somebody is still writing. */
export class MemoryBucket implements Bucket {
  readonly name: string;
  readonly #table = new BucketTable();

  constructor(name: string) {
    this.name = name;
  }

  async read(key: string): Promise<BucketEntry | undefined> {
    return this.#table.read(key);
  }

  async write(key: string, value: Uint8Array, expected: number): Promise<Written> {
    return this.#table.write(key, value, expected);
  }

  async remove(key: string, expected: number): Promise<Written> {
    return this.#table.remove(key, expected);
  }

  watch(listener: BucketListener): () => void {
    let isStopped = false;
    let last = Promise.resolve();
    const push = (tell: () => void): void => {
      last = last.then(() => {
        if (!isStopped) tell();
      });
    };
    const unfollow = this.#table.follow({
      changed: ({ key, value, revision }) => {
        const own = value && Uint8Array.from(value);
        push(() => listener.changed(key, own, revision));
      },
      remade: () => push(() => listener.entries([])),
    });
    const entries = this.#table.entries();
    push(() => listener.entries(entries));
    return () => {
      isStopped = true;
      unfollow();
    };
  }

  /** As if it had been taken away and made again: nothing is in it, and its revisions begin again. */
  remake(): void {
    this.#table.remake();
  }
}
