// What each word of a pipeline does: the place where they are told apart.
import type { AnswerCache } from "../analysis/answer-cache.ts";
import type { StepContext } from "../runs/step-context.ts";
import type { Operations } from "./plan.ts";
import type { Flow, PartRecord, ResultDocument, StepRecord } from "./record.ts";
import type { StepWork } from "./step-work.ts";
import { transformerOf } from "./transformers/table.ts";
import { analyze } from "./words/analyze.ts";
import { askModel } from "./words/ask.ts";
import { load } from "./words/load.ts";
import { save } from "./words/save.ts";
import { split } from "./words/split.ts";
import { transformed } from "./words/transform.ts";

/** What words use beside their run. */
export interface PipelineTools {
  /** Those of analyses and reviews, by name. */
  readonly operations: Operations;
  readonly cache: AnswerCache;
  /** Parsers that there are. */
  readonly parsers: number;
  /** Steps of a plan within a step that work at the same time. */
  readonly parallelMax: number;
}

export interface WordJob {
  readonly work: StepWork;
  /** Of the whole step: `viewOf` makes that of the work. */
  readonly context: StepContext;
  readonly flow: Flow;
  /** What came before, in order. */
  readonly records: readonly StepRecord[];
  /** What it works on. */
  readonly latest: StepRecord | undefined;
  /** Tells this round from others; "" for the first. */
  readonly round: string;
  /** Tells this round, and this try after a failure, from others; the same each time the step is tried. */
  readonly prefix: string;
}

/** Plain data. */
export type Done =
  | {
      readonly ok: true;
      readonly result: ResultDocument;
      readonly flow: Flow;
      readonly parts: readonly PartRecord[];
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly code: string; readonly message: string };

export type Word = (job: WordJob, tools: PipelineTools) => Promise<Done>;

export async function doWord(job: WordJob, tools: PipelineTools): Promise<Done> {
  const { word } = job.work.step;
  if (transformerOf(word) !== undefined) return transformed(job);
  const own = words[word];
  // A later version of aiex may have planned it.
  if (own === undefined)
    return {
      ok: false,
      code: "unknown_word",
      message: `There is no step "${word}" here. Update aiex on this node.`,
    };
  return own(job, tools);
}

const words: Readonly<Record<string, Word>> = {
  analyze,
  explain: askModel,
  refactor: askModel,
  generate: askModel,
  test_generate: askModel,
  document: askModel,
  load,
  save,
  split,
};
