// The operations of a model's review: see what would be sent, say so and ask, have each file reviewed, merge the outcomes.
import type { AnalysisType, FileReport } from "../analysis/report.ts";
import type { Operations, Step, StepContext, StepOutcome } from "../pipeline/plan.ts";
import { disclosureOf, nothingPrepared, type Prepared } from "../review/disclosure.ts";
import { stepAttemptsMax } from "../review/limits.ts";
import { type Material, materialOf, tokensOf } from "../review/material.ts";
import { type FileOutcome, mergeReview } from "../review/merge.ts";
import type { Reviewer } from "../review/reviewer.ts";
import {
  byWorth,
  type LeftOut,
  type ReviewLimits,
  reasonBefore,
  reasons,
  type Taken,
  take,
} from "../review/selection.ts";
import { isConfidentialPath } from "../workspace/confidential-path.ts";
import { rememberAnalysis } from "./analysis-memory.ts";
import { type AnalysisOutcome, analysisSteps, reviewStepOf } from "./analysis-steps.ts";
import { consented } from "./consent.ts";
import { projectInstructions } from "./project-instructions.ts";
import { type ReviewFileInput, reviewFile } from "./review-file.ts";
import { readFile } from "./services.ts";

/** Who reviews an analysis, and how much of it. Plain data: a part of the plan. */
export interface ReviewPart {
  readonly reviewer: Reviewer;
  /** Set where another model than the entry's own is asked for. */
  readonly model?: string;
  /** True where the person named or configured who is asked: then the instructions of the project are sent too. */
  readonly isChosen?: boolean;
  readonly limits: ReviewLimits;
}

/** Where the texts are that were analyzed: a text that came with the request was noted under `textKey`. */
export type ReviewSource =
  /** `root` is the real path of the directory that was analyzed; left out where a file was named. */
  { readonly kind: "files"; readonly root?: string } | { readonly kind: "text" };

interface PrepareInput {
  readonly part: ReviewPart;
  readonly source: ReviewSource;
}

interface Disclosed {
  readonly isSent: boolean;
}

/** What is noted, for all steps of the run, of a text that came with the request: the text, or null where it is none. */
export const textKey = "text that is analyzed";

/** The steps that follow on the static report. */
export function stepsOfReview(part: ReviewPart, source: ReviewSource): readonly Step[] {
  const input: PrepareInput = { part, source };
  return [{ id: analysisSteps.prepare, operation: "review.prepare", input }];
}

/** The step that has the whole report, for where nothing is reviewed as well. */
export function reportStep(part: ReviewPart): Step {
  return { id: analysisSteps.report, operation: "review.report", input: part, after: "rest" };
}

/** The operations by name. */
export const reviewOperations: Operations = {
  "review.prepare": prepare,
  "review.disclose": disclose,
  "review.file": reviewFile,
  "review.report": async (part: ReviewPart, context) => {
    const output = wholeReport(part, context);
    await rememberAnalysis(output, context);
    return { output };
  },
};

async function prepare({ part, source }: PrepareInput, context: StepContext): Promise<StepOutcome> {
  const prepared = await preparedOf(part, source, context);
  const next: Step =
    prepared.materials.length === 0
      ? reportStep(part)
      : { id: analysisSteps.disclose, operation: "review.disclose", input: part };
  return { output: prepared, steps: [next] };
}

/** What cannot be prepared leaves the static part what it was, and says why the other one is missing. */
async function preparedOf(part: ReviewPart, source: ReviewSource, context: StepContext): Promise<Prepared> {
  const files = filesOf(context);
  try {
    return await chosen(files, part, source, context);
  } catch (error) {
    if (context.attempt < stepAttemptsMax) throw error;
    const reason = `It could not be prepared: ${error instanceof Error ? error.message : String(error)}`;
    return { ...nothingPrepared, leftOut: files.map(({ path }) => ({ path, reason })) };
  }
}

/** One file after the other, since whether the next one fits depends on those before. */
async function chosen(
  files: readonly FileReport[],
  { reviewer: { price }, limits, isChosen = false }: ReviewPart,
  source: ReviewSource,
  context: StepContext,
): Promise<Prepared> {
  const { type } = staticReport(context);
  const about =
    source.kind === "text" ? [] : source.root === undefined ? files.map(({ path }) => path) : [source.root];
  const instructions = isChosen ? await projectInstructions(context, about) : undefined;
  const materials: Material[] = [];
  const leftOut: LeftOut[] = [];
  let taken: Taken = { files: 0, tokens: 0, costMaxUsd: price === null ? null : 0 };
  for (const file of files) {
    const { path } = file;
    const early = isConfidentialPath(path) ? reasons.confidential : reasonBefore(file, taken, limits);
    const material = early === undefined ? await materialAt(file, source, type, context) : { reason: early };
    const next =
      "reason" in material ? material : take(taken, sizeOf(material, instructions?.text), price, limits);
    if ("reason" in next) leftOut.push({ path, reason: next.reason });
    else if (!("reason" in material)) {
      materials.push(material);
      taken = next.taken;
    }
  }
  const { tokens, costMaxUsd } = taken;
  return { materials, tokens, costMaxUsd, leftOut, ...(instructions === undefined ? {} : { instructions }) };
}

function sizeOf(
  material: Material,
  told: string | undefined,
): { readonly ofFile: number; readonly tokens: number } {
  const ofFile = tokensOf(material);
  return { ofFile, tokens: told === undefined ? ofFile : tokensOf(material, told) };
}

async function materialAt(
  file: FileReport,
  source: ReviewSource,
  type: AnalysisType,
  context: StepContext,
): Promise<Material | { readonly reason: string }> {
  const { path } = file;
  if (source.kind === "text") {
    const text = await context.recall(textKey, "run");
    return typeof text === "string" ? materialOf(file, text, type) : { reason: reasons.binary };
  }
  const { root } = source;
  const asked = { path, ...(root === undefined ? {} : { root }), isNamed: true, isForModel: true };
  const read = await readFile(context, asked);
  if (!read.ok) return { reason: read.message };
  // A link may be named like any file and lead to a key.
  if (isConfidentialPath(read.realPath)) return { reason: reasons.confidential };
  if (read.source.kind !== "text") return { reason: reasons.binary };
  if (read.source.cutShort !== undefined) return { reason: reasons.cutShort };
  return materialOf(file, read.source.text, type);
}

async function disclose(part: ReviewPart, context: StepContext): Promise<StepOutcome> {
  const prepared = context.output(analysisSteps.prepare) as Prepared;
  const isSent = await consented(context, disclosureOf(part.reviewer, prepared));
  const asking = isSent ? reviewSteps(part, prepared) : [];
  return { output: { isSent } satisfies Disclosed, steps: [...asking, reportStep(part)] };
}

/** A model on one's own machine has time for one answer, and would leave the others waiting: it is asked in turn. */
function reviewSteps({ reviewer, model }: ReviewPart, { materials }: Prepared): readonly Step[] {
  const { provider, price } = reviewer;
  return materials.map(({ path }, index): Step => {
    const input: ReviewFileInput = { path, provider, price, ...(model === undefined ? {} : { model }) };
    const step: Step = { id: reviewStepOf(path), operation: "review.file", input };
    const before = reviewer.place === "machine" ? materials[index - 1] : undefined;
    return before === undefined ? step : { ...step, after: [reviewStepOf(before.path)] };
  });
}

function wholeReport({ reviewer }: ReviewPart, context: StepContext): AnalysisOutcome {
  const outcome = context.output(analysisSteps.combine) as AnalysisOutcome;
  const prepared = context.output(analysisSteps.prepare) as Prepared | undefined;
  if (!outcome.ok || prepared === undefined) return outcome;
  const disclosed = context.output(analysisSteps.disclose) as Disclosed | undefined;
  if (disclosed?.isSent === false) {
    const declined = prepared.materials.map(({ path }) => ({ path, reason: reasons.declined }));
    const nothing = { ...nothingPrepared, leftOut: [...declined, ...prepared.leftOut] };
    return { ok: true, report: mergeReview(outcome.report, reviewer, nothing, []) };
  }
  const outcomes = prepared.materials.map(({ path }) => context.output(reviewStepOf(path)) as FileOutcome);
  return { ok: true, report: mergeReview(outcome.report, reviewer, prepared, outcomes) };
}

function filesOf(context: StepContext): readonly FileReport[] {
  return byWorth(staticReport(context));
}

function staticReport(context: StepContext) {
  const outcome = context.output(analysisSteps.combine) as AnalysisOutcome;
  if (!outcome.ok) throw new TypeError("There is no report that could be reviewed.");
  return outcome.report;
}
