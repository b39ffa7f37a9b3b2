// What the run of a pipeline and each of its steps are given: plain data, as it is kept with the run.
import type { AskedModel } from "../operations/ask-model.ts";
import type { ReviewPart } from "../operations/review.ts";
import type { Template } from "../prompts/template.ts";
import type { PipelineStep } from "./language/check.ts";
import type { Flow } from "./record.ts";

/**
 * `sequential`: each step works on what the one before made. `parallel`: operations side by side, all on what the pipeline began with.
 * `conditional`: a step waits for what its conditions name alone, and works on that. `streaming`: as sequential, and a folder goes
 * through it file by file.
 */
export const pipelineModes = ["sequential", "parallel", "conditional", "streaming"] as const;
export type PipelineMode = (typeof pipelineModes)[number];

/** What holds for all steps. */
export interface PipelineTerms {
  readonly mode: PipelineMode;
  /** True where a condition about what nobody knows is an error. */
  readonly strict: boolean;
  /** True where the steps behind one that failed are done all the same. */
  readonly continueOnError: boolean;
  /** Who is asked by the steps that ask a model; null where none does. */
  readonly asked: AskedModel | null;
  /** Who reviews an analysis; null where nobody does. */
  readonly review: ReviewPart | null;
  /** True where it is a part of another one, which says where it failed. */
  readonly isPart?: boolean;
  /** Parts of a fan-out that are at work at the same time. */
  readonly partsAtOnce: number;
}

export interface PipelineWork {
  /** In its normal form. */
  readonly spec: string;
  readonly steps: readonly PipelineStep[];
  readonly begin: Flow;
  readonly terms: PipelineTerms;
  /** Those of all steps, by name. */
  readonly prompts: Readonly<Record<string, Template>>;
  /** True where it is known to begin with one file: that goes through it as it is, however it is streamed. Default: false. */
  readonly isOneFile?: boolean;
}

/** The input of the operation `pipeline.step`. */
export interface StepWork {
  readonly step: PipelineStep;
  /** Steps that are done for each part; empty where it is no split. */
  readonly segment: readonly PipelineStep[];
  /** Steps whose records it looks at. */
  readonly sees: readonly number[];
  /** The step whose flow it goes on with; null where it begins with that of the pipeline. */
  readonly after: number | null;
  /** True where it works on all that it sees at once, and not on the last of them. */
  readonly joins: boolean;
  readonly begin: Flow;
  readonly terms: PipelineTerms;
  readonly prompts: Readonly<Record<string, Template>>;
}

/** The input of the operation `pipeline.end`. */
export interface EndWork {
  readonly spec: string;
  readonly mode: PipelineMode;
  readonly begin: Flow;
  /** The number and the word of each step. */
  readonly steps: readonly { readonly step: number; readonly word: string }[];
}
