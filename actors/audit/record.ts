// A record of the audit log as a line of its file: every one holds its own hash and those of the records before it. Pure.
import { createHash } from "node:crypto";
import { z } from "zod";

/** What happened. More may come: whoever reads takes any word. */
export type AuditWord =
  /** A file that was asked for was refused. */
  | "read_refused"
  /** A change of a file was refused. */
  | "change_refused"
  /** A request went to a model: its hash and its length, and its text where that is configured. */
  | "sent_to_model"
  | "changes_applied"
  | "changes_undone"
  | "trust_given"
  | "trust_revoked"
  /** Another node told what it wrote last. */
  | "head_noted"
  /** Files were taken out because they are old. */
  | "audit_shortened"
  /** A program ended while it wrote a line. */
  | "audit_torn";

export interface AuditRecord {
  readonly v: 1;
  /** ISO 8601, by the wall clock of whoever wrote it. */
  readonly at: string;
  /** The node or the program that wrote it. */
  readonly by: string;
  readonly what: string;
  readonly about: unknown;
  /** The hashes of those records that were the last ones: of several where programs wrote at the same time. */
  readonly prev: readonly string[];
  /** SHA-256 in hex of the line up to here. */
  readonly hash: string;
}

/** The line, with its end. */
export function auditLine(record: Omit<AuditRecord, "hash" | "v">): {
  readonly line: string;
  readonly hash: string;
} {
  const { at, by, what, about, prev } = record;
  const facts = JSON.stringify({ v: 1, at, by, what, about, prev });
  const open = facts.slice(0, -1);
  const hash = hashOf(open);
  return { line: `${open},"hash":"${hash}"}\n`, hash };
}

/** Undefined for what is none, or another than what was written. @param line without its end */
export function auditRecordIn(line: string): AuditRecord | undefined {
  const match = ending.exec(line);
  if (match === null) return undefined;
  if (hashOf(line.slice(0, match.index)) !== match[1]) return undefined;
  try {
    const parsed = shape.safeParse(JSON.parse(line));
    return parsed.success ? (parsed.data as AuditRecord) : undefined;
  } catch {
    return undefined;
  }
}

export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

const ending = /,"hash":"([0-9a-f]{64})"\}$/;

const shape = z.object({
  v: z.literal(1),
  at: z.string(),
  by: z.string(),
  what: z.string(),
  about: z.unknown(),
  prev: z.array(z.string()),
  hash: z.string(),
});
