// What a pipeline is expected to take: time, tokens and cost, before any of it is done. Pure, and rough: it says which order of
// magnitude to expect, and the assumptions that it makes are told with it.
import { costOf, type Price } from "../llm/prices.ts";
import type { PipelineStep } from "./language/check.ts";
import { pipelineWordOf } from "./language/vocabulary.ts";

/** What a pipeline would work on. */
export interface EstimatedInput {
  readonly files: number;
  /** Of all files together, about. */
  readonly tokens: number;
}

interface Amounts {
  /** To models. */
  readonly requests: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly seconds: number;
  /** US dollars; null where the price is not known. */
  readonly cost_usd: number | null;
}

export interface StepEstimate extends Amounts {
  /** From 1. */
  readonly step: number;
  readonly operation: string;
}

export interface PipelineEstimate extends Amounts {
  readonly steps: readonly StepEstimate[];
  /** Sentences for people: what was taken for granted. */
  readonly assumptions: readonly string[];
}

/** What stands around the code in a request: instructions, what earlier steps found, pieces of other files. */
const aroundTokens = 2_500;

/** Until a model begins to answer, and what it reads and writes after that, as models of 2026 do. */
const firstAnswerSeconds = 1.5;
const readPerSecond = 4_000;
const writtenPerSecond = 60;

/** Files that the static engine looks at within a second on one core, and functions of a usual file. */
const analyzedPerSecond = 100;
const functionsPerFile = 8;

/** A file as people write them: some 200 lines. */
export const assumedInput: EstimatedInput = { files: 1, tokens: 2_000 };

/** How much of what is read is written again, in tokens: so many at least, and so large a share of the code. */
const written: Readonly<Record<string, { readonly least: number; readonly share: number }>> = {
  explain: { least: 800, share: 0.1 },
  refactor: { least: 400, share: 0.5 },
  generate: { least: 1_500, share: 0 },
  test_generate: { least: 600, share: 1.2 },
  document: { least: 800, share: 0.4 },
};

const reviewed = { least: 500, share: 0.1 };

export interface EstimateTerms {
  /** Undefined where nobody is there to be asked. */
  readonly price: Price | null | undefined;
  /** Parts of a fan-out that are at work at a time. */
  readonly partsAtOnce: number;
}

export function estimatePipeline(
  steps: readonly PipelineStep[],
  input: EstimatedInput,
  { price, partsAtOnce }: EstimateTerms,
): PipelineEstimate {
  let parts: EstimatedInput | undefined;
  const estimates = steps.map((step) => {
    if (step.word === "split") parts = partsOf(input, step.parameters.by);
    if (step.word === "merge") parts = undefined;
    return stepEstimate(
      step,
      { input, parts, isModelChosen: price !== undefined, partsAtOnce },
      price ?? null,
    );
  });
  return { steps: estimates, ...sumOf(estimates), assumptions: assumptionsOf(steps, price) };
}

function partsOf({ files, tokens }: EstimatedInput, by: unknown): EstimatedInput {
  return { files: by === "function" ? files * functionsPerFile : files, tokens };
}

interface Worked {
  readonly input: EstimatedInput;
  /** Where the step is done for every part of a split. */
  readonly parts: EstimatedInput | undefined;
  readonly isModelChosen: boolean;
  readonly partsAtOnce: number;
}

function stepEstimate(
  { number, word, parameters, timesMax }: PipelineStep,
  worked: Worked,
  price: Price | null,
) {
  const { input, parts, partsAtOnce } = worked;
  const names = { step: number, operation: word };
  // An analysis is reviewed by a model where one is chosen.
  const isReviewed = word === "analyze" && worked.isModelChosen;
  const share = isReviewed ? reviewed : written[word];
  if (share === undefined) {
    const seconds = word === "analyze" ? (input.files * timesMax) / analyzedPerSecond : 0;
    return { ...names, ...nothing, seconds: rounded(seconds) };
  }
  // What makes a file of its own is told of one that it goes with, and of no folder.
  const whole = { files: 1, tokens: input.files === 1 ? input.tokens : 0 };
  const each = parts ?? (word === "generate" ? whole : input);
  const requests = each.files * timesMax;
  const read = requests * aroundTokens + each.tokens * timesMax;
  const answered = Math.ceil(Math.max(requests * share.least, each.tokens * timesMax * share.share));
  const usage = { input_tokens: read, output_tokens: answered };
  const apart = requests * firstAnswerSeconds + read / readPerSecond + answered / writtenPerSecond;
  // The checks of a project are run with one part in place after the other.
  const atOnce = parameters.verify === true ? 1 : Math.min(each.files, partsAtOnce);
  const cost = requests === 0 ? 0 : costOf(usage, price);
  return { ...names, requests, ...usage, seconds: rounded(apart / Math.max(1, atOnce)), cost_usd: cost };
}

const nothing: Amounts = { requests: 0, input_tokens: 0, output_tokens: 0, seconds: 0, cost_usd: 0 };

function sumOf(estimates: readonly StepEstimate[]): Amounts {
  return estimates.reduce<Amounts>(
    (sum, one) => ({
      requests: sum.requests + one.requests,
      input_tokens: sum.input_tokens + one.input_tokens,
      output_tokens: sum.output_tokens + one.output_tokens,
      seconds: rounded(sum.seconds + one.seconds),
      cost_usd: sum.cost_usd === null || one.cost_usd === null ? null : sum.cost_usd + one.cost_usd,
    }),
    nothing,
  );
}

function assumptionsOf(steps: readonly PipelineStep[], price: Price | null | undefined): string[] {
  const has = (word: string): boolean => steps.some((step) => step.word === word);
  const isReviewed = has("analyze") && price !== undefined;
  const asks = isReviewed || steps.some(({ word }) => pipelineWordOf(word)?.asksModel === true);
  const held = steps.some(({ conditions }) => conditions.length > 0);
  return [
    ...(held ? ["Every condition holds, and a step with while: is done as often as it may be."] : []),
    ...(isReviewed ? ["A model reviews what is analyzed, which --no-model leaves out."] : []),
    ...(asks ? ["Every answer is sound at once: one that is asked for again costs as much once more."] : []),
    ...(asks && price === undefined ? ["No model is set up here, so that the cost is not known."] : []),
    ...(asks && price === null ? ["The price of the model is not known; llm.providers can give it."] : []),
    ...(has("load") ? ["What load reads is as large as the input."] : []),
    ...(steps.some(({ parameters }) => parameters.by === "function")
      ? [`A file has ${functionsPerFile} functions.`]
      : []),
  ];
}

function rounded(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
