// Which files are worth a review and fit the limits, the most worthwhile first. Pure.
import { byCodeUnit } from "../analysis/finding-order.ts";
import type { AnalysisReport, FileReport } from "../analysis/report.ts";
import { pointsOf } from "../analysis/score.ts";
import type { Price } from "../llm/prices.ts";
import { costMaxOf } from "./cost.ts";
import { bytesPerTokenMax } from "./limits.ts";

export interface ReviewLimits {
  readonly filesMax: number;
  /** Tokens that are sent in all, and of one file. */
  readonly tokensMax: number;
  readonly fileTokensMax: number;
  readonly costUsdMax: number;
}

export interface LeftOut {
  readonly path: string;
  /** A sentence for people. */
  readonly reason: string;
}

/** What is taken so far. */
export interface Taken {
  readonly files: number;
  readonly tokens: number;
  /** Null where the price is not known. */
  readonly costMaxUsd: number | null;
}

export const reasons = {
  confidential: "Files of this name or place hold secrets; they never leave the machine.",
  cutShort: "It was cut short, and a part of a file is not reviewed.",
  binary: "It holds no text.",
  declined: "Whoever was told that it would be sent said no.",
} as const;

/** Files with text that was read, by what their findings cost, then by size, then by path. */
export function byWorth({ files }: Pick<AnalysisReport, "files">): FileReport[] {
  const points = ({ findings }: FileReport): number =>
    findings.reduce((total, finding) => total + pointsOf(finding), 0);
  return files
    .filter(({ status, metrics }) => status !== "skipped" && metrics !== null)
    .map((file) => ({ file, points: points(file), codeLines: file.metrics?.codeLines ?? 0 }))
    .sort((a, b) => b.points - a.points || b.codeLines - a.codeLines || byCodeUnit(a.file.path, b.file.path))
    .map(({ file }) => file);
}

/** Why a file is not even read; undefined where it is. */
export function reasonBefore(
  { status, bytes }: Pick<FileReport, "status" | "bytes">,
  taken: Taken,
  limits: ReviewLimits,
): string | undefined {
  if (status === "cut_short") return reasons.cutShort;
  if (taken.files >= limits.filesMax) {
    return `analysis.review_max_files is ${limits.filesMax}; other files had more findings or more code.`;
  }
  const tokensMin = Math.floor(bytes / bytesPerTokenMax);
  return tokensMin > limits.fileTokensMax ? tooLarge(tokensMin, limits) : undefined;
}

/** What is taken when a file of so many tokens is too, or why it is left out. @param tokens with what is sent beside the file */
export function take(
  taken: Taken,
  { ofFile, tokens }: { readonly ofFile: number; readonly tokens: number },
  price: Price | null,
  limits: ReviewLimits,
): { readonly taken: Taken } | { readonly reason: string } {
  if (ofFile > limits.fileTokensMax) return { reason: tooLarge(ofFile, limits) };
  if (taken.tokens + tokens > limits.tokensMax) {
    return {
      reason: `With it, more would be sent than analysis.review_max_tokens allows (${limits.tokensMax} in all).`,
    };
  }
  const costMax = costMaxOf(tokens, price);
  const costMaxUsd = costMax === null || taken.costMaxUsd === null ? null : taken.costMaxUsd + costMax;
  if (costMaxUsd !== null && costMaxUsd > limits.costUsdMax) {
    return {
      reason: `With it, the review might cost more than analysis.review_max_cost_usd allows (${limits.costUsdMax} in all).`,
    };
  }
  return { taken: { files: taken.files + 1, tokens: taken.tokens + tokens, costMaxUsd } };
}

function tooLarge(tokens: number, { fileTokensMax }: ReviewLimits): string {
  return `It has about ${tokens} tokens, and analysis.review_max_file_tokens is ${fileTokensMax}.`;
}
