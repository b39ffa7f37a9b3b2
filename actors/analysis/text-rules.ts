// Rules that need no tree: they also serve a file that was cut short or that no grammar could read.
import { findingsPerRuleMax, lineCharactersMax } from "./limits.ts";
import type { Finding } from "./report.ts";

interface TokenFormat {
  readonly name: string;
  readonly pattern: RegExp;
}

/**
 * Credentials whose own format gives them away, as their issuers document it, so that they are true wherever they stand.
 * No pattern can backtrack: each is a fixed beginning and one run of a fixed set.
 */
export const tokenFormats: readonly TokenFormat[] = [
  { name: "an AWS access key id", pattern: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g },
  { name: "a GitHub token", pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{82})\b/g },
  { name: "a GitLab token", pattern: /\bglpat-[A-Za-z0-9_-]{20}\b/g },
  { name: "a Slack token", pattern: /\bxox[abpr]-[0-9]{10,13}-[A-Za-z0-9-]{20,80}\b/g },
  { name: "a Stripe live key", pattern: /\b[sr]k_live_[A-Za-z0-9]{24,99}\b/g },
  { name: "an Anthropic key", pattern: /\bsk-ant-[a-z]{3}[0-9]{2}-[A-Za-z0-9_-]{80,120}/g },
  {
    name: "an OpenAI key",
    pattern: /\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{20,90}T3BlbkFJ[A-Za-z0-9_-]{20,90}/g,
  },
  { name: "an npm token", pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { name: "a Google API key", pattern: /\bAIza[A-Za-z0-9_-]{35}\b/g },
  // A key has a line of its own after the header; code that only looks for the header has not.
  {
    name: "a private key",
    pattern: /-----BEGIN (?:RSA |EC |DSA |OPENSSH )?PRIVATE KEY-----(?:\\n|\r?\n)\s*[A-Za-z0-9+/=]{40}/g,
  },
];

/** What documentation puts in place of a credential. */
const placeholder = /EXAMPLE|(.)\1{7}|0123456789|1234567890|abcdefghij/i;

/**
 * A text as editors show it: without the byte order mark, which is no column and no grammar knows; and with line feeds where
 * carriage returns alone end its lines, which grammars take for white space.
 */
export function plainText(text: string): string {
  const unmarked = text.startsWith("\uFEFF") ? text.slice(1) : text;
  return unmarked.includes("\n") ? unmarked : unmarked.replaceAll("\r", "\n");
}

/** In the order of the text. */
export function textFindings(text: string): Finding[] {
  const starts = lineStarts(text);
  const findings = [...credentialFindings(text, starts), ...longLineFindings(text, starts)];
  return findings.sort((a, b) => a.line - b.line || a.column - b.column);
}

function credentialFindings(text: string, starts: readonly number[]): Finding[] {
  const findings: Finding[] = [];
  for (const { name, pattern } of tokenFormats) {
    for (const match of text.matchAll(pattern)) {
      if (placeholder.test(match[0])) continue;
      if (findings.length === findingsPerRuleMax) return findings;
      const line = lineAt(starts, match.index);
      findings.push({
        rule: "shared/credential",
        category: "security",
        severity: "error",
        line,
        column: match.index - (starts[line - 1] ?? 0) + 1,
        endLine: line,
        message: `this has the format of ${name}: whoever can read the file can use it`,
        remedy: "Revoke it where it was issued, and read the new one from the environment or a secret store.",
      });
    }
  }
  return findings;
}

/** One finding for the file, since a list of long lines helps nobody. A line without a space (an address, data) is left out. */
function longLineFindings(text: string, starts: readonly number[]): Finding[] {
  const long: number[] = [];
  for (const [index, start] of starts.entries()) {
    const end = (starts[index + 1] ?? text.length + 1) - 1;
    if (end - start <= lineCharactersMax) continue;
    const line = text.slice(start, end).trim();
    if (line.length > lineCharactersMax && /\s/.test(line) && !/https?:\/\//.test(line)) long.push(index + 1);
  }
  const [first] = long;
  if (first === undefined) return [];
  const lines = long.length === 1 ? "one line is" : `${long.length} lines are`;
  return [
    {
      rule: "shared/long-line",
      category: "quality",
      severity: "hint",
      line: first,
      column: lineCharactersMax + 1,
      endLine: first,
      message: `${lines} longer than ${lineCharactersMax} characters; the first is this one`,
      remedy: "Break long lines, or let a formatter do it.",
    },
  ];
}

/** Offsets at which the lines begin. */
function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** The 1-based line that holds an offset, by binary search. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
