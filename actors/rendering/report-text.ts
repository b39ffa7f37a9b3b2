// An analysis report as text for people, in the columns, colours and characters that the terminal has.
import { sanitizeData } from "../../runtime/observe/sanitize.ts";
import type { AnalysisReport, FileReport } from "../analysis/report.ts";
import { filesShownMax, issuesShownMax } from "./limits.ts";
import { modelScoreLines, modelSections } from "./model-text.ts";
import { printable } from "./printable.ts";
import {
  countsOf,
  countText,
  type Issue,
  incompleteFiles,
  issuesOf,
  plural,
  scoreText,
  statusText,
  worstFirst,
} from "./report-order.ts";
import { paint, type Terminal } from "./terminal.ts";
import {
  findingLines,
  glyph,
  heading,
  indented,
  moreLine,
  numberIndent,
  paintScore,
  scoreColor,
} from "./text-parts.ts";
import { alignRight, widthOf, wrap } from "./wrap.ts";

/**
 * Nothing of the report's own text is trusted: names, messages and reasons are made printable first. `advice` is a sentence
 * of ours for the end.
 */
export function renderReportText(untrusted: AnalysisReport, terminal: Terminal, advice?: string): string {
  const report = sanitizeData(untrusted, (text) => printable(text, terminal));
  const sections = [
    titleSection(terminal),
    summarySection(report, terminal),
    report.files.length > 1 ? filesSection(report, terminal) : [],
    incompleteSection(report, terminal),
    issuesSection(report, terminal),
    ...modelSections(report, terminal),
    recommendationsSection(report, terminal),
    advice === undefined ? [] : indented(advice, 0, terminal),
  ];
  const filled = sections.filter((section) => section.length > 0);
  return `${filled.map((section) => section.join("\n")).join("\n\n")}\n`;
}

function titleSection(terminal: Terminal): string[] {
  const title = `${glyph(terminal, "📊 ")}Code Analysis Results`;
  return [paint(terminal, "bold", title), "=".repeat(Math.min(50, terminal.columns))];
}

function summarySection(report: AnalysisReport, terminal: Terminal): string[] {
  const { totals } = report;
  const lines = wrap(report.summary, {
    columns: terminal.columns,
    firstIndent: "Summary: ",
    indent: "         ",
  });
  lines.push(
    `Quality Score: ${paintScore(terminal, report.quality_score)}`,
    ...modelScoreLines(report, terminal),
  );
  const [only] = report.files;
  if (report.files.length === 1 && only !== undefined) return [...lines, ...fileFacts(only, terminal)];
  const parts = [
    `${totals.analyzed} analyzed`,
    ...(totals.cut_short > 0 ? [`${totals.cut_short} cut short`] : []),
    ...(totals.unparsed > 0 ? [`${totals.unparsed} unparsed`] : []),
    ...(totals.skipped > 0 ? [`${totals.skipped} skipped`] : []),
  ];
  return [
    ...lines,
    `Files: ${parts.join(", ")}; ${plural(totals.lines, "line")}; ${countText(totals.findings)}`,
  ];
}

function fileFacts({ metrics, language, status, reason }: FileReport, terminal: Terminal): string[] {
  if (metrics === null) return status === "skipped" ? [statusLine(status, reason, terminal)] : [];
  const facts = [
    ...(language === null ? [] : [language]),
    plural(metrics.lines, "line"),
    plural(metrics.functions.length, "function"),
    `cyclomatic complexity ${metrics.cyclomatic}`,
    `deepest nesting ${metrics.nesting}`,
  ];
  return wrap(facts.join(", "), {
    columns: terminal.columns,
    firstIndent: "Measures: ",
    indent: "          ",
  });
}

function filesSection(report: AnalysisReport, terminal: Terminal): string[] {
  const judged = worstFirst(report.files).filter((file) => file.status !== "skipped");
  const shown = judged.slice(0, filesShownMax);
  if (shown.length === 0) return [];
  const width = Math.max(...shown.map((file) => widthOf(scoreText(file.quality_score))));
  const lines = shown.map((file) => {
    const score = alignRight(scoreText(file.quality_score), width);
    const painted = paint(terminal, scoreColor(file.quality_score), score);
    return `   ${painted}  ${file.path}  ${paint(terminal, "gray", countText(countsOf(file.findings)))}`;
  });
  const title = heading(terminal, "📁 ", `Files (${judged.length}, worst first):`);
  return [title, ...lines, ...moreLine(judged.length - shown.length, "file", terminal)];
}

function incompleteSection(report: AnalysisReport, terminal: Terminal): string[] {
  const files = incompleteFiles(report);
  if (files.length === 0) return [];
  const shown = files.slice(0, filesShownMax);
  const lines = shown.flatMap((file) => [
    `   ${file.path}`,
    ...indented(`${statusText(file.status)}${file.reason === null ? "" : `: ${file.reason}`}`, 6, terminal),
  ]);
  const title = heading(terminal, "✂️  ", `Not Analyzed as a Whole (${files.length}):`);
  return [title, ...lines, ...moreLine(files.length - shown.length, "file", terminal)];
}

function issuesSection(report: AnalysisReport, terminal: Terminal): string[] {
  const issues = issuesOf(report);
  const shown = issues.slice(0, issuesShownMax);
  const lines = shown.flatMap((issue, index) =>
    issueLines(issue, numberIndent(index, shown.length), terminal),
  );
  const title = heading(terminal, "⚠️  ", `Issues Found (${issues.length})${issues.length > 0 ? ":" : ""}`);
  return [title, ...lines, ...moreLine(issues.length - shown.length, "issue", terminal)];
}

function issueLines({ path, finding }: Issue, firstIndent: string, terminal: Terminal): string[] {
  const { severity, rule, message, remedy } = finding;
  const place = `${path}:${finding.line}:${finding.column}`;
  return findingLines({ severity, mark: "", place, kind: rule, message, remedy }, firstIndent, terminal);
}

function recommendationsSection(report: AnalysisReport, terminal: Terminal): string[] {
  if (report.recommendations.length === 0) return [];
  const lines = report.recommendations.flatMap((text, index) =>
    indented(text, 0, terminal, numberIndent(index, report.recommendations.length)),
  );
  return [heading(terminal, "🔧 ", `Recommendations (${report.recommendations.length}):`), ...lines];
}

function statusLine(status: FileReport["status"], reason: string | null, terminal: Terminal): string {
  const text = `${statusText(status)}${reason === null ? "" : `: ${reason}`}`;
  return indented(text, 0, terminal, "File: ").join("\n");
}
