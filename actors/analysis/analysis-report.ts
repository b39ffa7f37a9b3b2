// The report of a whole analysis, from the reports of its files.
import { byCodeUnit } from "./finding-order.ts";
import { languageById } from "./languages.ts";
import type { ProjectExamination } from "./project.ts";
import { recommendations } from "./recommendations.ts";
import type { AnalysisReport, AnalysisType, FileReport, Severity } from "./report.ts";
import { scoreOfAll } from "./score.ts";

type Totals = AnalysisReport["totals"];

type ProjectFigures = Pick<ProjectExamination, "duplicatedLines" | "importCycles">;

/**
 * `input` is what the person named; `files` were made with the same `type` and come in any order. The same files give the
 * same bytes of JSON.
 */
export function analysisReport(
  files: readonly FileReport[],
  input: string,
  type: AnalysisType,
  project: ProjectFigures,
): AnalysisReport {
  const sorted = [...files].sort((a, b) => byCodeUnit(a.path, b.path));
  const totals = totalsOf(sorted, project);
  const score = scoreOfAll(
    sorted.flatMap(({ quality, metrics }) =>
      quality === null ? [] : [{ quality, codeLines: metrics?.codeLines ?? 0 }],
    ),
  );
  return {
    schema: "aiex.analysis/1",
    type,
    input,
    engine: "static",
    summary: summaryOf(sorted, totals, type),
    complete: totals.cut_short === 0 && totals.unparsed === 0,
    quality: score?.quality ?? null,
    quality_score: score?.quality_score ?? null,
    totals,
    recommendations: recommendations(sorted),
    files: sorted,
    model_score: null,
    model: null,
  };
}

function totalsOf(files: readonly FileReport[], { duplicatedLines, importCycles }: ProjectFigures): Totals {
  const totals: Totals = {
    files: files.length,
    analyzed: 0,
    cut_short: 0,
    unparsed: 0,
    skipped: 0,
    lines: 0,
    duplicated_lines: duplicatedLines,
    import_cycles: importCycles,
    findings: { error: 0, warning: 0, info: 0, hint: 0 },
  };
  for (const { status, metrics, findings } of files) {
    totals[status] += 1;
    totals.lines += metrics?.lines ?? 0;
    for (const { severity } of findings) totals.findings[severity] += 1;
  }
  return totals;
}

/** "Read 3 files (Python, TypeScript; 1200 lines) for security: 1 error and 2 hints. Without a score, since …: 1 file." */
function summaryOf(files: readonly FileReport[], totals: Totals, type: AnalysisType): string {
  if (totals.files === 0) return "There was no file to analyze.";
  if (totals.skipped === totals.files) return `Nothing to analyze: ${counted(totals.files, "file")} skipped.`;
  const read = totals.files - totals.skipped;
  const ids = new Set(
    files.flatMap(({ language, status }) => (status === "skipped" ? [] : [language ?? ""])),
  );
  const names = [...ids].map((id) => languageById(id)?.name ?? "unknown language").sort(byCodeUnit);
  const facts = `${names.join(", ")}; ${counted(totals.lines, "line")}`;
  const asked = type === "all" ? "" : ` for ${type}`;
  const sentences = [`Read ${counted(read, "file")} (${facts})${asked}: ${found(totals)}.`];
  if (totals.unparsed > 0)
    sentences.push(`Without a score, since it could not be parsed: ${counted(totals.unparsed, "file")}.`);
  if (totals.cut_short > 0)
    sentences.push(`Without a score, since it was cut short: ${counted(totals.cut_short, "file")}.`);
  return sentences.join(" ");
}

function found({ findings }: Totals): string {
  const words: readonly (readonly [Severity, string])[] = [
    ["error", "error"],
    ["warning", "warning"],
    ["info", "remark"],
    ["hint", "hint"],
  ];
  const parts = words.flatMap(([severity, word]) =>
    findings[severity] > 0 ? [counted(findings[severity], word)] : [],
  );
  const last = parts.pop();
  if (last === undefined) return "nothing was found";
  return parts.length === 0 ? last : `${parts.join(", ")} and ${last}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
