// What this node knows of all names of the cluster, from the watch and from what it has read and written itself.
import type { BucketEntry } from "../store/bucket.ts";
import { decodeNameRecord, type NameRecord, nameOfKey } from "./name-record.ts";

interface Known {
  readonly record: NameRecord | undefined;
  readonly revision: number;
}

export class NameTable {
  readonly #known = new Map<string, Known>();
  #era = 0;

  /** Another number each time that everything is told anew: what was asked before may be of an earlier bucket, with higher revisions. */
  get era(): number {
    return this.#era;
  }

  get(name: string): NameRecord | undefined {
    return this.#known.get(name)?.record;
  }

  /** 0 where nothing is known. */
  revisionOf(name: string): number {
    return this.#known.get(name)?.revision ?? 0;
  }

  records(): readonly NameRecord[] {
    return [...this.#known.values()].flatMap(({ record }) => record ?? []);
  }

  replace(entries: readonly BucketEntry[]): void {
    this.#era += 1;
    this.#known.clear();
    for (const { key, value, revision } of entries) {
      const name = nameOfKey(key);
      if (name !== undefined) this.put(name, value, revision);
    }
  }

  /** Takes what is newer than what is known, and was asked in this era; false for what is not. */
  put(name: string, value: Uint8Array | undefined, revision: number, era = this.#era): boolean {
    if (era !== this.#era || revision <= this.revisionOf(name)) return false;
    if (value === undefined) this.#known.delete(name);
    else this.#known.set(name, { record: decodeNameRecord(name, value), revision });
    return true;
  }

  /** A majority has no such key, where nothing was heard of it since `revision`. */
  missing(name: string, revision: number): void {
    if (this.revisionOf(name) === revision) this.#known.delete(name);
  }
}
