// The journal of a node that is alone, in LMDB: an append is acknowledged once it is on the disk.
import type { Acknowledgement, Append, Appended, Journal, JournalRecord, LogEnd, Page } from "../journal.ts";
import { checkAppend, checkLog, checkPosition } from "../journal-guard.ts";
import { StoredLogs } from "../stored-logs.ts";
import { LmdbLogTable } from "./lmdb-log-table.ts";
import type { OrderedTable, TableHome } from "./ordered-table.ts";

/** What a record takes beside its payload, about. */
const recordHeadBytes = 300;

export class LmdbJournal implements Journal {
  readonly place: string;
  readonly #environment: TableHome;
  readonly #wholeEnds = new Map<string, number>();

  /** Who opened the environment closes it; `close` of the journal does as well. */
  constructor(environment: TableHome) {
    this.place = environment.place;
    this.#environment = environment;
  }

  async acknowledgement(): Promise<Acknowledgement> {
    return { kind: "fsync" };
  }

  async append(log: string, given: Append): Promise<Appended> {
    checkLog(log);
    checkAppend(given);
    // It is written later, and the caller may go on with its bytes.
    const append = { ...given, payload: Uint8Array.from(given.payload) };
    return this.#write(append.payload.length, (logs) => logs.append(log, append));
  }

  async end(log: string): Promise<LogEnd> {
    checkLog(log);
    return this.#read((logs) => logs.end(log));
  }

  async read(log: string, after: number): Promise<Page> {
    checkLog(log);
    checkPosition(after);
    return this.#read((logs) => logs.read(log, after));
  }

  async snapshot(log: string): Promise<JournalRecord | undefined> {
    checkLog(log);
    return this.#read((logs) => logs.snapshot(log));
  }

  async truncate(log: string, position: number): Promise<void> {
    checkLog(log);
    checkPosition(position);
    return this.#write(0, (logs) => logs.truncate(log, position));
  }

  async repair(log: string): Promise<number> {
    checkLog(log);
    return this.#write(0, (logs) => logs.repair(log));
  }

  async remove(log: string): Promise<void> {
    checkLog(log);
    return this.#write(0, (logs) => logs.remove(log));
  }

  close(): Promise<void> {
    return this.#environment.close();
  }

  #read<Result>(work: (logs: StoredLogs) => Result): Promise<Result> {
    return this.#environment.read((table) => this.#with(table, work));
  }

  #write<Result>(bytes: number, work: (logs: StoredLogs) => Result): Promise<Result> {
    return this.#environment.write(bytes + recordHeadBytes, (table) => this.#with(table, work));
  }

  #with<Result>(table: OrderedTable, work: (logs: StoredLogs) => Result): Result {
    return work(new StoredLogs(this.place, new LmdbLogTable(table), this.#wholeEnds));
  }
}
