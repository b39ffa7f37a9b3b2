// The report of one file, from what was read of it and what became of its parsing.
import { isAskedFor } from "./category.ts";
import { examineText } from "./examine-text.ts";
import { inOrder } from "./finding-order.ts";
import type { Footprint } from "./footprint.ts";
import type { Language } from "./languages.ts";
import type { ParseResponse } from "./protocol.ts";
import type { AnalysisType, FileMetrics, FileReport, Finding } from "./report.ts";
import { scoreOfFile } from "./score.ts";

/** A file as it was read. `text` is what there is of it, null where nothing could be read as text. */
export interface SourceFile {
  /** As the report shows it. */
  readonly path: string;
  readonly bytes: number;
  readonly language: Language | null;
  readonly text: string | null;
}

/** What became of a file. `reason` is a sentence for people. */
export type Outcome =
  | {
      readonly status: "analyzed";
      readonly metrics: FileMetrics;
      readonly findings: readonly Finding[];
      readonly footprint: Footprint;
    }
  | { readonly status: "cut_short" | "unparsed" | "skipped"; readonly reason: string };

export function outcomeOf(response: ParseResponse): Outcome {
  if (!response.ok) return { status: "unparsed", reason: response.reason };
  const { metrics, findings, footprint } = response;
  return { status: "analyzed", metrics, findings, footprint };
}

/**
 * Findings and score are those of `type`. A file that was cut short or unparsed has what its text alone tells and no score:
 * a score of a part would be taken for one of the whole.
 */
export function fileReport(file: SourceFile, outcome: Outcome, type: AnalysisType): FileReport {
  const { path, bytes } = file;
  const language = file.language?.id ?? null;
  if (outcome.status === "analyzed") {
    const findings = outcome.findings.filter(({ category }) => isAskedFor(category, type));
    const score = scoreOfFile(findings, outcome.metrics.codeLines);
    return {
      path,
      language,
      status: "analyzed",
      reason: null,
      bytes,
      metrics: outcome.metrics,
      findings,
      ...score,
      model: null,
    };
  }
  const { status, reason } = outcome;
  const noScore = { quality: null, quality_score: null, model: null };
  if (status === "skipped" || file.text === null) {
    return { path, language, status, reason, bytes, metrics: null, findings: [], ...noScore };
  }
  const { metrics, findings } = examineText(file.text, file.language);
  const asked = findings.filter(({ category }) => isAskedFor(category, type));
  return { path, language, status, reason, bytes, metrics, findings: asked, ...noScore };
}

/** The report with more findings, as far as `type` asks for them, and the score that it then has. */
export function withFindings(report: FileReport, more: readonly Finding[], type: AnalysisType): FileReport {
  const asked = more.filter(({ category }) => isAskedFor(category, type));
  if (asked.length === 0 || report.metrics === null || report.status !== "analyzed") return report;
  const findings = inOrder([...report.findings, ...asked]);
  return { ...report, findings, ...scoreOfFile(findings, report.metrics.codeLines) };
}
