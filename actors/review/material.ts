// What of a file a model is shown: its text with secrets masked and every character visible, line by line as it was.
import { sanitizeText } from "../../runtime/observe/sanitize.ts";
import type { AnalysisType, FileReport, Finding } from "../analysis/report.ts";
import { plainText } from "../analysis/text-rules.ts";
import { estimateTokens } from "../llm/tokens.ts";
import { maskSecrets } from "../workspace/masking.ts";
import { reviewMessages } from "./prompt.ts";

/** One file as it is sent. All of it is data that can travel. */
export interface Material {
  /** As the report shows it. */
  readonly path: string;
  /** The id of its language; null where it is none that is known. */
  readonly language: string | null;
  readonly type: AnalysisType;
  /** Its lines as they are sent; a quote has to stand in them. */
  readonly lines: readonly string[];
  /** What the static engine found. */
  readonly known: readonly Finding[];
  readonly masked: number;
}

/** Rules whose findings say that a secret stands on their lines. */
const secretRule = /hard-?coded|credential|secret|password|private-key/;

export function materialOf(
  { path, language, findings }: Pick<FileReport, "path" | "language" | "findings">,
  text: string,
  type: AnalysisType,
): Material {
  const { text: safe, masked } = maskSecrets(plainText(text), {
    isCode: language !== null,
    lines: linesOfSecrets(findings),
  });
  // What is invisible to a reader must not be read by a model as something else.
  const lines = sanitizeText(safe).split("\n");
  if (lines.at(-1) === "") lines.pop();
  return { path, language, type, lines, known: findings, masked };
}

/** Tokens of the first request about a file, estimated. @param told what the project tells models, which is sent too */
export function tokensOf(material: Material, told?: string): number {
  return reviewMessages(material, told).reduce((sum, { content }) => sum + estimateTokens(content), 0);
}

function linesOfSecrets(findings: readonly Finding[]): ReadonlySet<number> {
  const lines = new Set<number>();
  for (const { rule, line, endLine } of findings) {
    if (!secretRule.test(rule)) continue;
    for (let at = line; at <= endLine; at += 1) lines.add(at);
  }
  return lines;
}
