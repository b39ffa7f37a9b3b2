// What a run does about its steps: starts each in a process of its own, takes what it came to, tries again.
import {
  type DownMessage,
  type ExitReason,
  exit,
  formatReason,
  type Pid,
  self,
  send,
  sendAfter,
  spawnMonitor,
  tellEvent,
} from "../../runtime/index.ts";
import type { Clock } from "../../runtime/world.ts";
import { pipelineEvents } from "./events.ts";
import {
  type Operations,
  type Plan,
  problemOfSteps,
  type Step,
  type StepContext,
  type StepOutcome,
} from "./plan.ts";
import { Progress, type ProgressAction, type ProgressLimits } from "./progress.ts";

export interface RunInput {
  readonly id: string;
  readonly plan: Plan;
  /** Hears `pipeline.progress` after every step. */
  readonly reader: Pid;
  /** Is sent `pipeline.result` at the end. */
  readonly resultTo: Pid;
}

/** What a run comes to. */
export type RunResult =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly step: string; readonly reason: ExitReason };

/** Sent to the reader of a run. */
export interface ProgressMessage {
  readonly type: "pipeline.progress";
  readonly run: string;
  readonly step: string;
  readonly done: number;
  readonly total: number;
}

export interface RunContext {
  readonly input: RunInput;
  readonly progress: Progress;
  /** Steps at work, by the reference of their monitor. */
  readonly working: Map<number, { readonly id: string; readonly operation: string; readonly pid: Pid }>;
  readonly lastReason: ExitReason;
  readonly result: RunResult | undefined;
}

/** Sent to whoever had the run started, before the run ends. */
export interface ResultMessage {
  readonly type: "pipeline.result";
  readonly run: string;
  readonly result: RunResult;
}

/** A step is tried again after this long, doubled for every further time: what it needs may be starting again. */
const retryMsMin = 10;
/** And never later than this. */
const retryMsMax = 1_000;

export class RunSteps {
  readonly #operations: Operations;
  readonly #limits: ProgressLimits;
  readonly #clock: Clock;

  constructor(operations: Operations, limits: ProgressLimits, clock: Clock) {
    this.#operations = operations;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** @throws {TypeError} the plan cannot be carried out */
  plan(input: RunInput): RunContext {
    const problem = problemOfSteps(input.plan.steps, new Set(), this.#operations);
    if (problem !== undefined) throw new TypeError(problem);
    const progress = new Progress(input.plan, this.#limits);
    return { input, progress, working: new Map(), lastReason: "normal", result: undefined };
  }

  begin(context: RunContext): Partial<RunContext> {
    tellEvent(pipelineEvents.run_began, { run: context.input.id });
    return this.#carryOut(context, context.progress.begin());
  }

  retry(context: RunContext, id: string): Partial<RunContext> {
    return this.#carryOut(context, context.progress.step({ type: "retry", id }));
  }

  /** A step's process has ended: with an outcome, or for a reason. */
  settle(context: RunContext, down: Pick<DownMessage, "ref" | "reason" | "output">): Partial<RunContext> {
    const step = context.working.get(down.ref.ref);
    if (step === undefined) return {};
    context.working.delete(down.ref.ref);
    const { id, operation } = step;
    const told = { run: context.input.id, step: id, operation };
    if (down.reason !== "normal") {
      tellEvent(pipelineEvents.step_failed, { ...told, reason: down.reason });
      const actions = context.progress.step({ type: "failed", id, nowMs: this.#clock.now() });
      return { lastReason: down.reason, ...this.#carryOut({ ...context, lastReason: down.reason }, actions) };
    }
    tellEvent(pipelineEvents.step_finished, told);
    const { output, steps = [] } = down.output as StepOutcome;
    const problem =
      steps.length === 0 ? undefined : problemOfSteps(steps, context.progress.ids, this.#operations);
    if (problem !== undefined) return { result: { ok: false, step: id, reason: { bad_steps: problem } } };
    const actions = context.progress.step({ type: "finished", id, output, steps });
    tellReader(context, id);
    return this.#carryOut(context, actions);
  }

  /** Ends the steps that still work: nobody wants what they come to any more. */
  stop(context: RunContext): void {
    for (const { pid } of context.working.values()) exit(pid, "shutdown");
  }

  tellOver({ input, progress, result }: RunContext): void {
    if (result === undefined) return;
    const run = input.id;
    if (result.ok) tellEvent(pipelineEvents.run_finished, { run, steps: progress.counts.done });
    else tellEvent(pipelineEvents.run_failed, { run, step: result.step, reason: result.reason });
  }

  #carryOut(context: RunContext, actions: readonly ProgressAction[]): Partial<RunContext> {
    let result: RunResult | undefined;
    for (const action of actions) {
      switch (action.type) {
        case "start":
          this.#start(context, action.step);
          break;
        case "retry_later":
          sendAfter(self(), { type: "retry", id: action.id } as never, retryDelayMs(action.attempt));
          break;
        case "complete":
          result = { ok: true, output: action.output };
          break;
        case "give_up":
          result = { ok: false, step: action.id, reason: context.lastReason };
          break;
      }
    }
    return result === undefined ? {} : { result };
  }

  #start(context: RunContext, step: Step): void {
    const operation = this.#operations[step.operation];
    if (operation === undefined) throw new TypeError(`There is no operation "${step.operation}".`);
    const { progress } = context;
    const stepContext: StepContext = {
      run: context.input.id,
      output: (id) => progress.output(id),
      outputs: () => progress.outputs(),
    };
    const work = (input: unknown): Promise<StepOutcome> => operation(input, stepContext);
    const told = { run: context.input.id, step: step.id, operation: step.operation };
    tellEvent(pipelineEvents.step_began, told);
    // Linked, so that a run takes its steps along; the run traps exits, so that a step does not take the run along.
    const { ref, pid } = spawnMonitor(work, {
      input: step.input as never,
      link: true,
      monitor: { output: true },
    });
    context.working.set(ref.ref, { id: step.id, operation: step.operation, pid: pid as Pid });
  }
}

/** The delay before attempt number `attempt` (from 1), in milliseconds. */
export function retryDelayMs(attempt: number): number {
  return Math.min(retryMsMax, retryMsMin * 2 ** (attempt - 1));
}

/** How people read why a run failed. */
export function describeFailure(result: Extract<RunResult, { readonly ok: false }>): string {
  return `Step "${result.step}" failed: ${formatReason(result.reason)}.`;
}

function tellReader({ input, progress }: RunContext, step: string): void {
  const { done, total } = progress.counts;
  send(input.reader, {
    type: "pipeline.progress",
    run: input.id,
    step,
    done,
    total,
  } satisfies ProgressMessage);
}
