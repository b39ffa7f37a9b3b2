// Finds out whether an audit log is what was written: nothing changed, taken out, or put in between. Pure.
import { auditLimits } from "./limits.ts";
import { type AuditRecord, auditRecordIn, hashOf } from "./record.ts";

export interface AuditText {
  readonly name: string;
  /** Its day, as 2026-11-23. */
  readonly day: string;
  readonly text: string;
}

export interface AuditProblem {
  readonly file: string;
  /** From 1; undefined where it is about the log as a whole. */
  readonly line: number | undefined;
  readonly message: string;
}

export interface AuditCheck {
  readonly records: number;
  /** When the first and the last of them were written; undefined where there is none. */
  readonly from: string | undefined;
  readonly until: string | undefined;
  /** The hashes of the last ones. Whoever notes them elsewhere finds out whether any were cut off at the end. */
  readonly heads: readonly string[];
  readonly problems: readonly AuditProblem[];
}

interface Placed {
  readonly record: AuditRecord;
  readonly file: string;
  readonly line: number;
}

/**
 * Every record but the last ones is referred to by a later one, so that none can be changed, taken out or put in without another
 * one showing it; but for the last ones themselves.
 * @param files by day
 */
export function checkAudit(files: readonly AuditText[]): AuditCheck {
  const reading = new Reading();
  for (const file of files) reading.take(file);
  return reading.check(files[0]);
}

/** The records that can be read, in their order. */
export function auditRecords(files: readonly AuditText[]): readonly AuditRecord[] {
  return files.flatMap(({ text }) =>
    text.split("\n").flatMap((line) => {
      const record = auditRecordIn(line);
      return record === undefined ? [] : [record];
    }),
  );
}

/** The hashes that no record of a text refers to. */
export function headsIn(text: string): readonly string[] {
  const heads = new Set<string>();
  for (const line of text.split("\n")) {
    const record = auditRecordIn(line);
    if (record === undefined) continue;
    for (const hash of record.prev) heads.delete(hash);
    heads.add(record.hash);
  }
  return [...heads];
}

/**
 * What another node noted of this log and is not in it any more: it was cut off, or written anew.
 * @param others the records of the other node
 */
export function missingHeads(
  own: readonly AuditRecord[],
  others: readonly AuditRecord[],
  file: string,
): readonly AuditProblem[] {
  const writers = new Set(own.map(({ by }) => by));
  const known = new Set(own.map(({ hash }) => hash));
  const [first] = own;
  // Of the day before, whose records may have been taken out by now, some is noted right after midnight.
  const isKept = (at: string): boolean =>
    first === undefined ||
    first.prev.length === 0 ||
    at.slice(0, dayCharacters) > first.at.slice(0, dayCharacters);
  return others.flatMap(({ what, at, about }) => {
    const { node, head } = (about ?? {}) as { readonly node?: unknown; readonly head?: unknown };
    const isOurs = what === "head_noted" && typeof node === "string" && writers.has(node) && isKept(at);
    if (!isOurs || typeof head !== "string" || known.has(head)) return [];
    const message = `A record that ${node} had written until ${at} is not there any more: ${head}.`;
    return [{ file, line: undefined, message }];
  });
}

/** As in 2026-11-23T10:00:00.000Z. */
const dayCharacters = 10;

class Reading {
  readonly #placed: Placed[] = [];
  readonly #known = new Map<string, number>();
  readonly #referred = new Set<string>();
  readonly #problems: AuditProblem[] = [];
  /** Lines that are no record, by the hash of what they hold: one that says so may follow. */
  readonly #torn = new Map<string, AuditProblem>();
  /** References to records that are not there. */
  readonly #missing: { readonly at: Placed; readonly isFirstFile: boolean }[] = [];
  #fileCount = 0;

  take({ name, text }: AuditText): void {
    this.#fileCount += 1;
    const lines = text.split("\n");
    for (const [index, line] of lines.entries()) {
      if (line === "") continue;
      const record = auditRecordIn(line);
      if (record === undefined) this.#takeTorn(line, name, index + 1);
      else this.#takeRecord({ record, file: name, line: index + 1 });
    }
  }

  check(first: AuditText | undefined): AuditCheck {
    const heads = this.#heads();
    const isShortened = this.#placed.some(
      ({ record }) =>
        record.what === "audit_shortened" && first !== undefined && untilOf(record) <= first.day,
    );
    for (const { at, isFirstFile } of this.#missing) {
      if (isFirstFile && isShortened) continue;
      const what = isFirstFile
        ? "Records before it are missing, and nothing says that they were taken out because they are old."
        : "It refers to a record that is not there: one was changed or taken out.";
      this.#problems.push({ file: at.file, line: at.line, message: what });
    }
    return {
      records: this.#placed.length,
      from: this.#placed[0]?.record.at,
      until: this.#placed.at(-1)?.record.at,
      heads,
      problems: [...this.#torn.values(), ...this.#problems],
    };
  }

  #takeTorn(line: string, file: string, number: number): void {
    const message = "It is no record, or not what was written.";
    this.#torn.set(hashOf(line), { file, line: number, message });
  }

  #takeRecord(placed: Placed): void {
    const { record } = placed;
    if (record.what === "audit_torn") this.#torn.delete(tornIn(record));
    if (this.#known.has(record.hash)) {
      this.#problems.push({ file: placed.file, line: placed.line, message: "It stands there twice." });
      return;
    }
    if (record.prev.length === 0 && this.#placed.length > auditLimits.simultaneousRecordsMax)
      this.#problems.push({
        ...{ file: placed.file, line: placed.line },
        message: "It refers to no record before it, as only the first ones may.",
      });
    for (const hash of record.prev) {
      if (this.#known.has(hash)) this.#referred.add(hash);
      else this.#missing.push({ at: placed, isFirstFile: this.#fileCount === 1 });
    }
    this.#known.set(record.hash, this.#placed.length);
    this.#placed.push(placed);
  }

  #heads(): readonly string[] {
    const { simultaneousRecordsMax } = auditLimits;
    const last = this.#placed.length - 1;
    const heads: string[] = [];
    for (const [index, { record, file, line }] of this.#placed.entries()) {
      if (this.#referred.has(record.hash)) continue;
      heads.push(record.hash);
      if (last - index > simultaneousRecordsMax)
        this.#problems.push({ file, line, message: "No later record refers to it: it was put in." });
    }
    return heads;
  }
}

function untilOf({ about }: AuditRecord): string {
  const day = (about as { readonly before?: unknown } | null)?.before;
  return typeof day === "string" ? day : "9";
}

function tornIn({ about }: AuditRecord): string {
  const hash = (about as { readonly sha256?: unknown } | null)?.sha256;
  return typeof hash === "string" ? hash : "";
}
