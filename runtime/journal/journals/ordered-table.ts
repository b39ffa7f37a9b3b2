// The seam between what is kept and the ordered table of bytes that it is kept in, and that table in LMDB.
import type { RootDatabase } from "lmdb";

export type LmdbDatabase = RootDatabase<Uint8Array, Uint8Array>;

/** Where a table is: what the journal, the buckets and the blobs of a folder share. */
export interface TableHome {
  readonly place: string;
  /** What was committed last. @throws {JournalFailed} it cannot be read; {JournalClosed} */
  read<Result>(work: (table: OrderedTable) => Result): Promise<Result>;
  /**
   * Makes a change; resolves once it is on the disk. `bytes` is about how much it writes. An `AiexError` that `work` throws is
   * this change's own, and has to come before it writes.
   * @throws {JournalFailed} nothing of it was written; {JournalClosed}
   */
  write<Result>(bytes: number, work: (table: OrderedTable) => Result): Promise<Result>;
  close(): Promise<void>;
}

/** Keys are compared byte by byte. What it gives is the caller's own. */
export interface OrderedTable {
  get(key: Uint8Array): Uint8Array | undefined;
  put(key: Uint8Array, value: Uint8Array): void;
  remove(key: Uint8Array): void;
  /** From `start` on, up to and without `end`. */
  forwards(start: Uint8Array, end: Uint8Array): Iterable<TableEntry>;
  /** Keys from `start` on, up to and without `end`. */
  keys(start: Uint8Array, end: Uint8Array): Iterable<Uint8Array>;
  /** From `start` on, down to and without `end`. */
  backwards(start: Uint8Array, end: Uint8Array): Iterable<TableEntry>;
}

export interface TableEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Within a transaction it is that transaction's; else what was committed last. */
export function tableOf(database: LmdbDatabase): OrderedTable {
  return {
    get: (key) => database.get(key),
    // Within a transaction both are done at once, and what they give has nothing to tell.
    put: (key, value) => void database.put(key, value),
    remove: (key) => void database.remove(key),
    forwards: (start, end) => database.getRange({ start, end }),
    keys: (start, end) => database.getKeys({ start, end }),
    backwards: (start, end) => database.getRange({ start, end, reverse: true }),
  };
}

/** The table of a folder in which nothing is yet, to be read only. */
export const emptyTable: OrderedTable = {
  get: () => undefined,
  put: () => {},
  remove: () => {},
  forwards: () => [],
  keys: () => [],
  backwards: () => [],
};
