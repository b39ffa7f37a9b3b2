// Looks at the text of a pipeline without running any of it: what is wrong, or what it means and is expected to take.
import { resolve } from "node:path";
import { detectLanguage } from "../actors/analysis/languages.ts";
import { estimateTokensOfBytes } from "../actors/llm/tokens.ts";
import {
  assumedInput,
  type EstimatedInput,
  estimatePipeline,
  type PipelineEstimate,
} from "../actors/pipeline/estimate.ts";
import { parseSpecification } from "../actors/pipeline/language/parse.ts";
import { type PlacedProblem, placedProblems } from "../actors/pipeline/language/placed.ts";
import { printSpecification } from "../actors/pipeline/language/print.ts";
import { pipelineWordOf, type WordGroup } from "../actors/pipeline/language/vocabulary.ts";
import { workspaceLimits } from "../actors/workspace/config.ts";
import { walk } from "../actors/workspace/walk.ts";
import type { FileSystem } from "../runtime/file-system.ts";
import type { Configuration } from "./config.ts";
import { pipelineSteps } from "./pipeline-steps.ts";
import { chooseReviewer } from "./reviewer.ts";

export interface PipelineCheckOrder {
  readonly spec: string;
  /** What it would work on; an assumed file where it is left out. */
  readonly input?: string | undefined;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  /** True where no model is to be asked. Default: false. */
  readonly noModel?: boolean;
}

export interface CheckedStep {
  readonly step: number;
  readonly operation: string;
  readonly group: WordGroup;
  /** True where a model is asked. */
  readonly asks_model: boolean;
  /** As they are written. */
  readonly conditions: readonly string[];
  /** With those that were left out. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** Times that it is done at most. */
  readonly rounds_max: number;
}

interface CheckedEstimate extends PipelineEstimate {
  /** The path; null where a file was assumed. */
  readonly input: string | null;
  readonly files: number;
  /** Of all these files, about. */
  readonly tokens: number;
  /** Who would be asked; null where nobody is set up. */
  readonly provider: string | null;
  readonly model: string | null;
}

export interface PipelineCheck {
  readonly schema: "aiex.pipeline_check/1";
  readonly ok: boolean;
  /** Its normal form, with the steps of the workflows that it names; null where it has problems. */
  readonly spec: string | null;
  readonly problems: readonly PlacedProblem[];
  readonly steps: readonly CheckedStep[];
  readonly estimate: CheckedEstimate | null;
}

export interface PipelineCheckPlace {
  readonly files: FileSystem;
  readonly configuration: Configuration;
  /** Where relative paths start. */
  readonly directory: string;
}

/** Fails with a `FileError` where the input cannot be looked at. @throws {UnknownProvider} */
export async function checkPipeline(
  place: PipelineCheckPlace,
  { spec, input, provider, model, noModel = false }: PipelineCheckOrder,
): Promise<PipelineCheck> {
  const schema = "aiex.pipeline_check/1" as const;
  const checked = await pipelineSteps(place, spec);
  if (!checked.ok) {
    const problems = placedProblems(checked.problems, spec);
    return { schema, ok: false, spec: null, problems, steps: [], estimate: null };
  }
  const { steps: written } = parseSpecification(checked.specification);
  const found = input === undefined ? undefined : await measured(place, input);
  const isOneFile = found?.isFolder !== true;
  const who = noModel ? undefined : chooseReviewer(place.configuration, { provider, model, isOneFile });
  const about = found ?? assumedInput;
  return {
    ...{ schema, ok: true, spec: checked.specification, problems: [] },
    steps: checked.steps.map(({ number, word, parameters, timesMax }, index) => ({
      step: number,
      operation: word,
      group: pipelineWordOf(word)?.group ?? "operation",
      asks_model: pipelineWordOf(word)?.asksModel === true,
      conditions: (written[index]?.conditions ?? []).map((condition) =>
        printSpecification([{ number, conditions: [condition], word: "", parameters: [] }]).trimEnd(),
      ),
      parameters,
      rounds_max: timesMax,
    })),
    estimate: {
      ...{ input: input ?? null, files: about.files, tokens: about.tokens },
      ...{ provider: who?.provider ?? null, model: who?.model ?? null },
      ...estimatePipeline(checked.steps, about, {
        price: who?.price,
        partsAtOnce: place.configuration.values.pipeline.max_parallel_parts,
      }),
    },
  };
}

interface Measured extends EstimatedInput {
  readonly isFolder: boolean;
}

/** By the sizes of the files: none of them is opened. */
async function measured(
  { files, configuration, directory }: PipelineCheckPlace,
  input: string,
): Promise<Measured> {
  const path = resolve(directory, input);
  const limits = workspaceLimits(configuration.values.workspace);
  const status = await files.status(path);
  if (status.kind !== "directory")
    return {
      files: 1,
      tokens: estimateTokensOfBytes(Math.min(status.size, limits.fileBytesMax)),
      isFolder: false,
    };
  let count = 0;
  let bytes = 0;
  for await (const entry of walk(files, path, limits)) {
    if (entry.kind !== "file" || detectLanguage(entry.path) === null) continue;
    count += 1;
    bytes += Math.min(entry.bytes, limits.fileBytesMax);
  }
  return { files: count, tokens: estimateTokensOfBytes(bytes), isFolder: true };
}
