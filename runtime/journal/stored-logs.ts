// The logs in one table: what is appended, read, found damaged and repaired, each step as one change of the table.
import { Misuse } from "../process/failures.ts";
import { decideAppend } from "./append-decision.ts";
import { JournalDamaged } from "./failures.ts";
import type { Append, Appended, JournalRecord, LogEnd, Page } from "./journal.ts";
import { journalLimits } from "./limits.ts";
import { decodeHead, emptyHead, encodeHead, type LogHead } from "./log-head.ts";
import type { LogTable, StoredBytes } from "./log-table.ts";
import { decodeRecord, encodeRecord, type ReadRecord } from "./record-format.ts";

/** The name under which the last position of all removed logs is kept: a log that is begun anew goes on behind it. */
const removedLogs = "";

interface Damage {
  readonly position: number;
  readonly why: string;
}

export class StoredLogs {
  readonly #place: string;
  readonly #table: LogTable;
  readonly #wholeEnds: Map<string, number>;

  /** `wholeEnds`: the ends that were looked at and found whole, or written here. They are not looked at for every append. */
  constructor(place: string, table: LogTable, wholeEnds: Map<string, number> = new Map()) {
    this.#place = place;
    this.#table = table;
    this.#wholeEnds = wholeEnds;
  }

  /** @throws {JournalDamaged} */
  append(log: string, append: Append): Appended {
    const head = this.#wholeHead(log);
    const end = { position: head.position, epoch: head.epoch };
    const decided = decideAppend(end, append, this.#recordBehind(log, append.expected, end));
    if (decided !== undefined) return decided;
    const position = head.used + 1;
    this.#table.put(log, position, encodeRecord({ log, position }, append));
    this.#keep(log, {
      position,
      epoch: append.epoch,
      snapshot: append.kind === "snapshot" ? position : head.snapshot,
      used: position,
    });
    return { kind: "appended", position, isRepeat: false };
  }

  /** @throws {JournalDamaged} */
  end(log: string): LogEnd {
    this.#wholeEnds.delete(log);
    const { position, epoch } = this.#wholeHead(log);
    return { position, epoch };
  }

  read(log: string, after: number): Page {
    const records: JournalRecord[] = [];
    let last = after;
    let bytes = 0;
    for (const stored of this.#table.behind(log, after)) {
      bytes += stored.bytes.length;
      const isFull = records.length === journalLimits.pageRecordsMax || bytes > journalLimits.pageBytesMax;
      if (isFull && records.length > 0) return { records, isEnd: false, damage: undefined };
      const read = this.#decode(log, stored);
      const why = whyNotNext(read, last, records.length === 0);
      if (why !== undefined) return { records, isEnd: false, damage: { position: stored.position, why } };
      if (read.kind === "record") records.push(read.record);
      last = stored.position;
    }
    const damage = this.#damageAtEnd(log, last, records.length > 0);
    return { records, isEnd: damage === undefined, damage };
  }

  snapshot(log: string): JournalRecord | undefined {
    const head = this.#head(log);
    if (head !== undefined && head.snapshot > 0) {
      const found = this.#recordAt(log, head.snapshot);
      if (found?.kind === "snapshot") return found;
    }
    if (head?.snapshot === 0) return undefined;
    // What tells where it is cannot be read, or it cannot itself: the one before it has to do.
    for (const stored of this.#table.fromEnd(log)) {
      const read = this.#decode(log, stored);
      if (read.kind === "record" && read.record.kind === "snapshot") return read.record;
    }
    return undefined;
  }

  /** @throws {Misuse} no snapshot that can be read is there */
  truncate(log: string, position: number): void {
    if (this.#recordAt(log, position)?.kind !== "snapshot")
      throw new Misuse(
        `Position ${position} of the log ${JSON.stringify(log)} is not that of a snapshot that can be read. Write a snapshot first, and give its position.`,
      );
    this.#removeBetween(log, 0, position);
  }

  /** Keeps the last snapshot that can be read, and what follows it as far as that can be read. */
  repair(log: string): number {
    const snapshot = this.snapshot(log);
    const start = snapshot?.position ?? 1;
    const front = this.#scan(log, 0, start);
    const { last, damage } = this.#scan(log, start - 1, Number.POSITIVE_INFINITY);
    const position = last?.position ?? 0;
    const atEnd = this.#damageAtEnd(log, position, true);
    if (front.damage === undefined && damage === undefined && atEnd === undefined) return 0;
    const used = Math.max(this.#head(log)?.used ?? 0, this.#lastOf(log)?.position ?? 0);
    let removed = front.damage === undefined ? 0 : this.#removeBetween(log, 0, start);
    if (damage !== undefined)
      removed += this.#removeBetween(log, damage.position - 1, Number.POSITIVE_INFINITY);
    this.#keep(log, { position, epoch: last?.epoch ?? 0, snapshot: snapshot?.position ?? 0, used });
    return removed;
  }

  remove(log: string): void {
    const used = Math.max(this.#head(log)?.used ?? 0, this.#lastOf(log)?.position ?? 0);
    this.#removeBetween(log, 0, Number.POSITIVE_INFINITY);
    this.#table.removeHead(log);
    this.#wholeEnds.delete(log);
    if (used > (this.#floor() ?? 0))
      this.#table.putHead(removedLogs, encodeHead(removedLogs, { ...emptyHead, used }));
  }

  /** The first damage behind `after` and before `until`, and the last record before it. */
  #scan(
    log: string,
    after: number,
    until: number,
  ): { readonly last: JournalRecord | undefined; readonly damage: Damage | undefined } {
    let last: JournalRecord | undefined;
    for (const stored of this.#table.behind(log, after)) {
      const { position } = stored;
      if (position >= until) break;
      const read = this.#decode(log, stored);
      const why = whyNotNext(read, last?.position ?? after, last === undefined);
      if (why !== undefined) return { last, damage: { position, why } };
      if (read.kind === "record") last = read.record;
    }
    return { last, damage: undefined };
  }

  /** Gives how many there were. */
  #removeBetween(log: string, after: number, until: number): number {
    const positions: number[] = [];
    for (const { position } of this.#table.behind(log, after)) {
      if (position >= until) break;
      positions.push(position);
    }
    for (const position of positions) this.#table.remove(log, position);
    return positions.length;
  }

  /** `last` is the last record that could be read, or behind which nothing was found. */
  #damageAtEnd(log: string, last: number, hasRecords: boolean): Damage | undefined {
    const head = this.#head(log);
    if (head === undefined)
      return { position: last + 1, why: "what tells where the log ends cannot be read" };
    if (head.position > last) return { position: head.position, why: "the last record is missing" };
    if (head.position < last && hasRecords)
      return { position: last, why: "it is behind the last record that was written" };
    return undefined;
  }

  /** Once the last record has been found whole. @throws {JournalDamaged} */
  #wholeHead(log: string): LogHead {
    const head = this.#head(log);
    if (head !== undefined && head.position > 0 && this.#wholeEnds.get(log) === head.position) return head;
    const stored = this.#lastOf(log);
    const position = stored?.position ?? 0;
    const read = stored === undefined ? undefined : this.#decode(log, stored);
    if (read?.kind === "unreadable") throw new JournalDamaged(this.#place, log, position, read.why);
    const damage = this.#damageAtEnd(log, position, true);
    if (head === undefined || damage !== undefined)
      throw new JournalDamaged(
        this.#place,
        log,
        damage?.position ?? position,
        damage?.why ?? "it has no end",
      );
    this.#remember(log, position);
    return head;
  }

  #head(log: string): LogHead | undefined {
    const bytes = this.#table.head(log);
    if (bytes !== undefined) return decodeHead(log, bytes);
    const used = this.#floor();
    return used === undefined ? undefined : { ...emptyHead, used };
  }

  /** The last position of any log that was removed; undefined where that cannot be read. */
  #floor(): number | undefined {
    const bytes = this.#table.head(removedLogs);
    return bytes === undefined ? 0 : decodeHead(removedLogs, bytes)?.used;
  }

  #keep(log: string, head: LogHead): void {
    this.#table.putHead(log, encodeHead(log, head));
    this.#remember(log, head.position);
  }

  #remember(log: string, position: number): void {
    if (this.#wholeEnds.size >= journalLimits.knownEndsMax) this.#wholeEnds.clear();
    this.#wholeEnds.set(log, position);
  }

  /** Where the log goes on behind `expected`: what an append that was made already would be. @throws {JournalDamaged} */
  #recordBehind(log: string, expected: number, end: LogEnd): JournalRecord | undefined {
    if (expected >= end.position) return undefined;
    for (const stored of this.#table.behind(log, expected)) {
      const read = this.#decode(log, stored);
      if (read.kind === "record") return read.record;
      throw new JournalDamaged(this.#place, log, stored.position, read.why);
    }
    return undefined;
  }

  #recordAt(log: string, position: number): JournalRecord | undefined {
    const bytes = this.#table.get(log, position);
    if (bytes === undefined) return undefined;
    const read = this.#decode(log, { position, bytes });
    return read.kind === "record" ? read.record : undefined;
  }

  #lastOf(log: string): StoredBytes | undefined {
    for (const stored of this.#table.fromEnd(log)) return stored;
    return undefined;
  }

  #decode(log: string, { position, bytes }: StoredBytes): ReadRecord {
    return decodeRecord({ log, position }, position, bytes);
  }
}

/** Why the record does not follow the one at `last`. What is before a snapshot may have been taken out. */
function whyNotNext(read: ReadRecord, last: number, isFirst: boolean): string | undefined {
  if (read.kind === "unreadable") return read.why;
  const { record, previous } = read;
  const follows = isFirst ? previous <= last : previous === last;
  return follows || record.kind === "snapshot" ? undefined : "records before it are missing";
}
