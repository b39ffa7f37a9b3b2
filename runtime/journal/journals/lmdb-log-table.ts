// Where logs are in an ordered table: the records of each one together, and what is known of it under a key of its own.
import type { LogTable, StoredBytes } from "../log-table.ts";
import { readWhole, writeWhole } from "../record-format.ts";
import type { OrderedTable } from "./ordered-table.ts";

/** The first byte of a key; buckets of the same table have others. */
const recordKind = 1;
const headKind = 2;
const positionBytes = 8;

export class LmdbLogTable implements LogTable {
  readonly #table: OrderedTable;

  constructor(table: OrderedTable) {
    this.#table = table;
  }

  head(log: string): Uint8Array | undefined {
    return this.#table.get(keyOf(headKind, log, 0));
  }

  putHead(log: string, bytes: Uint8Array): void {
    this.#table.put(keyOf(headKind, log, 0), bytes);
  }

  removeHead(log: string): void {
    this.#table.remove(keyOf(headKind, log, 0));
  }

  get(log: string, position: number): Uint8Array | undefined {
    return this.#table.get(recordKey(log, position));
  }

  put(log: string, position: number, bytes: Uint8Array): void {
    this.#table.put(recordKey(log, position), bytes);
  }

  remove(log: string, position: number): void {
    this.#table.remove(recordKey(log, position));
  }

  *behind(log: string, after: number): Iterable<StoredBytes> {
    const end = recordKey(log, Number.MAX_SAFE_INTEGER);
    for (const { key, value } of this.#table.forwards(recordKey(log, after + 1), end))
      yield { position: positionIn(key), bytes: value };
  }

  *fromEnd(log: string): Iterable<StoredBytes> {
    const start = recordKey(log, Number.MAX_SAFE_INTEGER);
    for (const { key, value } of this.#table.backwards(start, recordKey(log, 0)))
      yield { position: positionIn(key), bytes: value };
  }
}

function recordKey(log: string, position: number): Uint8Array {
  const key = keyOf(recordKind, log, positionBytes);
  writeWhole(key, position, key.length - positionBytes);
  return key;
}

/** The length comes before the name, so that no log is in the range of another. */
function keyOf(kind: number, log: string, roomBytes: number): Buffer {
  const nameBytes = Buffer.byteLength(log);
  const key = Buffer.alloc(2 + nameBytes + roomBytes);
  key[0] = kind;
  key[1] = nameBytes;
  key.write(log, 2);
  return key;
}

function positionIn(key: Uint8Array): number {
  return readWhole(Buffer.from(key.buffer, key.byteOffset, key.length), key.length - positionBytes);
}
