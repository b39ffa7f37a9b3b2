// Reports of analyses as parts of others: what is left of one that is filtered, and one that is made of many.
import { analysisReport } from "../../analysis/analysis-report.ts";
import type { ModelFinding, ModelPart } from "../../analysis/model-review.ts";
import { AnalysisReport, type FileReport, type Finding, type Severity } from "../../analysis/report.ts";
import { severities } from "../../analysis/words.ts";
import { modelScoreOf } from "../../review/merge.ts";
import type { ResultDocument } from "../record.ts";
import { languageOf } from "./language.ts";

/** What is kept; whatever is left out is not asked. */
export interface Wanted {
  readonly severity?: Severity | undefined;
  readonly category?: Finding["category"] | undefined;
  readonly path?: string | undefined;
  readonly language?: string | undefined;
}

/** Undefined for what is no report of an analysis, or one of another version. */
export function analysisOf(document: ResultDocument): AnalysisReport | undefined {
  if (document.schema !== "aiex.analysis/1") return undefined;
  const read = AnalysisReport.safeParse(document);
  return read.success ? read.data : undefined;
}

/**
 * The files and findings that are wanted. A score judges code, so each file keeps its own, and the whole has the mean of the files that
 * are left: no filter makes code better by not showing what is wrong with it. Totals and recommendations are those of what is left.
 */
export function filteredAnalysis(report: AnalysisReport, wanted: Wanted): AnalysisReport {
  const kept = report.files.filter(({ path, language }) => isWantedFile({ path, language }, wanted));
  const files = kept.map((file): FileReport => {
    const findings = file.findings.filter((finding) => isWantedFinding(finding, wanted));
    return {
      ...file,
      findings,
      model: file.model === null ? null : { ...file.model, findings: modelFindings(file, wanted) },
    };
  });
  const { duplicated_lines: duplicatedLines, import_cycles: importCycles } = report.totals;
  const left = analysisReport(files, report.input, report.type, { duplicatedLines, importCycles });
  const before = report.filtered;
  const words = wordsOf(wanted);
  return {
    ...left,
    summary: `${words} ${left.summary}`,
    complete: report.complete,
    model: report.model,
    model_score: report.model === null ? null : modelScoreOf(files),
    filtered: {
      severity: wanted.severity ?? before?.severity ?? null,
      category: wanted.category ?? before?.category ?? null,
      path: wanted.path ?? before?.path ?? null,
      language: wanted.language ?? before?.language ?? null,
      findings_left_out: (before?.findings_left_out ?? 0) + countOf(kept) - countOf(files),
      files_left_out: (before?.files_left_out ?? 0) + report.files.length - files.length,
    },
  };
}

/** Case does not count: a path is looked for as a person remembers it. */
export function isWantedFile(
  { path, language }: { readonly path: string | null; readonly language: string | null },
  wanted: Wanted,
): boolean {
  const holds = wanted.path === undefined || path?.toLowerCase().includes(wanted.path.toLowerCase()) === true;
  if (!holds || wanted.language === undefined) return holds;
  return language !== null && languageOf(language) === languageOf(wanted.language);
}

export function isWantedFinding(
  finding: { readonly severity: Severity | null; readonly category: Finding["category"] | null },
  { severity, category }: Wanted,
): boolean {
  if (category !== undefined && finding.category !== category) return false;
  if (severity === undefined) return true;
  return finding.severity !== null && severities.indexOf(finding.severity) <= severities.indexOf(severity);
}

function modelFindings({ model }: FileReport, wanted: Wanted): ModelFinding[] {
  return model === null ? [] : model.findings.filter((finding) => isWantedFinding(finding, wanted));
}

function countOf(files: readonly FileReport[]): number {
  return files.reduce(
    (count, { findings, model }) => count + findings.length + (model?.findings.length ?? 0),
    0,
  );
}

function wordsOf({ severity, category, path, language }: Wanted): string {
  const words = [
    ...(severity === undefined ? [] : [severity === "error" ? "errors" : `${severity} or graver`]),
    ...(category === undefined ? [] : [`of ${category}`]),
    ...(path === undefined ? [] : [`in ${JSON.stringify(path)}`]),
    ...(language === undefined ? [] : [`in ${language}`]),
  ];
  return `Filtered (${words.join(", ")}).`;
}

export interface AnalysedPart {
  readonly name: string;
  readonly report: AnalysisReport;
}

/**
 * One report of many, as if all had been analyzed at once; what only several files show, such as cycles of imports, stays what each
 * part saw of it. `failed`: names of parts that have none, so that the whole is not complete. There is one part at least.
 */
export function mergedAnalysis(
  parts: readonly AnalysedPart[],
  { input, failed }: { readonly input: string; readonly failed: readonly string[] },
): AnalysisReport {
  const reports = parts.map(({ report }) => report);
  const counts = new Map<string, number>();
  for (const { path } of reports.flatMap(({ files }) => files)) counts.set(path, (counts.get(path) ?? 0) + 1);
  const files = parts.flatMap(({ name, report }) =>
    // Functions of one file are parts with the same path.
    report.files.map((file) => ((counts.get(file.path) ?? 0) > 1 ? { ...file, path: name } : file)),
  );
  const types = new Set(reports.map(({ type }) => type));
  const [type = "all"] = types;
  const merged = analysisReport(files, input, types.size === 1 ? type : "all", {
    duplicatedLines: sum(reports.map(({ totals }) => totals.duplicated_lines)),
    importCycles: sum(reports.map(({ totals }) => totals.import_cycles)),
  });
  const model = mergedModel(reports.flatMap((report) => report.model ?? []));
  const without =
    failed.length === 0
      ? ""
      : ` Without ${failed.length} of ${parts.length + failed.length} parts, which failed.`;
  return {
    ...merged,
    summary: `${merged.summary}${without}`,
    complete: failed.length === 0 && reports.every(({ complete }) => complete),
    model,
    model_score: model === null ? null : modelScoreOf(files),
  };
}

function mergedModel(models: readonly ModelPart[]): ModelPart | null {
  const [first] = models;
  if (first === undefined) return null;
  const { provider, kind, model } = first;
  const total = (count: (one: ModelPart) => number): number => sum(models.map(count));
  const costs = models.map(({ cost_usd }) => cost_usd);
  const cost = costs.some((one) => one === null) ? null : sum(costs.map((one) => one ?? 0));
  const statuses = new Set(models.map(({ status }) => status));
  return {
    ...{ provider, kind, model },
    status: statuses.size === 1 ? first.status : "partial",
    reason: models.find(({ reason }) => reason !== null)?.reason ?? null,
    files: {
      reviewed: total(({ files }) => files.reviewed),
      missing: total(({ files }) => files.missing),
      left_out: total(({ files }) => files.left_out),
    },
    missing: models.flatMap(({ missing }) => missing),
    left_out: models.flatMap(({ left_out }) => left_out),
    dropped: total(({ dropped }) => dropped),
    merged: total(({ merged }) => merged),
    repaired: total(({ repaired }) => repaired),
    masked: total(({ masked }) => masked),
    requests: total(({ requests }) => requests),
    input_tokens: total(({ input_tokens }) => input_tokens),
    output_tokens: total(({ output_tokens }) => output_tokens),
    cost_usd: cost === null ? null : Math.round(cost * 1_000_000) / 1_000_000,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
