// The service `pipeline`: has a text analyzed by the node that takes the request. Nothing of that node's own files is read.
import { z } from "zod";
import { named, type Supervisor, whichChildren } from "../../runtime/index.ts";
import type { AnalysisType } from "../analysis/report.ts";
import { analysisTypes } from "../analysis/words.ts";
import type { AnalysisOutcome } from "../operations/analysis-steps.ts";
import { planOfText } from "../operations/analyze.ts";
import { runBriefly } from "../runs/brief-run.ts";
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
const local: Supervisor = named("runs.local");

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
      answer: ({ name, text, type }) => analyze(name, new TextEncoder().encode(text), type),
    }),
    endpoint("status", {
      description: "Takes nothing.",
      timeoutMs: statusMsMax,
      payload: z.union([z.undefined(), z.null(), z.strictObject({})]),
      answer: () => fromPart(status()),
    }),
  ],
};

/** The process of the request waits for the run: when it ends, the run is given up. */
async function analyze(name: string, bytes: Uint8Array, type: AnalysisType): Promise<Outcome> {
  try {
    const plan = planOfText(name, bytes, type);
    const result = await runBriefly({ kind: "analysis", title: "Analysis of a text", plan });
    if (!result.ok) return failed(500, "analysis_failed", result.message);
    const outcome = result.output as AnalysisOutcome;
    return outcome.ok ? answered(outcome.report) : failed(422, outcome.code, outcome.message);
  } catch (error) {
    return unavailable(error);
  }
}

async function status(): Promise<{ readonly state: "accepting"; readonly runs: readonly string[] }> {
  const children = await whichChildren(local);
  return { state: "accepting", runs: children.flatMap(({ id }) => id ?? []) };
}
