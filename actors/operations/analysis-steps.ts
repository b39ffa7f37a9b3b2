// What the steps of an analysis are called, and what all of them come to.
import type { AnalysisReport } from "../analysis/report.ts";

/** What an analysis came to: a report, or the reason why the input as a whole could not be read. */
export type AnalysisOutcome =
  | { readonly ok: true; readonly report: AnalysisReport }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** Those there is one of. `combine` has the static report; `report` is there where a model reviews, and has the whole one. */
export const analysisSteps = {
  list: "list",
  combine: "combine",
  prepare: "review.prepare",
  disclose: "review.disclose",
  report: "report",
} as const;

const filePrefix = "file:";
const reviewPrefix = "review:";

/** The step that analyzes a file. */
export function fileStepOf(path: string): string {
  return `${filePrefix}${path}`;
}

/** The step that has a model review a file. */
export function reviewStepOf(path: string): string {
  return `${reviewPrefix}${path}`;
}

/** The path that a step analyzes, for people; undefined for the other steps. */
export function pathOfStep(id: string): string | undefined {
  return id.startsWith(filePrefix) ? id.slice(filePrefix.length) : undefined;
}

/** The path that a step reviews, for people; undefined for the other steps. */
export function pathOfReviewStep(id: string): string | undefined {
  return id.startsWith(reviewPrefix) ? id.slice(reviewPrefix.length) : undefined;
}
