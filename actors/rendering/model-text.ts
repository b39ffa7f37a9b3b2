// The model's part of a report as text: its score, its findings marked as its own, and what it did not review.
import type { AnalysisReport } from "../analysis/report.ts";
import { issuesShownMax, placesShownMax } from "./limits.ts";
import {
  type ModelIssue,
  modelFacts,
  modelIssuesOf,
  modelName,
  plural,
  scoreText,
  unreviewedByReason,
} from "./report-order.ts";
import type { Terminal } from "./terminal.ts";
import { findingLines, heading, indented, moreLine, numberIndent } from "./text-parts.ts";

/** `report` is printable already. */
export function modelScoreLines({ model, model_score }: AnalysisReport, terminal: Terminal): string[] {
  if (model === null) return [];
  return indented(
    `Model Score: ${scoreText(model_score)} (${modelName(model)}; no gate looks at it)`,
    0,
    terminal,
  );
}

/** The model's findings, and how its review went. */
export function modelSections(report: AnalysisReport, terminal: Terminal): string[][] {
  const { model } = report;
  if (model === null) return [];
  const issues = modelIssuesOf(report);
  const shown = issues.slice(0, issuesShownMax);
  const title = `Found by the Model (${issues.length})${issues.length > 0 ? ":" : ""}`;
  const [only] = report.files;
  const summary = report.files.length === 1 ? (only?.model?.summary ?? "") : "";
  return [
    [
      heading(terminal, "🤖 ", title),
      ...(summary === "" ? [] : indented(`[model] ${summary}`, 3, terminal)),
      ...shown.flatMap((issue, index) => issueLines(issue, numberIndent(index, shown.length), terminal)),
      ...moreLine(issues.length - shown.length, "finding", terminal),
      ...indented(`${modelFacts(model).join("; ")}.`, 3, terminal),
    ],
    unreviewedSection(model, terminal),
  ];
}

function issueLines({ path, finding }: ModelIssue, firstIndent: string, terminal: Terminal): string[] {
  const { severity, category, line, message, remedy } = finding;
  const text = {
    severity,
    mark: "[model] ",
    place: `${path}:${line}`,
    kind: category,
    message,
    remedy: remedy.trim() === "" ? "" : remedy,
  };
  return findingLines(text, firstIndent, terminal);
}

function unreviewedSection(model: NonNullable<AnalysisReport["model"]>, terminal: Terminal): string[] {
  const groups = unreviewedByReason(model);
  if (groups.length === 0) return [];
  const count = model.missing.length + model.left_out.length;
  const lines = groups.flatMap(({ reason, paths }) => {
    const named = paths.slice(0, placesShownMax).join(", ");
    const rest = paths.length > placesShownMax ? ` and ${paths.length - placesShownMax} more` : "";
    return [...indented(`${named}${rest}`, 3, terminal), ...indented(reason, 6, terminal)];
  });
  return [heading(terminal, "🤖 ", `Not Reviewed by the Model (${plural(count, "file")}):`), ...lines];
}
