// The journal of a simulated store as one node has it: it lasts, and whoever asks may not hear so.
import { JournalClosed } from "../../journal/failures.ts";
import type {
  Acknowledgement,
  Append,
  Appended,
  Journal,
  JournalRecord,
  LogEnd,
  Page,
} from "../../journal/journal.ts";
import { checkAppend, checkLog, checkPosition } from "../../journal/journal-guard.ts";
import { StoreUnavailable } from "../../store/failures.ts";
import type { Line } from "./line.ts";

/** As many brokers as a set has; one is never alone with what it acknowledged. */
const replicas = 3;

export class ImperfectJournal implements Journal {
  readonly place: string;
  readonly #line: Line;
  #isClosed = false;

  constructor(line: Line) {
    this.place = line.place;
    this.#line = line;
  }

  async acknowledgement(): Promise<Acknowledgement> {
    return { kind: "replicated", replicas, synced: true };
  }

  async append(log: string, append: Append): Promise<Appended> {
    this.#check(log);
    checkAppend(append);
    const taken = { ...append, payload: append.payload.slice() };
    try {
      return await this.#ask((journal) => journal.append(log, taken), true);
    } catch (error) {
      if (error instanceof StoreUnavailable) return { kind: "unknown", why: error.message };
      throw error;
    }
  }

  async end(log: string): Promise<LogEnd> {
    this.#check(log);
    return this.#ask((journal) => journal.end(log), false);
  }

  async read(log: string, after: number): Promise<Page> {
    this.#check(log);
    checkPosition(after);
    return this.#ask((journal) => journal.read(log, after), false);
  }

  async snapshot(log: string): Promise<JournalRecord | undefined> {
    this.#check(log);
    return this.#ask((journal) => journal.snapshot(log), false);
  }

  async truncate(log: string, position: number): Promise<void> {
    this.#check(log);
    checkPosition(position);
    return this.#ask((journal) => journal.truncate(log, position), true);
  }

  async repair(log: string): Promise<number> {
    this.#check(log);
    return this.#ask((journal) => journal.repair(log), true);
  }

  async remove(log: string): Promise<void> {
    this.#check(log);
    return this.#ask((journal) => journal.remove(log), true);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #check(log: string): void {
    checkLog(log);
    if (this.#isClosed) throw new JournalClosed(this.place);
  }

  #ask<T>(work: (journal: Journal) => Promise<T>, isChange: boolean): Promise<T> {
    return this.#line.ask(() => work(this.#line.leader.journal), isChange);
  }
}
