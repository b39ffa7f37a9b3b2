// Has a model review what was analyzed: prepares, says what would be sent, asks, and puts the answers into the report.
import type { AnalysisReport } from "../actors/analysis/report.ts";
import {
  pathOfReviewStep,
  planOfPreparation,
  planOfReview,
  type ReviewSource,
} from "../actors/operations/review.ts";
import { type Disclosure, disclosureOf, type Prepared } from "../actors/review/disclosure.ts";
import { type FileOutcome, failedOutcomes, mergeReview } from "../actors/review/merge.ts";
import type { Reviewer } from "../actors/review/reviewer.ts";
import { byWorth, type ReviewLimits } from "../actors/review/selection.ts";
import type { Node } from "../runtime/index.ts";
import type { AnalyzeProgress } from "./aiex.ts";
import type { ConfigurationValues } from "./config.ts";
import { followRun } from "./follow-run.ts";

export interface ReviewTask {
  /** Unique among the runs of the node. */
  readonly id: string;
  readonly report: AnalysisReport;
  readonly source: ReviewSource;
  readonly reviewer: Reviewer;
  /** Set where another model than the entry's own was asked for. */
  readonly model: string | undefined;
  readonly limits: ReviewLimits;
  /** Is told, and awaited, before anything is sent. */
  readonly onDisclosure: (disclosure: Disclosure) => void | Promise<void>;
  readonly onProgress: ((progress: AnalyzeProgress) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

export function reviewLimits({ analysis }: ConfigurationValues): ReviewLimits {
  return {
    filesMax: analysis.review_max_files,
    tokensMax: analysis.review_max_tokens,
    fileTokensMax: analysis.review_max_file_tokens,
    costUsdMax: analysis.review_max_cost_usd,
  };
}

/**
 * The report with the model's part. Whatever goes wrong with the model is said there, and the static part is what it was.
 * @throws what `onDisclosure` throws, and then nothing was sent; what `signal` was aborted with
 */
export async function review(node: Node, task: ReviewTask): Promise<AnalysisReport> {
  const { report, reviewer } = task;
  const prepared = await prepare(node, task);
  if (!prepared.ok) {
    const { materials, ...nothing } = nothingPrepared;
    const leftOut = byWorth(report).map(({ path }) => ({ path, reason: prepared.message }));
    return mergeReview(report, reviewer, { materials, ...nothing, leftOut }, []);
  }
  if (prepared.output.materials.length === 0) return mergeReview(report, reviewer, prepared.output, []);
  await task.onDisclosure(disclosureOf(reviewer, prepared.output));
  const outcomes = await askAbout(node, task, prepared.output);
  return mergeReview(report, reviewer, prepared.output, outcomes);
}

const nothingPrepared: Prepared = { materials: [], tokens: 0, costMaxUsd: null, leftOut: [] };

async function prepare(node: Node, task: ReviewTask) {
  const { id, report, source, reviewer, limits, signal } = task;
  const { type } = report;
  const plan = planOfPreparation({ source, files: byWorth(report), type, limits, price: reviewer.price });
  const followed = await followRun(node, { id: `${id}-preparation`, plan }, signal, () => {});
  return followed.ok ? { ok: true as const, output: followed.output as Prepared } : followed;
}

async function askAbout(node: Node, task: ReviewTask, prepared: Prepared): Promise<readonly FileOutcome[]> {
  const { id, reviewer, model, onProgress, signal } = task;
  const plan = planOfReview(prepared, {
    provider: reviewer.provider,
    inTurn: reviewer.place === "machine",
    ...(model === undefined ? {} : { model }),
  });
  const followed = await followRun(node, { id: `${id}-review`, plan }, signal, ({ step, done, total }) => {
    const path = pathOfReviewStep(step);
    if (path !== undefined) onProgress?.({ done, total: total - 1, path });
  });
  return followed.ok ? (followed.output as FileOutcome[]) : failedOutcomes(prepared, followed.message);
}
