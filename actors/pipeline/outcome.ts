// What the run of a pipeline comes to: the document that people and programs get, put together from the records of its steps.
import { z } from "zod";
import { Misuse } from "../../runtime/process/failures.ts";
import { factAt } from "./facts.ts";
import { joinedResult, lastResult } from "./joined.ts";
import type { Operations, StepContext } from "./plan.ts";
import { stepIdOf } from "./planned.ts";
import type { Flow, StepRecord } from "./record.ts";
import { type EndWork, pipelineModes } from "./step-work.ts";

const result = z
  .record(z.string(), z.unknown())
  .nullable()
  .describe("As the schema of its operation has it, which is its first key; null where there is none");

const status = z.enum(["done", "skipped", "failed"]);

const part = z.object({
  name: z.string().describe("A path, or a path with the name of a function"),
  run: z.string().describe("The run that did it"),
  node: z.string().nullable().describe("The node that ended it"),
  status: z.enum(["done", "failed"]),
  reason: z.string().nullable(),
});

const stepDone = z.object({
  step: z.int().min(0).describe("From 1; 0 is the split of a folder that is streamed"),
  operation: z.string(),
  status: z.enum([...status.options, "pending"]).describe("pending: it was not begun, or not ended"),
  reason: z.string().nullable().describe("Why it was skipped or failed"),
  rounds: z.int().min(0).describe("Times that it was done: more than one with `while:` alone"),
  parts: z
    .array(part)
    .describe(
      "Of a step that was done for several files or functions: who did each. Their results stand in that of the step",
    ),
  result,
});

const pipelineDocument = z.object({
  schema: z.literal("aiex.pipeline/1"),
  spec: z.string().describe("The pipeline in its normal form"),
  mode: z.enum(pipelineModes),
  input: z.string().describe("The path of the file or folder, or the name of the text"),
  status: z
    .enum(["completed", "partial", "failed"])
    .describe(
      "partial: steps or parts failed and the others were done; failed: one failed, and that ended it",
    ),
  quality: z.number().min(0).max(1).nullable().describe("Of the last analysis; null where there is none"),
  quality_score: z.number().min(0).max(10).nullable(),
  complete: z
    .boolean()
    .nullable()
    .describe("Whether that analysis is about all of its input; null where there is none"),
  steps: z.array(stepDone),
  result: result.describe("That of the last step that was done; of a parallel pipeline those of all of them"),
  warnings: z.array(z.string()),
  run: z.string(),
});

export type PipelineDocument = z.infer<typeof pipelineDocument>;

/** The JSON Schema (2020-12) of the document, as published in `docs/schema/pipeline.json`. */
export function pipelineJsonSchema(): unknown {
  return z.toJSONSchema(pipelineDocument);
}

/** The output of such a run. */
export interface PipelineOutcome {
  readonly document: PipelineDocument;
  readonly flow: Flow;
}

/** The operation that is the last of each pipeline. */
export const pipelineEndOperations: Operations = {
  "pipeline.end": async (work: EndWork, context: StepContext) => {
    const records = work.steps.map(({ step }) => context.output(stepIdOf(step)) as StepRecord | undefined);
    return { output: outcomeOf(work, records, context.run) };
  },
};

/** @param records of the steps in order; undefined for one that did not end */
export function outcomeOf(
  { spec, mode, begin, steps }: EndWork,
  records: readonly (StepRecord | undefined)[],
  run: string,
): PipelineOutcome {
  const known = records.filter((record) => record !== undefined);
  const { target } = begin;
  const last = lastResult(known);
  const document: PipelineDocument = {
    ...{ schema: "aiex.pipeline/1", spec, mode, input: target.kind === "path" ? target.path : target.name },
    ...{ status: statusOf(records), ...qualityOf(known) },
    steps: steps.map(({ step, word }, index) => shown(step, word, records[index])),
    result: mode === "parallel" ? joinedResult(known) : (last?.result ?? null),
    warnings: known.flatMap(({ step, warnings }) => warnings.map((text) => `Step ${step}: ${text}`)),
    run,
  };
  return { document, flow: known.at(-1)?.flow ?? begin };
}

/** The work of the end of a pipeline, from the plan of its run. @throws {Misuse} it is that of another kind */
export function endWorkOf(input: unknown): EndWork {
  const work = input as Partial<EndWork> | null;
  if (work === null || typeof work !== "object" || !Array.isArray(work.steps) || work.begin === undefined)
    throw new Misuse("That is not the end of a pipeline.");
  return work as EndWork;
}

function shown(
  step: number,
  operation: string,
  record: StepRecord | undefined,
): PipelineDocument["steps"][number] {
  if (record === undefined)
    return { step, operation, status: "pending", reason: null, rounds: 0, parts: [], result: null };
  const { status, reason, rounds, parts, result } = record;
  return {
    ...{ step, operation, status, reason, rounds, result: result as Record<string, unknown> | null },
    parts: [...parts],
  };
}

function statusOf(records: readonly (StepRecord | undefined)[]): PipelineDocument["status"] {
  if (records.includes(undefined)) return "failed";
  const isWhole = records.every(
    (record) => record?.status !== "failed" && record?.parts.every((part) => part.status === "done"),
  );
  return isWhole ? "completed" : "partial";
}

/** Of the last step that measured it, as conditions see it. */
function qualityOf(
  records: readonly StepRecord[],
): Pick<PipelineDocument, "quality" | "quality_score" | "complete"> {
  const measured = records.findLast(
    (record) => record.status === "done" && record.result !== null && factAt(record, ["quality"]).isThere,
  );
  if (measured === undefined) return { quality: null, quality_score: null, complete: null };
  const numberAt = (name: string): number | null => {
    const fact = factAt(measured, [name]);
    return fact.isThere && typeof fact.value === "number" ? fact.value : null;
  };
  const complete = factAt(measured, ["complete"]);
  return {
    ...{ quality: numberAt("quality"), quality_score: numberAt("quality_score") },
    complete: complete.isThere && complete.value === true,
  };
}
