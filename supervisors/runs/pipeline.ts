// A pipeline as a run: who is asked, with which prompts, and the document that it comes to, also where it failed on its way.
import type { AnyModelOperation } from "../../actors/operations/ask-model.ts";
import { maskedFound } from "../../actors/operations/session.ts";
import { inputOfStep, operationOfStep, promptsOfWords } from "../../actors/pipeline/asked-words.ts";
import type { PipelineStep } from "../../actors/pipeline/language/check.ts";
import { specificationOf } from "../../actors/pipeline/language/normal.ts";
import type { SpecificationProblem } from "../../actors/pipeline/language/specification.ts";
import {
  endWorkOf,
  outcomeOf,
  type PipelineDocument,
  type PipelineOutcome,
} from "../../actors/pipeline/outcome.ts";
import type { Plan } from "../../actors/pipeline/plan.ts";
import { endStep, planOfPipeline, stepIdOf } from "../../actors/pipeline/planned.ts";
import type { StepRecord, Target } from "../../actors/pipeline/record.ts";
import { failurePrefix } from "../../actors/pipeline/step.ts";
import type { PipelineMode } from "../../actors/pipeline/step-work.ts";
import type { WorkspaceRef } from "../../actors/runs/run-spec.ts";
import { AiexError } from "../../runtime/errors.ts";
import { pipelineSteps } from "../pipeline-steps.ts";
import { reviewPart } from "../review.ts";
import { nobodyToAsk } from "../reviewer.ts";
import { type SessionChoice, sessionRef } from "../sessions.ts";
import { isOneFile, type RunTerms } from "./analysis.ts";
import { askedModel, promptsNamed } from "./asked-model.ts";
import type { OperationPlace } from "./operation.ts";
import type { RunEnd, RunOrder, Runs } from "./runs.ts";

export interface PipelineOrder extends RunTerms {
  /** As it was written, or its steps where they were checked already. */
  readonly spec: string | readonly PipelineStep[];
  readonly input: Target;
  /** Default: "sequential". */
  readonly mode?: PipelineMode | undefined;
  /** Default: false. */
  readonly continueOnError?: boolean | undefined;
  /** Default: false. */
  readonly strict?: boolean | undefined;
  /** What the person wants of it, in words: for the prompts. */
  readonly wish?: string | undefined;
  /** As for any operation: see `OperationOrder`. */
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  /** False where no model reviews an analysis. Default: true. */
  readonly review?: boolean | undefined;
  /** True where no model may be asked: an analysis is then not reviewed, and what needs a model is refused. Default: false. */
  readonly noModel?: boolean | undefined;
  readonly session?: SessionChoice | undefined;
  readonly workspace?: WorkspaceRef | undefined;
  /** False where nobody is there who is told what is sent before it is: to submit it is consent then. Default: true. */
  readonly asks?: boolean;
}

/** The pipeline is wrong; `problems` has all that is wrong with it. */
export class SpecificationRefused extends AiexError {
  readonly code = "bad_specification";
  readonly problems: readonly SpecificationProblem[];
  constructor(problems: readonly SpecificationProblem[]) {
    const [first] = problems;
    const more = problems.length > 1 ? ` There are ${problems.length - 1} more.` : "";
    super(
      first === undefined
        ? "The pipeline is wrong."
        : `Step ${first.step}, column ${first.span.at + 1}: ${first.message} ${first.remedy}${more}`,
    );
    this.problems = problems;
  }
}

/** @throws {SpecificationRefused}; {UnknownProvider} nobody can be asked; {ConfigurationError} a prompt of the user's is wrong */
export async function pipelineOrder(place: OperationPlace, order: PipelineOrder): Promise<RunOrder> {
  const { input, mode = "sequential", continueOnError = false, strict = false, wish } = order;
  const { workspace, onUnknown, deadlineMs, costUsdMax, asks = true, shown = null } = order;
  const steps = await checkedSteps(place, order.spec);
  const session = order.session && (await sessionRef(place, order.session));
  const { provider, model, noModel = false } = order;
  const choice = { provider, model, isOneFile: await isOnlyNamed(place, order, steps) };
  const [asking] = steps.map(operationOfStep).filter((operation) => operation !== undefined);
  if (asking !== undefined && noModel) throw nobodyToAsk(place.configuration, asking.verb);
  const asked = asking && askedModel(place.configuration, choice, asking.verb);
  const isReviewed = !noModel && order.review !== false && steps.some(({ word }) => word === "analyze");
  const review = isReviewed ? reviewPart(place.configuration, choice) : undefined;
  const spec = specificationOf(steps);
  const plan = planOfPipeline({
    ...{ spec, steps },
    begin: {
      ...{ target: input, texts: {} },
      found:
        wish === undefined ? [] : [maskedFound({ operation: "What is wanted", summary: wish, paths: [] })],
    },
    terms: {
      ...{ mode, strict, continueOnError, asked: asked ?? null, review: review ?? null },
      partsAtOnce: place.configuration.values.pipeline.max_parallel_parts,
    },
    prompts: await promptsNamed(place, promptsOfWords(steps)),
    isOneFile: input.kind === "path" && (await isOneFile(place, input.path, workspace)),
  });
  return {
    ...{ kind: "pipeline", title: `Pipeline: ${spec}` },
    ...{ plan, workspace, session, onUnknown, deadlineMs, costUsdMax },
    asks: asks && (asked !== undefined || review !== undefined),
    request: { shown },
  };
}

async function checkedSteps(
  place: OperationPlace,
  spec: PipelineOrder["spec"],
): Promise<readonly PipelineStep[]> {
  if (typeof spec !== "string") return spec;
  const checked = await pipelineSteps(place, spec);
  if (!checked.ok) throw new SpecificationRefused(checked.problems);
  return checked.steps;
}

/** Whether nothing is sent but one file or text that the person named. */
async function isOnlyNamed(
  place: OperationPlace,
  { input, workspace }: PipelineOrder,
  steps: readonly PipelineStep[],
): Promise<boolean> {
  const loaded = steps
    .filter(({ word }) => word === "load")
    .map(({ parameters }) => String(parameters.file ?? ""));
  const named = [...(input.kind === "path" ? [input.path] : []), ...loaded];
  for (const path of named) if (!(await isOneFile(place, path, workspace))) return false;
  return steps.every((step) => {
    const operation: AnyModelOperation | undefined = operationOfStep(step);
    if (operation?.sendsOnlyNamed === undefined) return true;
    return operation.sendsOnlyNamed(operation.input.parse(inputOfStep(step, input, false)));
  });
}

/** What the run of a pipeline came to, as far as it came: with the steps that were done where it failed, or was interrupted. */
export async function pipelineDocumentOf(runs: Runs, end: RunEnd): Promise<PipelineDocument> {
  const { summary, output } = end;
  if (summary.phase === "done") return (output as PipelineOutcome).document;
  const { state } = await runs.show(summary.id);
  const plan = (await runs.value(summary.id, state.spec?.plan ?? { value: null })) as Plan;
  const work = endWorkOf(plan.steps.find(({ id }) => id === endStep)?.input);
  const records = await Promise.all(
    work.steps.map(async ({ step, word }): Promise<StepRecord | undefined> => {
      const kept = state.steps.get(stepIdOf(step))?.output;
      if (kept !== undefined) return (await runs.value(summary.id, kept)) as StepRecord;
      if (end.problem?.step !== stepIdOf(step)) return undefined;
      const { code, message } = end.problem;
      const failed = {
        step,
        word,
        status: "failed",
        reason: message.replace(failurePrefix({ step, word }), ""),
        code,
        result: null,
        rounds: 0,
      } as const;
      return { ...failed, parts: [], warnings: [], flow: work.begin };
    }),
  );
  const { document } = outcomeOf(work, records, summary.id);
  return { ...document, status: "failed" };
}
