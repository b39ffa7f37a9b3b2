// Puts an analysis report in the order people read it in: worst files first, gravest issues first.
import type { ModelFinding, ModelPart } from "../analysis/model-review.ts";
import type { AnalysisReport, FileReport, Finding, Severity } from "../analysis/report.ts";

export interface Issue {
  readonly path: string;
  readonly finding: Finding;
}

export interface ModelIssue {
  readonly path: string;
  readonly finding: ModelFinding;
}

/** Why files have no review of the model. */
export interface Unreviewed {
  readonly reason: string;
  readonly paths: readonly string[];
}

/** Every finding with its file: by severity, then as the files come, then by place. */
export function issuesOf(report: AnalysisReport): readonly Issue[] {
  const issues = worstFirst(report.files).flatMap((file) =>
    file.findings.map((finding) => ({ path: file.path, finding })),
  );
  return issues.toSorted((left, right) => {
    const bySeverity = gravity[right.finding.severity] - gravity[left.finding.severity];
    if (bySeverity !== 0 || left.path !== right.path) return bySeverity;
    return left.finding.line - right.finding.line || left.finding.column - right.finding.column;
  });
}

/** Every finding of the model with its file, in the same order. */
export function modelIssuesOf(report: AnalysisReport): readonly ModelIssue[] {
  const issues = worstFirst(report.files).flatMap(({ path, model }) =>
    (model?.findings ?? []).map((finding) => ({ path, finding })),
  );
  return issues.toSorted((left, right) => gravity[right.finding.severity] - gravity[left.finding.severity]);
}

/** What there is to know of a review in numbers, as phrases. */
export function modelFacts({ files, merged, dropped }: ModelPart): readonly string[] {
  return [
    `${plural(files.reviewed, "file")} reviewed`,
    ...(files.missing > 0 ? [`${files.missing} without an answer`] : []),
    ...(files.left_out > 0 ? [`${files.left_out} not sent`] : []),
    ...(merged > 0 ? [`${plural(merged, "finding")} made by both`] : []),
    ...(dropped > 0 ? [`${plural(dropped, "finding")} dropped, since the quote is not there`] : []),
  ];
}

/** "openai, gpt-5.4-mini" */
export function modelName({ provider, model }: ModelPart): string {
  return model === null ? provider : `${provider}, ${model}`;
}

/** Files without a review by the reason, the most frequent first. */
export function unreviewedByReason({ missing, left_out }: ModelPart): readonly Unreviewed[] {
  const groups = new Map<string, string[]>();
  for (const { path, reason } of [...missing, ...left_out]) {
    groups.set(reason, [...(groups.get(reason) ?? []), path]);
  }
  return [...groups]
    .map(([reason, paths]) => ({ reason, paths }))
    .toSorted((left, right) => right.paths.length - left.paths.length);
}

/** Lowest score first; files without a score after them; the same score by number of findings, then by path. */
export function worstFirst(files: readonly FileReport[]): readonly FileReport[] {
  return files.toSorted((left, right) => {
    const byScore = scoreOf(left) - scoreOf(right);
    if (byScore !== 0) return byScore;
    return right.findings.length - left.findings.length || compare(left.path, right.path);
  });
}

/** Files that were not analyzed as a whole. */
export function incompleteFiles(report: AnalysisReport): readonly FileReport[] {
  return report.files.filter((file) => file.status === "cut_short" || file.status === "unparsed");
}

/** "2 errors, 1 warning", or "no issues". */
export function countText(counts: Readonly<Record<Severity, number>>): string {
  const parts = SEVERITY_WORDS.filter(([severity]) => counts[severity] > 0).map(([severity, one, many]) =>
    plural(counts[severity], one, many),
  );
  return parts.length === 0 ? "no issues" : parts.join(", ");
}

export function countsOf(findings: readonly Finding[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, info: 0, hint: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}

/** "8/10", or "none". */
export function scoreText(score: number | null): string {
  return score === null ? "none" : `${score}/10`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `cut_short` as "cut short". */
export function statusText(status: FileReport["status"]): string {
  return status.replaceAll("_", " ");
}

const gravity: Readonly<Record<Severity, number>> = { error: 3, warning: 2, info: 1, hint: 0 };

const SEVERITY_WORDS: readonly (readonly [Severity, string, string])[] = [
  ["error", "error", "errors"],
  ["warning", "warning", "warnings"],
  ["info", "info", "info"],
  ["hint", "hint", "hints"],
];

function scoreOf(file: FileReport): number {
  return file.quality_score ?? 11;
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
