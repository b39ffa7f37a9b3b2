// A journal in memory: for tests, for simulated nodes, and for a node that is to keep nothing.
import { JournalClosed } from "../failures.ts";
import type { Acknowledgement, Append, Appended, Journal, JournalRecord, LogEnd, Page } from "../journal.ts";
import { checkAppend, checkLog, checkPosition } from "../journal-guard.ts";
import type { LogTable, StoredBytes } from "../log-table.ts";
import { StoredLogs } from "../stored-logs.ts";

export class MemoryJournal implements Journal {
  readonly place = "memory";
  readonly #logs: StoredLogs;
  #isClosed = false;

  /** Journals of one table are about the same logs, as those of several nodes are. */
  constructor(table: LogTable = new MemoryLogTable()) {
    this.#logs = new StoredLogs(this.place, table);
  }

  async acknowledgement(): Promise<Acknowledgement> {
    return { kind: "memory" };
  }

  async append(log: string, append: Append): Promise<Appended> {
    checkAppend(append);
    return this.#of(log).append(log, append);
  }

  async end(log: string): Promise<LogEnd> {
    return this.#of(log).end(log);
  }

  async read(log: string, after: number): Promise<Page> {
    checkPosition(after);
    return this.#of(log).read(log, after);
  }

  async snapshot(log: string): Promise<JournalRecord | undefined> {
    return this.#of(log).snapshot(log);
  }

  async truncate(log: string, position: number): Promise<void> {
    checkPosition(position);
    this.#of(log).truncate(log, position);
  }

  async repair(log: string): Promise<number> {
    return this.#of(log).repair(log);
  }

  async remove(log: string): Promise<void> {
    this.#of(log).remove(log);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #of(log: string): StoredLogs {
    checkLog(log);
    if (this.#isClosed) throw new JournalClosed(this.place);
    return this.#logs;
  }
}

/** What was put in is copied, and what comes out. */
export class MemoryLogTable implements LogTable {
  readonly #heads = new Map<string, Uint8Array>();
  readonly #logs = new Map<string, StoredBytes[]>();

  head(log: string): Uint8Array | undefined {
    const bytes = this.#heads.get(log);
    return bytes === undefined ? undefined : Uint8Array.from(bytes);
  }

  putHead(log: string, bytes: Uint8Array): void {
    this.#heads.set(log, Uint8Array.from(bytes));
  }

  removeHead(log: string): void {
    this.#heads.delete(log);
  }

  get(log: string, position: number): Uint8Array | undefined {
    const records = this.#recordsOf(log);
    const stored = records[placeOf(records, position)];
    return stored?.position === position ? Uint8Array.from(stored.bytes) : undefined;
  }

  put(log: string, position: number, bytes: Uint8Array): void {
    const records = this.#recordsOf(log);
    const place = placeOf(records, position);
    const isThere = records[place]?.position === position;
    records.splice(place, isThere ? 1 : 0, { position, bytes: Uint8Array.from(bytes) });
    this.#logs.set(log, records);
  }

  remove(log: string, position: number): void {
    const records = this.#recordsOf(log);
    const place = placeOf(records, position);
    if (records[place]?.position === position) records.splice(place, 1);
    if (records.length === 0) this.#logs.delete(log);
  }

  *behind(log: string, after: number): Iterable<StoredBytes> {
    const records = this.#recordsOf(log);
    for (let place = placeOf(records, after + 1); place < records.length; place += 1) {
      const stored = records[place];
      if (stored !== undefined) yield copyOf(stored);
    }
  }

  *fromEnd(log: string): Iterable<StoredBytes> {
    const records = this.#recordsOf(log);
    for (let place = records.length - 1; place >= 0; place -= 1) {
      const stored = records[place];
      if (stored !== undefined) yield copyOf(stored);
    }
  }

  #recordsOf(log: string): StoredBytes[] {
    return this.#logs.get(log) ?? [];
  }
}

/** Of the first record that is not before `position`. */
function placeOf(records: readonly StoredBytes[], position: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((records[middle]?.position ?? 0) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

function copyOf({ position, bytes }: StoredBytes): StoredBytes {
  return { position, bytes: Uint8Array.from(bytes) };
}
