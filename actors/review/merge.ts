// Puts what the model said beside what the static engine said. Pure; nothing of the static part is touched.
import type { FileReview, ModelPart } from "../analysis/model-review.ts";
import type { AnalysisReport } from "../analysis/report.ts";
import { costOf, type Usage } from "./cost.ts";
import type { Prepared } from "./disclosure.ts";
import type { Reviewer } from "./reviewer.ts";

/** What the review of one file came to. `reason` is a sentence for people. */
export type FileOutcome = Asked &
  (
    | { readonly ok: true; readonly review: FileReview; readonly repaired: boolean }
    | { readonly ok: false; readonly reason: string }
  );

/** What it took. */
export interface Asked {
  readonly path: string;
  readonly requests: number;
  /** Requests that may be paid for although no answer came of them: nobody counted what they took. */
  readonly inVain: number;
  /** Null where the provider did not count. */
  readonly usage: Usage | null;
  /** The model that answered; null where none did. */
  readonly model: string | null;
}

export function mergeReview(
  report: AnalysisReport,
  reviewer: Reviewer,
  prepared: Prepared,
  outcomes: readonly FileOutcome[],
): AnalysisReport {
  const reviews = new Map(
    outcomes.flatMap((outcome) => (outcome.ok ? [[outcome.path, outcome.review]] : [])),
  );
  const files = report.files.map((file) => ({ ...file, model: reviews.get(file.path) ?? null }));
  return { ...report, files, model_score: modelScoreOf(files), model: partOf(reviewer, prepared, outcomes) };
}

function partOf(reviewer: Reviewer, { leftOut }: Prepared, outcomes: readonly FileOutcome[]): ModelPart {
  const reviews = outcomes.flatMap((outcome) => (outcome.ok ? [outcome] : []));
  const missing = outcomes.flatMap((outcome) =>
    outcome.ok ? [] : [{ path: outcome.path, reason: outcome.reason }],
  );
  const sum = (count: (outcome: (typeof reviews)[number]) => number): number =>
    reviews.reduce((total, outcome) => total + count(outcome), 0);
  const usage = usageOf(outcomes);
  const counted = outcomes.every(
    ({ usage, requests, inVain }) => inVain === 0 && (usage !== null || requests === 0),
  );
  const cost = counted ? costOf(usage, reviewer.price) : null;
  return {
    provider: reviewer.provider,
    kind: reviewer.kind,
    model: outcomes.find(({ model }) => model !== null)?.model ?? reviewer.model,
    ...statusOf(reviews.length, [...missing, ...leftOut]),
    files: { reviewed: reviews.length, missing: missing.length, left_out: leftOut.length },
    missing,
    left_out: leftOut.map(({ path, reason }) => ({ path, reason })),
    dropped: sum(({ review }) => review.dropped),
    merged: sum(({ review }) => review.merged),
    repaired: sum(({ repaired }) => (repaired ? 1 : 0)),
    masked: sum(({ review }) => review.masked),
    requests: outcomes.reduce((total, { requests }) => total + requests, 0),
    ...usage,
    cost_usd: cost === null ? null : Math.round(cost * 1_000_000) / 1_000_000,
  };
}

/** The reason names the most frequent of the reasons why files have no review. */
function statusOf(
  reviewed: number,
  without: readonly { readonly reason: string }[],
): Pick<ModelPart, "status" | "reason"> {
  const counts = new Map<string, number>();
  for (const { reason } of without) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  if (most === undefined) {
    return reviewed > 0
      ? { status: "complete", reason: null }
      : { status: "missing", reason: "There was no file to review." };
  }
  const [reason, count] = most;
  const total = reviewed + without.length;
  const others = counts.size > 1 ? ` (${count} of them; the others for other reasons)` : "";
  if (reviewed > 0) {
    return {
      status: "partial",
      reason: `${without.length} of ${total} files have no review: ${reason}${others}`,
    };
  }
  return {
    status: "missing",
    reason: total === 1 ? reason : `None of ${total} files was reviewed: ${reason}${others}`,
  };
}

function usageOf(outcomes: readonly FileOutcome[]): Usage {
  return outcomes.reduce(
    (sum, { usage }) => ({
      input_tokens: sum.input_tokens + (usage?.input_tokens ?? 0),
      output_tokens: sum.output_tokens + (usage?.output_tokens ?? 0),
    }),
    { input_tokens: 0, output_tokens: 0 },
  );
}

/** The mean, weighted by lines of code, as the static score; null where nothing was reviewed. */
export function modelScoreOf(files: AnalysisReport["files"]): number | null {
  let weights = 0;
  let total = 0;
  for (const { model, metrics } of files) {
    if (model === null) continue;
    const weight = Math.max(1, metrics?.codeLines ?? 0);
    weights += weight;
    total += model.score * weight;
  }
  return weights === 0 ? null : Math.round((total / weights) * 10) / 10;
}
