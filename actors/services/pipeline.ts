// The service `pipeline`: has a text analyzed by the node that takes the request. Nothing of that node's own files is read.
import { z } from "zod";
import { call, cast, named, self } from "../../runtime/index.ts";
import { analysisTypes } from "../analysis/words.ts";
import type { ContextManager } from "../context/manager.ts";
import { type AnalysisOutcome, planOfText } from "../operations/analyze.ts";
import type { PipelineRunner } from "../pipeline/run-desk.ts";
import { describeFailure } from "../pipeline/run-steps.ts";
import {
  answered,
  endpoint,
  failed,
  fromPart,
  type Outcome,
  type ServiceDefinition,
  unavailable,
} from "./endpoint.ts";
import { serviceLimits } from "./limits.ts";

const { answerMsMax, keyCharactersMax, statusMsMax } = serviceLimits;
const runner = named<PipelineRunner>("pipeline.runner");
const context = named<ContextManager>("context.manager");

export const pipelineService: ServiceDefinition = {
  name: "pipeline",
  description: "Analyses of source code",
  main: "analyze",
  endpoints: [
    endpoint("analyze", {
      description: `Takes { name, text, type? }: the name tells the language, and type is "all" or one of ${analysisTypes.join(", ")}. Gives the report.`,
      timeoutMs: answerMsMax,
      payload: z.strictObject({
        name: z.string().min(1).max(keyCharactersMax),
        text: z.string(),
        type: z.enum([...analysisTypes, "all"]).default("all"),
      }),
      answer: async ({ name, text, type }) => analyze(planOfText(name, new TextEncoder().encode(text), type)),
    }),
    endpoint("status", {
      description: "Takes nothing.",
      timeoutMs: statusMsMax,
      payload: z.union([z.undefined(), z.null(), z.strictObject({})]),
      answer: () => fromPart(call(runner, "status")),
    }),
  ],
};

/** The process of the request is the run's reader: when it ends, the run is given up. */
async function analyze(plan: ReturnType<typeof planOfText>): Promise<Outcome> {
  const reader = self();
  const id = `svc-${reader.id}`;
  try {
    const timeoutMs = Number.POSITIVE_INFINITY;
    const result = await call(runner, "run", { id, plan, reader }, { timeoutMs });
    cast(context, "forget", { session: id });
    if (!result.ok) return failed(500, "analysis_failed", describeFailure(result));
    const outcome = result.output as AnalysisOutcome;
    return outcome.ok ? answered(outcome.report) : failed(422, outcome.code, outcome.message);
  } catch (error) {
    return unavailable(error);
  }
}
