// How far an analysis has come, from the entries of its run: what people count is files.
import { analysisSteps, pathOfReviewStep, pathOfStep } from "../../actors/operations/analysis-steps.ts";
import type { RunEntry } from "../../actors/runs/run-entry.ts";

export interface AnalyzeProgress {
  readonly done: number;
  /** Undefined until everything there is to do is known. */
  readonly total: number | undefined;
  readonly path: string;
}

/** Counts the files that are analyzed, and then, anew, those that are reviewed. */
export class AnalysisCount {
  #analyzed = 0;
  #files: number | undefined;
  #reviewed = 0;
  #reviews: number | undefined;

  /** Undefined where the entry changes nothing that is counted. Give each entry once, from the first on. */
  take(entry: RunEntry): AnalyzeProgress | undefined {
    if (entry.type !== "step_finished") return undefined;
    const { step, added } = entry;
    if (step === analysisSteps.list) {
      this.#files = added;
      return { done: 0, total: added, path: "" };
    }
    // The report is a step as well.
    if (step === analysisSteps.disclose) this.#reviews = Math.max(0, added - 1);
    const path = pathOfStep(step);
    if (path !== undefined) {
      this.#analyzed += 1;
      return { done: this.#analyzed, total: this.#files ?? this.#analyzed, path };
    }
    const reviewed = pathOfReviewStep(step);
    if (reviewed === undefined) return undefined;
    this.#reviewed += 1;
    return { done: this.#reviewed, total: this.#reviews, path: reviewed };
  }
}
