// Whether the engine says of one case what a reviewer would: the planted defect, and nothing else.
import type { Case, Category } from "./case.ts";

/** What this needs of a finding of the engine. */
export interface Finding {
  readonly rule: string;
  readonly category: Category;
  readonly severity: "error" | "warning" | "info" | "hint";
  readonly line: number;
  readonly endLine: number;
  readonly message: string;
}

/** The engine as one function; it runs in this process, which is faster than a parser program for each run. */
export type Examine = (request: {
  readonly id: number;
  readonly path: string;
  readonly language: string;
  readonly text: string;
}) => Promise<
  | { readonly ok: true; readonly findings: readonly Finding[] }
  | { readonly ok: false; readonly reason: string }
>;

export interface Judgement {
  readonly of: Case;
  /** The finding that names the defect; null where there is none, and for clean code. */
  readonly hit: Finding | null;
  /** Errors and warnings anywhere else. */
  readonly falseAlarms: readonly Finding[];
  /** How many infos and hints stand anywhere else. They ask for a look and fail nothing. */
  readonly remarks: number;
  /** Why the engine could not read the code; null where it could. */
  readonly unread: string | null;
}

/** A finding that begins before the planted line names it only where what it spans can be seen at a glance. */
const constructLinesMax = 6;

export async function judgeAll(cases: readonly Case[], examine: Examine): Promise<readonly Judgement[]> {
  const judgements: Judgement[] = [];
  for (const [id, one] of cases.entries()) {
    const { path, language, code } = one;
    const answer = await examine({ id, path, language, text: code });
    judgements.push(answer.ok ? judge(one, answer.findings) : unread(one, answer.reason));
  }
  return judgements;
}

function judge(one: Case, findings: readonly Finding[]): Judgement {
  const elsewhere = findings.filter((finding) => !touches(one, finding));
  const falseAlarms = elsewhere.filter(isLoud);
  const hit = findings.find((finding) => touches(one, finding) && isOfKind(one.category, finding.category));
  return {
    of: one,
    hit: hit ?? null,
    falseAlarms,
    remarks: elsewhere.length - falseAlarms.length,
    unread: null,
  };
}

function unread(one: Case, reason: string): Judgement {
  return { of: one, hit: null, falseAlarms: [], remarks: 0, unread: reason };
}

function touches({ lines }: Case, { line, endLine }: Finding): boolean {
  if (lines.includes(line)) return true;
  return endLine - line < constructLinesMax && lines.some((planted) => planted > line && planted <= endLine);
}

/**
 * Security and performance stand for themselves. Whether a long parameter list is a smell or a matter of quality is taste,
 * so quality, smells and architecture answer for each other.
 */
function isOfKind(planted: Category | null, found: Category): boolean {
  if (planted === null) return false;
  return planted === found || (isMaintainability(planted) && isMaintainability(found));
}

function isMaintainability(category: Category): boolean {
  return category !== "security" && category !== "performance";
}

export function isLoud({ severity }: { readonly severity: string }): boolean {
  return severity === "error" || severity === "warning";
}
