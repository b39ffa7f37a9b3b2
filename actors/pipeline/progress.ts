// How far a run has come: which steps wait, work and are done, and what may start next. Pure: no process, no clock.
import type { Plan, Step } from "./plan.ts";

export interface ProgressLimits {
  readonly parallelMax: number;
  /** Times a step may be tried again within `windowMs` before the run fails. */
  readonly retriesMax: number;
  readonly windowMs: number;
}

export type ProgressEvent =
  | {
      readonly type: "finished";
      readonly id: string;
      readonly output: unknown;
      readonly steps: readonly Step[];
    }
  /** It needs its place no more, while what it came to is being written: it is not done before `finished`. */
  | { readonly type: "worked"; readonly id: string }
  | { readonly type: "failed"; readonly id: string; readonly nowMs: number }
  /** It waits for something, and is tried again when that is there. */
  | { readonly type: "rested"; readonly id: string }
  | { readonly type: "retry"; readonly id: string };

export type ProgressAction =
  | { readonly type: "start"; readonly step: Step }
  | { readonly type: "retry_later"; readonly id: string; readonly attempt: number }
  | { readonly type: "complete"; readonly output: unknown }
  | { readonly type: "give_up"; readonly id: string };

type StepState = "waiting" | "working" | "worked" | "resting" | "done";

interface Tracked {
  readonly step: Step;
  state: StepState;
  output: unknown;
  /** Times of the failures within the window. */
  failures: readonly number[];
}

export class Progress {
  readonly #plan: Plan;
  readonly #limits: ProgressLimits;
  readonly #steps = new Map<string, Tracked>();
  /** Steps that can start, in order; those before `#next` have. */
  #ready: Tracked[] = [];
  #next = 0;
  /** Steps that wait for others. */
  readonly #blocked = new Set<Tracked>();
  #working = 0;
  #done = 0;
  #doneOfRest = 0;
  #rest = 0;

  constructor(plan: Plan, limits: ProgressLimits) {
    this.#plan = plan;
    this.#limits = limits;
    this.#add(plan.steps);
  }

  /** Steps done, and steps known so far. */
  get counts(): { readonly done: number; readonly total: number } {
    return { done: this.#done, total: this.#steps.size };
  }

  get ids(): ReadonlySet<string> {
    return new Set(this.#steps.keys());
  }

  output(id: string): unknown {
    return this.#steps.get(id)?.output;
  }

  /** Outputs of all steps that are done, in the order of their planning. */
  outputs(): ReadonlyMap<string, unknown> {
    const done = [...this.#steps].filter(([, tracked]) => tracked.state === "done");
    return new Map(done.map(([id, tracked]) => [id, tracked.output]));
  }

  /** Puts in what an earlier owner of the run has finished, one step after the other, before `begin`. */
  recall(id: string, output: unknown, steps: readonly Step[]): void {
    const tracked = this.#steps.get(id);
    if (tracked === undefined || tracked.state === "done") return;
    this.#conclude(tracked, output, steps);
  }

  begin(): readonly ProgressAction[] {
    const result = this.#steps.get(this.#plan.result);
    if (result?.state === "done") return [{ type: "complete", output: result.output }];
    return this.#startable();
  }

  step(event: ProgressEvent): readonly ProgressAction[] {
    const tracked = this.#steps.get(event.id);
    if (tracked === undefined) return [];
    switch (event.type) {
      case "finished":
        return this.#finished(tracked, event.output, event.steps);
      case "worked":
        if (tracked.state !== "working") return [];
        tracked.state = "worked";
        this.#working -= 1;
        return this.#startable();
      case "failed":
        return this.#failed(tracked, event.nowMs);
      case "rested":
        if (tracked.state !== "working") return [];
        tracked.state = "resting";
        this.#working -= 1;
        return this.#startable();
      case "retry":
        if (tracked.state !== "resting") return [];
        tracked.state = "waiting";
        this.#ready.push(tracked);
        return this.#startable();
    }
  }

  #finished(tracked: Tracked, output: unknown, steps: readonly Step[]): readonly ProgressAction[] {
    if (tracked.state === "working") this.#working -= 1;
    else if (tracked.state !== "worked") return [];
    this.#conclude(tracked, output, steps);
    if (tracked.step.id === this.#plan.result) return [{ type: "complete", output }];
    return this.#startable();
  }

  #conclude(tracked: Tracked, output: unknown, steps: readonly Step[]): void {
    tracked.state = "done";
    tracked.output = output;
    this.#done += 1;
    if (tracked.step.after === "rest") this.#doneOfRest += 1;
    this.#add(steps);
  }

  #failed(tracked: Tracked, nowMs: number): readonly ProgressAction[] {
    if (tracked.state !== "working") return [];
    const { retriesMax, windowMs } = this.#limits;
    tracked.state = "resting";
    this.#working -= 1;
    tracked.failures = [...tracked.failures.filter((at) => nowMs - at <= windowMs), nowMs];
    const { id } = tracked.step;
    if (tracked.failures.length > retriesMax) return [{ type: "give_up", id }];
    return [{ type: "retry_later", id, attempt: tracked.failures.length }, ...this.#startable()];
  }

  #add(steps: readonly Step[]): void {
    for (const step of steps) {
      const tracked: Tracked = { step, state: "waiting", output: undefined, failures: [] };
      this.#steps.set(step.id, tracked);
      if (step.after === "rest") this.#rest += 1;
      if (step.after === undefined) this.#ready.push(tracked);
      else this.#blocked.add(tracked);
    }
  }

  #startable(): readonly ProgressAction[] {
    for (const tracked of this.#blocked) {
      if (!this.#isReady(tracked.step)) continue;
      this.#blocked.delete(tracked);
      this.#ready.push(tracked);
    }
    const actions: ProgressAction[] = [];
    while (this.#working < this.#limits.parallelMax) {
      const tracked = this.#ready[this.#next];
      if (tracked === undefined) break;
      this.#next += 1;
      if (tracked.state !== "waiting") continue;
      tracked.state = "working";
      this.#working += 1;
      actions.push({ type: "start", step: tracked.step });
    }
    return actions;
  }

  #isReady({ after }: Step): boolean {
    if (after === undefined) return true;
    // Several steps that wait for the rest do not wait for each other.
    if (after === "rest") return this.#done - this.#doneOfRest === this.#steps.size - this.#rest;
    return after.every((other) => this.#steps.get(other)?.state === "done");
  }
}
