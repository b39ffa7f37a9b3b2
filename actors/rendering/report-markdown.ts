// An analysis report as a Markdown document with everything in it; content is escaped so that it stays content.
import { sanitizeData } from "../../runtime/observe/sanitize.ts";
import type { AnalysisReport } from "../analysis/report.ts";
import {
  countsOf,
  countText,
  type Issue,
  incompleteFiles,
  issuesOf,
  modelFacts,
  modelIssuesOf,
  modelName,
  scoreText,
  statusText,
  unreviewedByReason,
  worstFirst,
} from "./report-order.ts";

export function renderReportMarkdown(untrusted: AnalysisReport): string {
  const report = sanitizeData(untrusted);
  const { totals } = report;
  const blocks = [
    "# Code Analysis Results",
    escapeMarkdown(report.summary),
    `**Quality Score:** ${scoreText(report.quality_score)}`,
    ...modelScoreBlocks(report),
    [
      `- Input: ${codeSpan(report.input)}`,
      `- Type: ${report.type}`,
      `- Files: ${totals.analyzed} analyzed, ${totals.cut_short} cut short, ${totals.unparsed} unparsed, ${totals.skipped} skipped`,
      `- Lines: ${totals.lines}`,
      `- Issues: ${countText(totals.findings)}`,
    ].join("\n"),
    ...filesBlocks(report),
    ...incompleteBlocks(report),
    ...issuesBlocks(issuesOf(report)),
    ...modelBlocks(report),
    ...recommendationsBlocks(report.recommendations),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** `text` as Markdown that shows exactly this text: no markup, no HTML, no links. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*[\]|~@]/g, "\\$&")
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, "\\_")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll("://", "\\://")
    .replace(/\b(www)\./gi, "$1\\.")
    .replace(/^(\s*)([#+\-=>])/, "$1\\$2")
    .replace(/^(\s*\d+)([.)])/, "$1\\$2");
}

/** `text` as code inside a line; the fence is longer than any run of backquotes in it. */
export function codeSpan(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const padding = longest > 0 || text.trim() !== text || text === "" ? " " : "";
  return fence + padding + text + padding + fence;
}

function filesBlocks(report: AnalysisReport): string[] {
  const files = worstFirst(report.files).filter((file) => file.status !== "skipped");
  if (report.files.length < 2 || files.length === 0) return [];
  const rows = files.map((file) => {
    // A table row ends at a line feed and splits at a bar, also inside code.
    const path = codeSpan(file.path).replaceAll("|", "\\|");
    return `| ${scoreText(file.quality_score)} | ${path} | ${countText(countsOf(file.findings))} |`;
  });
  return [
    `## Files (${files.length})`,
    ["| Score | File | Issues |", "| ---: | --- | --- |", ...rows].join("\n"),
  ];
}

function incompleteBlocks(report: AnalysisReport): string[] {
  const files = incompleteFiles(report);
  if (files.length === 0) return [];
  const items = files.map((file) => {
    const reason = file.reason === null ? "" : `: ${escapeMarkdown(file.reason)}`;
    return `- ${codeSpan(file.path)}: ${statusText(file.status)}${reason}`;
  });
  return [`## Not Analyzed as a Whole (${files.length})`, items.join("\n")];
}

function issuesBlocks(issues: readonly Issue[]): string[] {
  const items = issues.map(({ path, finding }, index) => {
    const indent = " ".repeat(`${index + 1}. `.length);
    const place = codeSpan(`${path}:${finding.line}:${finding.column}`);
    const lines = [
      `${index + 1}. **${finding.severity}** ${place} ${codeSpan(finding.rule)}  `,
      `${indent}${escapeMarkdown(finding.message)}`,
    ];
    if (finding.remedy === "") return lines.join("\n");
    return [lines[0], `${lines[1]}  `, `${indent}*Remedy:* ${escapeMarkdown(finding.remedy)}`].join("\n");
  });
  return [`## Issues Found (${issues.length})`, ...(items.length > 0 ? [items.join("\n")] : [])];
}

function modelScoreBlocks({ model, model_score }: AnalysisReport): string[] {
  if (model === null) return [];
  return [`**Model Score:** ${scoreText(model_score)} (${escapeMarkdown(modelName(model))})`];
}

/** Findings of a model are marked one by one, so that none is taken for the static engine's when it is copied elsewhere. */
function modelBlocks(report: AnalysisReport): string[] {
  const { model } = report;
  if (model === null) return [];
  const issues = modelIssuesOf(report);
  const items = issues.map(({ path, finding }, index) => {
    const { severity, category, line, quote, message, remedy } = finding;
    const indent = " ".repeat(`${index + 1}. `.length);
    const lines = [
      `${index + 1}. \\[model\\] **${severity}** ${codeSpan(`${path}:${line}`)} ${category}`,
      codeSpan(quote),
      escapeMarkdown(message),
      ...(remedy.trim() === "" ? [] : [`*Remedy:* ${escapeMarkdown(remedy)}`]),
    ];
    return lines.join(`  \n${indent}`);
  });
  const summaries = worstFirst(report.files).flatMap((file) =>
    file.model === null
      ? []
      : [`- ${codeSpan(file.path)} ${file.model.score}/10: ${escapeMarkdown(file.model.summary)}`],
  );
  const unreviewed = unreviewedByReason(model).map(
    ({ reason, paths }) => `- ${escapeMarkdown(reason)} (${paths.map((path) => codeSpan(path)).join(", ")})`,
  );
  return [
    `## Found by the Model (${issues.length})`,
    `${modelFacts(model).join("; ")}.`,
    ...(summaries.length === 0 ? [] : [summaries.join("\n")]),
    ...(items.length === 0 ? [] : [items.join("\n")]),
    ...(unreviewed.length === 0 ? [] : ["### Not Reviewed by the Model", unreviewed.join("\n")]),
  ];
}

function recommendationsBlocks(recommendations: readonly string[]): string[] {
  if (recommendations.length === 0) return [];
  const items = recommendations.map((text, index) => `${index + 1}. ${escapeMarkdown(text)}`);
  return [`## Recommendations (${recommendations.length})`, items.join("\n")];
}
