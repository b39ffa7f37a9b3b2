// The seam between what is kept and the ordered table of bytes that it is kept in, and that table in LMDB.
import type { RootDatabase } from "lmdb";

/** Keys are compared byte by byte. What it gives is the caller's own. */
export interface OrderedTable {
  get(key: Uint8Array): Uint8Array | undefined;
  put(key: Uint8Array, value: Uint8Array): void;
  remove(key: Uint8Array): void;
  /** From `start` on, up to and without `end`. */
  forwards(start: Uint8Array, end: Uint8Array): Iterable<TableEntry>;
  /** From `start` on, down to and without `end`. */
  backwards(start: Uint8Array, end: Uint8Array): Iterable<TableEntry>;
}

export interface TableEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Within a transaction it is that transaction's; else what was committed last. */
export function tableOf(database: RootDatabase<Uint8Array, Uint8Array>): OrderedTable {
  return {
    get: (key) => database.get(key),
    // Within a transaction both are done at once, and what they give has nothing to tell.
    put: (key, value) => void database.put(key, value),
    remove: (key) => void database.remove(key),
    forwards: (start, end) => database.getRange({ start, end }),
    backwards: (start, end) => database.getRange({ start, end, reverse: true }),
  };
}
