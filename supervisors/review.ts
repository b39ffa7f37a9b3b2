// The model's part of an analysis: who reviews and how much, and what the report says where it was lost altogether.
import type { AnalysisReport } from "../actors/analysis/report.ts";
import type { ReviewPart } from "../actors/operations/review.ts";
import { nothingPrepared } from "../actors/review/disclosure.ts";
import { mergeReview } from "../actors/review/merge.ts";
import { byWorth, type ReviewLimits } from "../actors/review/selection.ts";
import type { Configuration, ConfigurationValues } from "./config.ts";
import { chooseReviewer, type ReviewerChoice } from "./reviewer.ts";

/** Undefined where nobody reviews. @throws {UnknownProvider} */
export function reviewPart(configuration: Configuration, choice: ReviewerChoice): ReviewPart | undefined {
  const reviewer = chooseReviewer(configuration, choice);
  if (reviewer === undefined) return undefined;
  const { model, provider } = choice;
  return {
    reviewer,
    isChosen: (provider ?? configuration.values.llm.default_provider) !== undefined,
    limits: reviewLimits(configuration.values),
    ...(model === undefined ? {} : { model }),
  };
}

/** Whatever becomes of the model's part, the static one is what it was. */
export function reportWithoutReview(
  report: AnalysisReport,
  { reviewer }: ReviewPart,
  reason: string,
): AnalysisReport {
  const leftOut = byWorth(report).map(({ path }) => ({ path, reason }));
  return mergeReview(report, reviewer, { ...nothingPrepared, leftOut }, []);
}

function reviewLimits({ analysis }: ConfigurationValues): ReviewLimits {
  return {
    filesMax: analysis.review_max_files,
    tokensMax: analysis.review_max_tokens,
    fileTokensMax: analysis.review_max_file_tokens,
    costUsdMax: analysis.review_max_cost_usd,
  };
}
