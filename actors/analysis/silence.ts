// Comments that silence a finding: `aiex-ignore rule-id -- reason` on its line or the line before, `aiex-ignore-file` for all of the file.
// Without a reason nothing is silenced, and the comment is itself a finding: a silence that nobody can judge is a hole.
import type { Span } from "./lines.ts";
import type { Finding } from "./report.ts";

export interface Silence {
  readonly line: number;
  /** The last line that it reaches: its own where code stands before it, else the next one. */
  readonly reach: number;
  readonly wholeFile: boolean;
  readonly rules: readonly string[];
  readonly reason: string;
}

/** At the beginning of a comment's line only, so that a text about silences is not one. */
const directive = /^[ \t]*(?:\/\/+|\/\*+|\*|#+|%+)?[ \t]*aiex-ignore(-file)?(?![\w-])[ \t]*([^\r\n]*)/gm;

/** Those of a text, incomplete ones too. `comments` are in order. */
export function silencesOf(text: string, comments: readonly Span[]): Silence[] {
  if (!text.includes("aiex-ignore")) return [];
  return comments.flatMap((comment) => silencesIn(text, comment));
}

/** The findings that no silence covers. */
export function unsilenced<Kind extends Finding>(
  findings: readonly Kind[],
  silences: readonly Silence[],
): Kind[] {
  const complete = silences.filter((silence) => isComplete(silence));
  if (complete.length === 0) return [...findings];
  return findings.filter((finding) => !complete.some((silence) => isSilenced(finding, silence)));
}

/** A hint for each silence that is not complete. */
export function silenceFindings(silences: readonly Silence[]): Finding[] {
  return silences.filter((silence) => !isComplete(silence)).map((silence) => incomplete(silence));
}

function silencesIn(text: string, { start, end }: Span): Silence[] {
  const comment = text.slice(start, end);
  return [...comment.matchAll(directive)].map((match) => {
    const line = countNewlines(text, start + match.index) + 1;
    const [rules = "", ...reason] = (match[2] ?? "")
      .replace(/(?:\*\/|-->)\s*$/, "")
      .split(/(?:^|\s)--(?:\s|$)/);
    return {
      line,
      reach: countNewlines(text, end) + (standsAlone(text, start) ? 2 : 1),
      wholeFile: match[1] !== undefined,
      rules: rules.split(/[\s,]+/).filter((rule) => rule !== ""),
      reason: reason.join(" -- ").trim(),
    };
  });
}

function isComplete({ rules, reason }: Silence): boolean {
  return rules.length > 0 && reason !== "";
}

function isSilenced(finding: Finding, silence: Silence): boolean {
  if (!silence.rules.includes(finding.rule)) return false;
  return silence.wholeFile || (finding.line >= silence.line && finding.line <= silence.reach);
}

function incomplete({ line, rules }: Silence): Finding {
  const lacks = rules.length === 0 ? "names no rule" : "gives no reason";
  return {
    rule: "shared/silence-without-reason",
    category: "quality",
    severity: "hint",
    line,
    column: 1,
    endLine: line,
    message: `this comment silences nothing, since it ${lacks}`,
    remedy: "Write: aiex-ignore rule-id -- the reason why the finding does not apply here.",
  };
}

/** True where nothing stands before it on its line, or only the brace by which JSX lets a comment in. */
function standsAlone(text: string, commentStart: number): boolean {
  return /^\s*\{?\s*$/.test(text.slice(text.lastIndexOf("\n", commentStart - 1) + 1, commentStart));
}

function countNewlines(text: string, before: number): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < before; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}
