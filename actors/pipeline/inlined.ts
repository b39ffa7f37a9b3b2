// Carries out a whole plan within one step: its steps work side by side, each told apart from the others, and what they do once they do
// once. What they come to is kept in memory alone: a step that is tried again goes through them again, and pays for nothing twice.
import { Misuse } from "../../runtime/process/failures.ts";
import type { StepContext } from "../runs/step-context.ts";
import { type Operations, type Plan, problemOfSteps, type Step } from "./plan.ts";
import { Progress, type ProgressAction } from "./progress.ts";
import { within } from "./within.ts";

export interface Inlining {
  readonly context: StepContext;
  readonly operations: Operations;
  /** Steps that work at the same time. */
  readonly parallelMax: number;
  /** Hears of each step that is done. */
  readonly onStep?: (done: number, total: number) => void;
}

/** The output of the plan. @throws what a step throws: the others are left to themselves, and their step ends */
export function inlined(plan: Plan, inlining: Inlining): Promise<unknown> {
  return new Promise((resolve, reject) => {
    new Inlined(plan, inlining, resolve, reject).begin();
  });
}

class Inlined {
  readonly #inlining: Inlining;
  readonly #progress: Progress;
  readonly #resolve: (output: unknown) => void;
  readonly #reject: (error: unknown) => void;
  /** Those at work that do not wait. */
  #working = 0;
  /** One of them has to wait, so nothing more is begun. */
  #isHalted = false;
  /** Those that wait until nobody works any more. */
  #resting: (() => void)[] = [];

  constructor(
    plan: Plan,
    inlining: Inlining,
    resolve: (output: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    this.#inlining = inlining;
    this.#progress = new Progress(plan, { parallelMax: inlining.parallelMax, retriesMax: 0, windowMs: 1 });
    this.#resolve = resolve;
    this.#reject = reject;
  }

  begin(): void {
    this.#carryOut(this.#progress.begin());
  }

  #carryOut(actions: readonly ProgressAction[]): void {
    for (const action of actions) {
      if (action.type === "complete") this.#resolve(action.output);
      else if (action.type === "start" && !this.#isHalted) void this.#start(action.step);
    }
    if (this.#working > 0) return;
    for (const rest of this.#resting) rest();
    if (this.#isHalted || actions.some(({ type }) => type === "complete")) return;
    this.#reject(new Misuse("No step of a plan within a step comes to its result."));
  }

  async #start(step: Step): Promise<void> {
    const { operations, onStep } = this.#inlining;
    this.#working += 1;
    try {
      const operation = operations[step.operation];
      if (operation === undefined) throw new Misuse(`There is no operation "${step.operation}" here.`);
      const { output, steps = [] } = await operation(step.input, this.#contextOf(step.id));
      const problem = problemOfSteps(steps, this.#progress.ids, operations);
      if (problem !== undefined) throw new Misuse(problem);
      this.#working -= 1;
      const actions = this.#progress.step({ type: "finished", id: step.id, output, steps });
      const { done, total } = this.#progress.counts;
      onStep?.(done, total);
      this.#carryOut(actions);
    } catch (error) {
      this.#reject(error);
    }
  }

  #contextOf(id: string): StepContext {
    const { context } = this.#inlining;
    const progress = this.#progress;
    return {
      ...within(context, `${id}/`, { shared: true }),
      output: (other) => progress.output(other),
      outputs: () => progress.outputs(),
      wait: async (cause, why, until) => {
        // To wait ends the step, and what is asked of a model at that moment would be paid in vain. Who is back soon may be missed.
        if (cause === "limit") await this.#settled();
        return context.wait(cause, why, until);
      },
    };
  }

  /** Resolves when nobody else is at work. */
  #settled(): Promise<void> {
    this.#isHalted = true;
    this.#working -= 1;
    return new Promise((resolve) => {
      this.#resting.push(resolve);
      if (this.#working === 0) for (const rest of this.#resting) rest();
    });
  }
}
