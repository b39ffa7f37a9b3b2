// `analyze` as a step: a whole analysis, with its review where there is one, within the step.
import { z } from "zod";
import { analysisTypes } from "../../analysis/report.ts";
import type { AnalysisOutcome } from "../../operations/analysis-steps.ts";
import { planOfPath, planOfText } from "../../operations/analyze.ts";
import type { ReviewPart } from "../../operations/review.ts";
import type { StepContext } from "../../runs/step-context.ts";
import { inlined } from "../inlined.ts";
import { type PipelineProgress, pipelineNews } from "../news.ts";
import type { Plan } from "../plan.ts";
import type { Flow, Target } from "../record.ts";
import { viewOf } from "../view.ts";
import type { Done, PipelineTools, WordJob } from "../words.ts";

const types = z.enum([...analysisTypes, "all"]).catch("all");

export async function analyze({ work, context, flow, prefix }: WordJob, tools: PipelineTools): Promise<Done> {
  const { step, terms } = work;
  const asked = { type: step.parameters.type, review: terms.review ?? undefined };
  const analyzed = await analysisOf(flow, asked, { context, tools, prefix, step: step.number });
  const { outcome } = analyzed;
  if (!outcome.ok) return outcome;
  return { ok: true, result: { ...outcome.report }, flow: analyzed.flow, parts: [], warnings: [] };
}

export interface Analyzing {
  readonly context: StepContext;
  readonly tools: PipelineTools;
  readonly prefix: string;
  /** Whose progress is told; left out where nobody waits for it. */
  readonly step?: number;
}

/** Analyzes what a step works on, as the steps before would have it. */
export async function analysisOf(
  flow: Flow,
  { type, review }: { readonly type: unknown; readonly review: ReviewPart | undefined },
  { context, tools, prefix, step }: Analyzing,
): Promise<{ readonly outcome: AnalysisOutcome; readonly flow: Flow }> {
  const view = viewOf(context, flow, prefix);
  const { operations, parallelMax } = tools;
  let told = 0;
  const onStep = (done: number, total: number): void => {
    if (step === undefined || total < toldFromSteps || done < told + total / toldTimes) return;
    told = done;
    const progress: PipelineProgress = { step, done, total };
    void context.tell(pipelineNews.progress, progress);
  };
  const plan = planOf(flow.target, types.parse(type), review);
  const outcome = await inlined(plan, { context: view.context, operations, parallelMax, onStep });
  return { outcome: outcome as AnalysisOutcome, flow: view.flow() };
}

/** A person sees no progress of what takes a moment. */
const toldFromSteps = 50;
/** Each time is an entry of the run. */
const toldTimes = 10;

function planOf(target: Target, type: z.infer<typeof types>, review: ReviewPart | undefined): Plan {
  if (target.kind === "path") return planOfPath(target.path, type, review);
  return planOfText(target.name, new TextEncoder().encode(target.text), type, review);
}
