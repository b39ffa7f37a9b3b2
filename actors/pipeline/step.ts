// Does one step of a pipeline: looks at its conditions, does its work as often as they say, and writes down what came of each time, so
// that a step that is tried again begins where it was.
import { initialTransition, type SnapshotFrom, transition } from "xstate";
import type { StepContext } from "../runs/step-context.ts";
import { conditionHolds, type LookedAt } from "./conditions.ts";
import { joined, lastResult } from "./joined.ts";
import { lookedAtAgain } from "./measured.ts";
import type { Operations, StepOutcome } from "./plan.ts";
import { stepIdOf } from "./planned.ts";
import type { Flow, StepRecord } from "./record.ts";
import { pipelineStepMachine, type StepEvent } from "./step-machine.ts";
import type { StepWork } from "./step-work.ts";
import { type Done, doWord, type PipelineTools } from "./words.ts";

/** The operations of the runs of pipelines, beside that of their end. */
export function pipelineStepOperations(tools: PipelineTools): Operations {
  return { "pipeline.step": (work: StepWork, context: StepContext) => doStep(work, context, tools) };
}

/** @throws what the run's context throws: the step is then tried again */
async function doStep(work: StepWork, context: StepContext, tools: PipelineTools): Promise<StepOutcome> {
  const failures = ((await context.recall(failuresKey)) as number | undefined) ?? 0;
  const course = new Course(work, context, tools, failures);
  let [snapshot] = initialTransition(pipelineStepMachine, { roundsMax: work.step.timesMax });
  while (snapshot.status === "active") {
    const event = snapshot.value === "judging" ? await course.judge() : await course.work();
    [snapshot] = transition(pipelineStepMachine, snapshot, event);
  }
  const record = course.record(endOf(snapshot));
  if (record.status !== "failed" || work.terms.continueOnError) return { output: record };
  // What was answered is known to this attempt: whoever has the run go on wants it asked anew.
  await context.note(failuresKey, failures + 1);
  const { code, reason } = record;
  const message = `${work.terms.isPart === true ? "" : failurePrefix(record)}${reason ?? ""}`;
  return { output: record, failure: { code: code ?? "step_failed", message: message.trim() } };
}

/** What stands before the reason of a step, where it ends its pipeline. */
export function failurePrefix({ step, word }: Pick<StepRecord, "step" | "word">): string {
  return `Step ${step} of the pipeline, ${word}, failed. `;
}

function endOf({ value }: SnapshotFrom<typeof pipelineStepMachine>): StepRecord["status"] {
  return value === "done" || value === "skipped" ? value : "failed";
}

const failuresKey = "times it failed";

class Course {
  readonly #work: StepWork;
  readonly #context: StepContext;
  readonly #tools: PipelineTools;
  readonly #failures: number;
  readonly #before: readonly StepRecord[];
  readonly #latest: StepRecord | undefined;
  readonly #warnings: string[] = [];
  #flow: Flow;
  /** Of the last round. */
  #done: Extract<Done, { readonly ok: true }> | undefined;
  #round = 0;
  #reason: string | null = null;
  #code: string | null = null;

  constructor(work: StepWork, context: StepContext, tools: PipelineTools, failures: number) {
    this.#work = work;
    this.#context = context;
    this.#tools = tools;
    this.#failures = failures;
    this.#before = work.sees
      .map((number) => context.output(stepIdOf(number)) as StepRecord | undefined)
      .filter((record) => record !== undefined);
    const last = lastResult(this.#before);
    this.#latest = work.joins ? joined(this.#before, last) : last;
    const from = this.#before.find(({ step }) => step === work.after);
    this.#flow = from?.flow ?? work.begin;
  }

  async judge(): Promise<StepEvent> {
    const { conditions } = this.#work.step;
    const asked = this.#round === 0 ? conditions : conditions.filter(({ word }) => word === "while");
    const lookedAt = await this.#looksAt(asked);
    for (const condition of asked) {
      const { holds, warning } = conditionHolds(condition, lookedAt);
      if (warning !== undefined && this.#work.terms.strict)
        return this.#refused({ ok: false, code: "unknown_path", message: warning });
      if (warning !== undefined && !this.#warnings.includes(warning)) this.#warnings.push(warning);
      if (holds) continue;
      const { word, path, operator, value } = condition;
      this.#reason = `${word}:${path.join(".")}${operator}${String(value)} was not met.`;
      return { type: "unmet" };
    }
    return { type: "met" };
  }

  async work(): Promise<StepEvent> {
    this.#round += 1;
    this.#reason = null;
    const key = `round ${this.#round}`;
    const known = (await this.#context.recall(key)) as Done | undefined;
    const done = known ?? (await this.#did());
    if (!done.ok) return this.#refused(done);
    if (known === undefined && this.#work.step.timesMax > 1) await this.#context.note(key, done);
    this.#done = done;
    this.#flow = done.flow;
    for (const warning of done.warnings) if (!this.#warnings.includes(warning)) this.#warnings.push(warning);
    return { type: "worked" };
  }

  record(status: StepRecord["status"]): StepRecord {
    const { number, word } = this.#work.step;
    return {
      ...{ step: number, word, status },
      reason: status === "done" ? null : this.#reason,
      code: status === "failed" ? this.#code : null,
      result: status === "done" ? (this.#done?.result ?? null) : null,
      rounds: this.#round,
      parts: this.#done?.parts ?? [],
      warnings: this.#warnings,
      flow: this.#flow,
    };
  }

  #did(): Promise<Done> {
    const again = this.#failures === 0 ? "" : `again ${this.#failures}/`;
    const round = this.#round === 1 ? "" : `round ${this.#round}/`;
    return doWord(
      {
        ...{ work: this.#work, context: this.#context, flow: this.#flow, records: this.#before },
        ...{ latest: this.#latest, round, prefix: `${again}${round}` },
      },
      this.#tools,
    );
  }

  async #looksAt(conditions: StepWork["step"]["conditions"]): Promise<LookedAt> {
    const before = this.#before;
    if (this.#done === undefined) return { latest: this.#latest, records: before };
    const prefix = `measured ${this.#round}/`;
    const measuring = { context: this.#context, tools: this.#tools, prefix, before };
    return lookedAtAgain(this.record("done"), conditions, measuring);
  }

  #refused({ code, message }: Extract<Done, { readonly ok: false }>): StepEvent {
    this.#code = code;
    this.#reason = message;
    return { type: "refused" };
  }
}
