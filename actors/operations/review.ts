// The operations of a model's review: see what would be sent, have each file reviewed, put the outcomes together.
import type { AnalysisType, FileReport } from "../analysis/report.ts";
import type { Price } from "../llm/prices.ts";
import type { Operations, Plan, Step, StepOutcome } from "../pipeline/plan.ts";
import type { Prepared } from "../review/disclosure.ts";
import { type Material, materialOf, tokensOf } from "../review/material.ts";
import type { FileOutcome } from "../review/merge.ts";
import {
  type LeftOut,
  type ReviewLimits,
  reasonBefore,
  reasons,
  type Taken,
  take,
} from "../review/selection.ts";
import { isConfidentialPath } from "../workspace/confidential-path.ts";
import { type SourceTextLimits, sourceTextOf } from "../workspace/source-text.ts";
import { type ReviewFileInput, reviewFile } from "./review-file.ts";
import { readWorkspace } from "./services.ts";

/** Where the texts are that were analyzed. */
export type ReviewSource =
  /** `root` is the real path of the directory that was analyzed; left out where a file was named. */
  { readonly kind: "files"; readonly root?: string } | { readonly kind: "text"; readonly bytes: Uint8Array };

export interface PrepareInput {
  readonly source: ReviewSource;
  /** Reports of the files that may be sent, the most worthwhile first. */
  readonly files: readonly FileReport[];
  readonly type: AnalysisType;
  readonly limits: ReviewLimits;
  /** Null where it is not known. */
  readonly price: Price | null;
}

export interface ReviewPlanOptions {
  /** The entry of llm.providers that is asked. */
  readonly provider: string;
  /** A model of it, where it is not to be the entry's own. */
  readonly model?: string;
  /** One file after the other: a model on one's own machine has time for one answer, and would leave the others waiting. */
  readonly inTurn: boolean;
}

const prepareStep = "prepare";
const combineStep = "combine";
const fileStepPrefix = "review:";

/** Plans to find out what would be sent; its output is a `Prepared`. Nothing is sent. */
export function planOfPreparation(input: PrepareInput): Plan {
  return { steps: [{ id: prepareStep, operation: "review.prepare", input }], result: prepareStep };
}

/** Plans the review of what was prepared; its output is an array of `FileOutcome`. */
export function planOfReview({ materials }: Prepared, { provider, model, inTurn }: ReviewPlanOptions): Plan {
  const steps = materials.map((material, index): Step => {
    const input: ReviewFileInput = { material, provider, ...(model === undefined ? {} : { model }) };
    const step: Step = { id: stepIdOf(material), operation: "review.file", input };
    const before = inTurn ? materials[index - 1] : undefined;
    return before === undefined ? step : { ...step, after: [stepIdOf(before)] };
  });
  const combined: Step = { id: combineStep, operation: "review.combine", input: undefined, after: "rest" };
  return { steps: [...steps, combined], result: combineStep };
}

/** The path that a step reviews, for people; undefined for the other steps. */
export function pathOfReviewStep(id: string): string | undefined {
  return id.startsWith(fileStepPrefix) ? id.slice(fileStepPrefix.length) : undefined;
}

function stepIdOf({ path }: Material): string {
  return `${fileStepPrefix}${path}`;
}

/** The operations by name. */
export function reviewOperations(limits: SourceTextLimits): Operations {
  return {
    "review.prepare": (input: PrepareInput) => prepare(input, limits),
    "review.file": (input: ReviewFileInput, context) => reviewFile(input, context),
    "review.combine": async (_, context) => ({
      output: [...context.outputs()].flatMap(([id, output]) =>
        pathOfReviewStep(id) === undefined ? [] : [output as FileOutcome],
      ),
    }),
  };
}

/** One file after the other, since whether the next one fits depends on those before. */
async function prepare(input: PrepareInput, texts: SourceTextLimits): Promise<StepOutcome> {
  const { files, limits, price } = input;
  const materials: Material[] = [];
  const leftOut: LeftOut[] = [];
  let taken: Taken = { files: 0, tokens: 0, costMaxUsd: price === null ? null : 0 };
  for (const file of files) {
    const { path } = file;
    const early = isConfidentialPath(path) ? reasons.confidential : reasonBefore(file, taken, limits);
    const material = early === undefined ? await materialAt(file, input, texts) : { reason: early };
    const next = "reason" in material ? material : take(taken, tokensOf(material), price, limits);
    if ("reason" in next) leftOut.push({ path, reason: next.reason });
    else if (!("reason" in material)) {
      materials.push(material);
      taken = next.taken;
    }
  }
  const { tokens, costMaxUsd } = taken;
  return { output: { materials, tokens, costMaxUsd, leftOut } satisfies Prepared };
}

async function materialAt(
  file: FileReport,
  { source, type }: PrepareInput,
  limits: SourceTextLimits,
): Promise<Material | { readonly reason: string }> {
  const { path } = file;
  if (source.kind === "text") {
    const { bytes } = source;
    const text = sourceTextOf(bytes, bytes.length, limits);
    return text.kind === "text" ? materialOf(file, text.text, type) : { reason: reasons.binary };
  }
  const read = await readWorkspace(source.root === undefined ? { path } : { path, root: source.root });
  if (!read.ok) return { reason: read.message };
  // A link may be named like any file and lead to a key.
  if (isConfidentialPath(read.realPath)) return { reason: reasons.confidential };
  if (read.source.kind !== "text") return { reason: reasons.binary };
  if (read.source.cutShort !== undefined) return { reason: reasons.cutShort };
  return materialOf(file, read.source.text, type);
}
