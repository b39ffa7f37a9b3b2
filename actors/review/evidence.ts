// Weighs what a model says of a file against the text it was shown and against what the static engine found. Pure.
import type { FileReview, ModelFinding } from "../analysis/model-review.ts";
import type { Finding } from "../analysis/report.ts";
import type { AnsweredFinding, ReviewAnswer } from "./answer.ts";
import { knownLinesMax, quoteCharactersMin, quoteLinesMax } from "./limits.ts";
import type { Material } from "./material.ts";

/**
 * The review that an answer makes: findings whose quote is not on their line, or that say the same again, are dropped;
 * those that the static engine has made on the same lines in the same category confirm it.
 */
export function reviewOf({ score, summary, findings }: ReviewAnswer, material: Material): FileReview {
  const kept: ModelFinding[] = [];
  const confirmed = new Map<string, FileReview["confirmed"][number]>();
  let merged = 0;
  let dropped = 0;
  for (const finding of findings) {
    const quoted = quotedLines(finding, material.lines);
    if (quoted === undefined || kept.some((other) => isSame(other, finding))) {
      dropped += 1;
      continue;
    }
    const known = material.known.filter((other) => isKnownAs(other, finding, quoted));
    if (known.length > 0) merged += 1;
    else kept.push(findingOf(finding, quoted, material.lines.length));
    for (const { rule, line } of known) confirmed.set(`${line} ${rule}`, { rule, line });
  }
  return {
    score: Math.round(score * 10) / 10,
    summary,
    findings: kept.sort((a, b) => a.line - b.line || a.endLine - b.endLine),
    confirmed: [...confirmed.values()].sort((a, b) => a.line - b.line || (a.rule < b.rule ? -1 : 1)),
    merged,
    dropped,
    masked: material.masked,
  };
}

/** How many lines, from its own on, the quote of a finding goes over; undefined where it does not stand there. */
function quotedLines({ line, quote }: AnsweredFinding, lines: readonly string[]): number | undefined {
  const parts = quote
    .split(/\r?\n/)
    .map((part, index) => withoutNumber(part, line + index))
    .filter((part, index, all) => normal(part) !== "" || (index > 0 && index < all.length - 1));
  const [first] = parts;
  const own = normal(lines[line - 1] ?? "");
  if (first === undefined || parts.length > quoteLinesMax) return undefined;
  const wanted = normal(first);
  const whole = normal(parts.join("\n"));
  const tells = whole.length >= quoteCharactersMin || (wanted === own && standsOnce(own, lines));
  if (!tells || !own.includes(wanted)) return undefined;
  const text = normal(lines.slice(line - 1, line - 1 + parts.length).join("\n"));
  return text.includes(whole) ? parts.length : undefined;
}

function standsOnce(line: string, lines: readonly string[]): boolean {
  return lines.filter((other) => normal(other) === line).length === 1;
}

/** Models copy the number that stands before a line along with it. */
function withoutNumber(part: string, line: number): string {
  const numbered = /^\s*(\d{1,7})\| ?/.exec(part);
  return numbered !== null && Number(numbered[1]) === line ? part.slice(numbered[0].length) : part;
}

/** White space is where models copy least exactly, and where it changes least. */
function normal(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function isSame(kept: ModelFinding, finding: AnsweredFinding): boolean {
  return kept.line === finding.line && kept.category === finding.category && kept.quote === finding.quote;
}

/** On the same lines: a static finding that begins on a quoted line, or goes over the line of the quote. */
function isKnownAs(known: Finding, { line, category }: AnsweredFinding, quoted: number): boolean {
  const begins = known.line >= line && known.line < line + quoted;
  const isNarrow = known.endLine - known.line < knownLinesMax;
  const goesOver = isNarrow && known.line <= line && line <= known.endLine;
  return known.category === category && (begins || goesOver);
}

function findingOf(finding: AnsweredFinding, quoted: number, lines: number): ModelFinding {
  const { category, severity, line, end_line, quote, message, remedy } = finding;
  const endLine = Math.min(lines, Math.max(end_line, line + quoted - 1));
  return { category, severity, line, endLine, quote, message, remedy };
}
