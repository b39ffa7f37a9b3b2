// The seam between logs and the ordered table that they are kept in, whose changes are made together or not at all.

export interface StoredBytes {
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** What it gives back is the caller's own. A head may also be that of the name "", which no log has. */
export interface LogTable {
  head(log: string): Uint8Array | undefined;
  putHead(log: string, bytes: Uint8Array): void;
  removeHead(log: string): void;
  get(log: string, position: number): Uint8Array | undefined;
  put(log: string, position: number, bytes: Uint8Array): void;
  remove(log: string, position: number): void;
  /** Behind `after`, in the order of their positions; read while it is iterated. */
  behind(log: string, after: number): Iterable<StoredBytes>;
  /** All of them, the last one first. */
  fromEnd(log: string): Iterable<StoredBytes>;
}
