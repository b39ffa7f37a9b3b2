// One log as a stream has it: its records in order, where it ends, what of it cannot be read.
import type { StoredMessage } from "../../store/jetstream/stored-message.ts";
import type { Stream } from "../../store/jetstream/stream.ts";
import { JournalDamaged } from "../failures.ts";
import type { JournalRecord, LogEnd, Page } from "../journal.ts";
import { journalLimits } from "../limits.ts";
import { decodeRecord, type ReadRecord } from "../record-format.ts";

export interface Tip extends LogEnd {
  /** Position of the last snapshot; 0 for none. */
  readonly snapshot: number;
  /** What the broker holds for the last position, and compares with what an append expects. */
  readonly lastAtBroker: number;
}

/** Where the last snapshot before a record is, with that record: nothing on a broker can be looked for backwards. */
const snapshotHeader = "Aiex-Snapshot";

export function tipHeaders({ snapshot }: Tip): Readonly<Record<string, string>> {
  return { [snapshotHeader]: String(snapshot) };
}

/** A record in its place, or why there is none. */
interface Step {
  readonly position: number;
  readonly bytes: number;
  readonly record: JournalRecord | undefined;
  readonly why: string | undefined;
}

export class StreamLog {
  readonly subject: string;
  readonly #stream: Stream;
  readonly #name: string;

  constructor(stream: Stream, subject: string, name: string) {
    this.#stream = stream;
    this.subject = subject;
    this.#name = name;
  }

  /** @throws {JournalDamaged} the last record cannot be read; {StoreUnavailable} */
  async tip(): Promise<Tip> {
    const { message, lastAtBroker } = await this.#last();
    if (message === undefined) return { position: 0, epoch: 0, snapshot: 0, lastAtBroker };
    const { position } = message;
    const read = this.#decode(message);
    const why = read.kind === "unreadable" ? read.why : await this.#whyMoved(position, read.previous);
    if (why !== undefined || read.kind === "unreadable")
      throw new JournalDamaged(this.#stream.place, this.#name, position, why ?? "");
    const { epoch, kind } = read.record;
    const snapshot = kind === "snapshot" ? position : (pointerIn(message) ?? 0);
    return { position, epoch, snapshot, lastAtBroker };
  }

  async page(after: number, recordsMax: number = journalLimits.pageRecordsMax): Promise<Page> {
    const records: JournalRecord[] = [];
    let bytes = 0;
    for await (const step of this.#steps(after, true)) {
      const { position, record, why = "" } = step;
      if (record === undefined) return { records, isEnd: false, damage: { position, why } };
      bytes += step.bytes;
      const isFull = records.length >= recordsMax || bytes > journalLimits.pageBytesMax;
      if (isFull && records.length > 0) return { records, isEnd: false, damage: undefined };
      records.push(record);
    }
    return { records, isEnd: true, damage: undefined };
  }

  async recordAt(position: number): Promise<JournalRecord | undefined> {
    const message = await this.#stream.at(position);
    if (message?.subject !== this.subject) return undefined;
    const read = this.#decode(message);
    return read.kind === "record" ? read.record : undefined;
  }

  async snapshot(): Promise<JournalRecord | undefined> {
    const { message } = await this.#last();
    if (message === undefined) return undefined;
    const read = this.#decode(message);
    const pointer = pointerIn(message);
    if (read.kind === "record" && pointer !== undefined) {
      if (read.record.kind === "snapshot") return read.record;
      if (pointer === 0) return undefined;
      const found = await this.recordAt(pointer);
      if (found?.kind === "snapshot") return found;
    }
    // What leads to it cannot be read, or it cannot itself: whatever is the last one that can.
    let last: JournalRecord | undefined;
    for await (const { record } of this.#steps(0, false)) if (record?.kind === "snapshot") last = record;
    return last;
  }

  /** Keeps what can be read from the beginning, and from the last snapshot that can be read; gives how many it took out. */
  async repair(): Promise<number> {
    const steps: { readonly position: number; readonly isSnapshot: boolean; readonly isGood: boolean }[] = [];
    for await (const { position, record } of this.#steps(0, false)) {
      steps.push({ position, isSnapshot: record?.kind === "snapshot", isGood: record !== undefined });
    }
    const snapshotAt = steps.findLastIndex(({ isSnapshot }) => isSnapshot);
    const isKept = (index: number): boolean => {
      const from = index >= snapshotAt ? Math.max(0, snapshotAt) : 0;
      return steps.slice(from, index + 1).every(({ isGood }) => isGood);
    };
    const firstBad = steps.findIndex(({ isGood }) => !isGood);
    const out = steps.filter((_, index) => firstBad >= 0 && index >= firstBad && !isKept(index));
    // The last one first: where this is cut short, what is left is what was there before, only less.
    for (const { position } of out.toReversed()) await this.#stream.takeOut(position);
    return out.length;
  }

  async remove(): Promise<void> {
    for (;;) {
      const { message } = await this.#last();
      if (message === undefined) return;
      // Not what comes later: this may be asked again, of a broker that answered too late.
      await this.#stream.takeOutBefore(this.subject, message.position + 1);
    }
  }

  /**
   * Where the last message was taken out, as a repair does, servers of version 2.9 believe that the subject has none until
   * the next one comes or they start again. Until then they expect 0, and that nobody was quicker holds all the same.
   */
  async #last(): Promise<{ readonly message: StoredMessage | undefined; readonly lastAtBroker: number }> {
    const told = await this.#stream.last(this.subject);
    if (told !== undefined) return { message: told, lastAtBroker: told.position };
    let message: StoredMessage | undefined;
    for (;;) {
      const next = await this.#stream.next(this.subject, (message?.position ?? 0) + 1);
      if (next === undefined) return { message, lastAtBroker: 0 };
      message = next;
    }
  }

  /** What is behind a position, in order; up to the first that is not good, or beyond it. */
  async *#steps(after: number, isStrict: boolean): AsyncGenerator<Step> {
    let last = after;
    let isFirst = true;
    for (;;) {
      const message = await this.#stream.next(this.subject, last + 1);
      if (message === undefined) return;
      const step = await this.#step(message, last, isFirst);
      yield step;
      if (isStrict && step.record === undefined) return;
      last = message.position;
      isFirst = false;
    }
  }

  async #step(message: StoredMessage, last: number, isFirst: boolean): Promise<Step> {
    const { position, payload } = message;
    const bytes = payload.length;
    const read = this.#decode(message);
    if (read.kind === "unreadable") return { position, bytes, record: undefined, why: read.why };
    const { record, previous } = read;
    const isCovered = record.kind === "snapshot" && previous > last;
    let why: string | undefined;
    if (previous !== last && !isCovered) {
      if (previous > last) why = `what was before it, at position ${previous}, is gone`;
      // Whoever reads from anywhere may begin between two records.
      else why = isFirst ? await this.#whyMoved(position, previous) : movedWords;
    }
    return { position, bytes, record: why === undefined ? record : undefined, why };
  }

  /** A record that was put elsewhere is not the first one behind the one that was before it. */
  async #whyMoved(position: number, previous: number): Promise<string | undefined> {
    const first = await this.#stream.next(this.subject, previous + 1);
    return first?.position === position ? undefined : movedWords;
  }

  #decode({ position, payload }: StoredMessage): ReadRecord {
    return decodeRecord({ log: this.#name, position: undefined }, position, payload);
  }
}

const movedWords = "it was written for another place of the log";

function pointerIn(message: StoredMessage): number | undefined {
  const pointer = Number(message.header(snapshotHeader) ?? Number.NaN);
  return Number.isSafeInteger(pointer) && pointer >= 0 ? pointer : undefined;
}
