// A bucket of a node that is alone, in LMDB beside its journal: a change is made once it is on the disk.
import { crc32 } from "node:zlib";
import { JournalClosed } from "../../journal/failures.ts";
import type { OrderedTable, TableHome } from "../../journal/journals/ordered-table.ts";
import { readWhole, writeWhole } from "../../journal/record-format.ts";
import type { World } from "../../world.ts";
import type { Bucket, BucketEntry, BucketListener, Written } from "../bucket.ts";
import { checkKey, checkRevision, checkValue } from "../bucket-guard.ts";
import { localUnavailable, StoreUnavailable } from "../failures.ts";
import { storeLimits } from "../limits.ts";

interface Stored {
  readonly value: Uint8Array;
  readonly revision: number;
}

/** The first byte of a key; logs of the same table have others. */
const entryKind = 3;
const revisionKind = 4;
const revisionBytes = 8;
const checksumBytes = 4;
/** Until a bucket that could not be read is read again for a watch: a disk does not come back sooner. */
const watchAgainMs = 1_000;

export class LocalBucket implements Bucket {
  readonly name: string;
  readonly #environment: TableHome;
  readonly #timers: World["timers"];
  readonly #followers = new Set<LocalWatch>();

  constructor(name: string, environment: TableHome, { timers }: Pick<World, "timers">) {
    this.name = name;
    this.#environment = environment;
    this.#timers = timers;
  }

  async read(key: string): Promise<BucketEntry | undefined> {
    checkKey(key);
    try {
      const stored = await this.#environment.read((table) => this.#stored(table, key));
      return stored === undefined ? undefined : { key, ...stored };
    } catch (error) {
      throw this.#unavailable(error);
    }
  }

  async write(key: string, value: Uint8Array, expected: number): Promise<Written> {
    checkKey(key);
    checkValue(key, value);
    checkRevision(expected);
    return this.#change(key, Uint8Array.from(value), expected);
  }

  async remove(key: string, expected: number): Promise<Written> {
    checkKey(key);
    checkRevision(expected);
    return expected === 0 ? { kind: "conflict" } : this.#change(key, undefined, expected);
  }

  watch(listener: BucketListener): () => void {
    const watch = new LocalWatch(listener);
    this.#followers.add(watch);
    watch.begin(() => this.#whole(watch));
    return () => {
      watch.stop();
      this.#followers.delete(watch);
    };
  }

  /** All that is there, as soon as it can be read; undefined where it never will be. */
  async #whole(watch: LocalWatch): Promise<readonly BucketEntry[] | undefined> {
    while (!watch.isStopped) {
      try {
        return await this.#environment.read((table) => {
          watch.from = this.#revision(table);
          return this.#entries(table);
        });
      } catch (error) {
        if (error instanceof JournalClosed) return undefined;
        await new Promise<void>((resolve) => this.#timers.set(watchAgainMs, resolve));
      }
    }
    return undefined;
  }

  async #change(key: string, value: Uint8Array | undefined, expected: number): Promise<Written> {
    try {
      const bytes = (value?.length ?? 0) + storeLimits.keyCharactersMax;
      const revision = await this.#environment.write(bytes, (table) => {
        if ((this.#stored(table, key)?.revision ?? 0) !== expected) return undefined;
        const next = this.#revision(table) + 1;
        const revisionKey = this.#keyOf(revisionKind, "");
        table.put(revisionKey, sealed(revisionKey, next, new Uint8Array()));
        const entryKey = this.#keyOf(entryKind, key);
        if (value === undefined) table.remove(entryKey);
        else table.put(entryKey, sealed(entryKey, next, value));
        return next;
      });
      if (revision === undefined) return { kind: "conflict" };
      for (const watch of this.#followers) watch.changed(key, value, revision);
      return { kind: "written", revision };
    } catch (error) {
      return { kind: "unknown", why: this.#unavailable(error).message };
    }
  }

  #stored(table: OrderedTable, key: string): Stored | undefined {
    const entryKey = this.#keyOf(entryKind, key);
    return this.#unsealed(entryKey, table.get(entryKey), key);
  }

  #revision(table: OrderedTable): number {
    const key = this.#keyOf(revisionKind, "");
    return this.#unsealed(key, table.get(key), "the bucket")?.revision ?? 0;
  }

  #entries(table: OrderedTable): BucketEntry[] {
    const start = this.#keyOf(entryKind, "");
    const entries: BucketEntry[] = [];
    for (const found of table.forwards(start, this.#keyOf(entryKind, "\u{7f}"))) {
      const key = Buffer.from(found.key).toString("utf8", start.length);
      const stored = this.#unsealed(found.key, found.value, key);
      if (stored !== undefined) entries.push({ key, ...stored });
    }
    return entries;
  }

  #unsealed(key: Uint8Array, bytes: Uint8Array | undefined, what: string): Stored | undefined {
    if (bytes === undefined) return undefined;
    const stored = unsealed(key, bytes);
    if (stored !== undefined) return stored;
    throw new StoreUnavailable(
      this.#environment.place,
      `what was kept of ${what} in ${this.name} is damaged`,
      "if that does not help, put the folder back from a backup, or take it away where nothing in it is needed",
    );
  }

  #keyOf(kind: number, key: string): Uint8Array {
    return new TextEncoder().encode(`${String.fromCharCode(kind)}${this.name}\0${key}`);
  }

  #unavailable(error: unknown): StoreUnavailable {
    return localUnavailable(this.#environment.place, error);
  }
}

/** One who watches: the whole first, and then what changed behind it. */
class LocalWatch {
  /** The revision of the whole. What changes before that is read is in it. */
  from = Number.POSITIVE_INFINITY;
  isStopped = false;
  readonly #listener: BucketListener;
  #last: Promise<void> = Promise.resolve();

  constructor(listener: BucketListener) {
    this.#listener = listener;
  }

  begin(whole: () => Promise<readonly BucketEntry[] | undefined>): void {
    this.#last = this.#last.then(async () => {
      const entries = await whole();
      if (entries !== undefined && !this.isStopped) this.#listener.entries(entries);
    });
  }

  changed(key: string, value: Uint8Array | undefined, revision: number): void {
    if (revision <= this.from) return;
    const own = value === undefined ? undefined : Uint8Array.from(value);
    this.#last = this.#last.then(() => {
      if (!this.isStopped) this.#listener.changed(key, own, revision);
    });
  }

  stop(): void {
    this.isStopped = true;
  }
}

/** Revision, value, and a checksum over both and the key. */
function sealed(key: Uint8Array, revision: number, value: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(revisionBytes + value.length + checksumBytes);
  writeWhole(bytes, revision, 0);
  bytes.set(value, revisionBytes);
  const checksumAt = revisionBytes + value.length;
  bytes.writeUInt32BE(crc32(bytes.subarray(0, checksumAt), crc32(key)), checksumAt);
  return bytes;
}

/** Undefined where the bytes are not what was written. */
function unsealed(key: Uint8Array, given: Uint8Array): Stored | undefined {
  const checksumAt = given.length - checksumBytes;
  if (checksumAt < revisionBytes) return undefined;
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.length);
  if (bytes.readUInt32BE(checksumAt) !== crc32(bytes.subarray(0, checksumAt), crc32(key))) return undefined;
  return { revision: readWhole(bytes, 0), value: Uint8Array.from(bytes.subarray(revisionBytes, checksumAt)) };
}
