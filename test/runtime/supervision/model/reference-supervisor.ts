// The story of one supervisor with fixed order: one_for_one, one_for_all, rest_for_one.
import type { ExitReason } from "../../../../runtime/index.ts";
import { type Plan, reasonText, type SupervisorPlan, type WorkerPlan } from "./plan.ts";
import {
  countRestart,
  exitText,
  isOrderly,
  isStopUnexpected,
  type Named,
  type Reference,
  takeExit,
} from "./reference.ts";
import { type Actor, type Doing, endOf, type Letter, nextLetter, type StartResult } from "./simulation.ts";

interface Kept {
  readonly plan: Plan;
  running: Actor | undefined;
  /** The reason of the last failed start, while it is retried. */
  retrying: ExitReason | undefined;
}

/** Why the children that are started now are started again; undefined the first time. */
type Because = { readonly reason: ExitReason; readonly count: number } | undefined;

export class SupervisorStory {
  readonly #reference: Reference;
  readonly #self: Actor;
  readonly #plan: SupervisorPlan;
  readonly #path: string;
  readonly #restarts: number[] = [];
  #children: Kept[] = [];

  constructor(reference: Reference, self: Actor, plan: SupervisorPlan, path: string) {
    this.#reference = reference;
    this.#self = self;
    this.#plan = plan;
    this.#path = path;
  }

  *tell(): Doing<void> {
    for (const plan of this.#plan.children) {
      const kept: Kept = { plan, running: undefined, retrying: undefined };
      this.#children.push(kept);
      const failure = yield* this.#start(kept, undefined);
      if (failure === undefined) continue;
      yield* this.#stopThese([...this.#children]);
      return this.#self.finish({
        shutdown: { failed_to_start_child: { id: plan.id, reason: failure.reason } },
      });
    }
    this.#self.acknowledge();
    for (;;) {
      const reason = yield* this.#handle(yield* nextLetter(this.#self));
      if (reason === undefined) continue;
      yield* this.#stopThese([...this.#children]);
      return this.#self.finish(reason);
    }
  }

  /** Gives the reason to end with, if any. */
  *#handle(letter: Letter): Doing<ExitReason | undefined> {
    switch (letter.type) {
      case "stop":
        return letter.reason;
      case "exit":
        if (letter.from === this.#self.parent) return letter.reason;
        return yield* this.#ended(letter.from, letter.reason);
      case "retry": {
        const kept = this.#find(letter.key as string);
        return kept?.retrying === undefined ? undefined : yield* this.#restart(kept, kept.retrying);
      }
      case "call":
        letter.answer(yield* this.#answer(letter.request, letter.argument));
        return undefined;
    }
  }

  *#ended(actor: Actor, reason: ExitReason): Doing<ExitReason | undefined> {
    const kept = this.#children.find(({ running }) => running === actor);
    if (kept === undefined) return undefined;
    const { plan } = kept;
    this.#report(exitText(plan, plan.id, reason));
    const isAccident = !isOrderly(reason);
    if (plan.restart === "permanent" || (plan.restart === "transient" && isAccident))
      return yield* this.#restart(kept, reason);
    kept.running = undefined;
    if (plan.restart === "temporary") this.#forget(kept);
    const { autoShutdown } = this.#plan;
    if (autoShutdown === "never" || !plan.significant) return undefined;
    if (autoShutdown === "any_significant") return "shutdown";
    const isOneLeft = this.#children.some(
      (other) => other.plan.significant && (other.running !== undefined || other.retrying !== undefined),
    );
    return isOneLeft ? undefined : "shutdown";
  }

  *#restart(kept: Kept, reason: ExitReason): Doing<ExitReason | undefined> {
    const count = countRestart(this.#restarts, this.#reference.world.now, this.#plan);
    kept.running = undefined;
    kept.retrying = undefined;
    if (count === undefined) {
      this.#report(`gave_up ${kept.plan.id} ${reasonText(reason)}`);
      return "shutdown";
    }
    const swept = this.#swept(kept);
    yield* this.#stopThese(swept);
    for (const other of this.#children.filter((child) => swept.includes(child))) {
      const failure = yield* this.#start(other, { reason, count });
      if (failure === undefined) continue;
      other.retrying = failure.reason;
      this.#self.post({ type: "retry", key: other.plan.id });
      return undefined;
    }
    return undefined;
  }

  /** Whoever shares the fate of a failed child, itself included, in start order. */
  #swept(failed: Kept): Kept[] {
    switch (this.#plan.strategy) {
      case "one_for_one":
        return [failed];
      case "one_for_all":
        return [...this.#children];
      case "rest_for_one":
        return this.#children.slice(this.#children.indexOf(failed));
    }
  }

  /** Starts a child that is kept; gives the failure, if it is one. */
  *#start(kept: Kept, because: Because): Doing<{ readonly reason: ExitReason } | undefined> {
    const { plan } = kept;
    const result: StartResult = yield* this.#reference.start(plan, `${this.#path}/${plan.id}`, this.#self);
    if (result.is === "failed") {
      this.#report(`start_failed ${plan.id} ${reasonText(result.reason)}`);
      return { reason: result.reason };
    }
    kept.running = result.is === "started" ? result.actor : undefined;
    if (result.is === "ignored" && plan.restart === "temporary") this.#forget(kept);
    const label = kept.running?.label ?? "nobody";
    if (because === undefined) this.#report(`started ${plan.id} ${label}`);
    else {
      const { reason, count } = because;
      const left = this.#plan.maxRestarts - count;
      this.#report(`restarted ${plan.id} ${label} ${reasonText(reason)} ${count} ${left}`);
    }
    return undefined;
  }

  /** Latest first, one after the other; the temporary ones are forgotten. */
  *#stopThese(these: readonly Kept[]): Doing<void> {
    for (const kept of [...these].reverse()) {
      yield* this.#stop(kept);
      if (kept.plan.restart === "temporary") this.#forget(kept);
    }
  }

  *#stop(kept: Kept): Doing<void> {
    const { plan, running } = kept;
    kept.retrying = undefined;
    kept.running = undefined;
    if (running === undefined) return;
    const { shutdownMs } = plan;
    running.signal(this.#self, shutdownMs === "brutal_kill" ? "kill" : "shutdown");
    const limitMs = shutdownMs === "brutal_kill" ? Number.POSITIVE_INFINITY : shutdownMs;
    let reason = yield* endOf(running, limitMs);
    if (reason === undefined) {
      running.signal(this.#self, "kill");
      reason = (yield* endOf(running, Number.POSITIVE_INFINITY)) ?? "killed";
    }
    takeExit(this.#self, running);
    this.#report(`stopped ${plan.id} ${running.label} ${reasonText(reason)}`);
    if (isStopUnexpected(plan, reason)) this.#report(`shutdown_error ${plan.id} ${reasonText(reason)}`);
  }

  *#answer(request: string, argument: unknown): Doing<string> {
    switch (request) {
      case "which_children":
        return [...this.#children].reverse().map(shown).join(", ");
      case "count_children":
        return this.#count();
      case "start_child":
        return yield* this.#startChild(argument as WorkerPlan);
      default: {
        const kept = this.#find((argument as Named).id);
        if (kept === undefined) return "not_found";
        return yield* this.#change(request, kept);
      }
    }
  }

  *#startChild(plan: WorkerPlan): Doing<string> {
    if (plan.significant && this.#plan.autoShutdown === "never") return "bad_child_spec";
    const present = this.#find(plan.id);
    if (present !== undefined)
      return present.running === undefined ? "already_present" : `already_started ${present.running.label}`;
    const kept: Kept = { plan, running: undefined, retrying: undefined };
    this.#children.push(kept);
    const failure = yield* this.#start(kept, undefined);
    if (failure === undefined) return `ok ${labelOf(kept)}`;
    this.#forget(kept);
    return `start_failed ${reasonText(failure.reason)}`;
  }

  *#change(request: string, kept: Kept): Doing<string> {
    if (request === "terminate_child") {
      yield* this.#stopThese([kept]);
      return "ok";
    }
    if (kept.retrying !== undefined) return "restarting";
    if (kept.running !== undefined) return "running";
    if (request === "delete_child") {
      this.#forget(kept);
      return "ok";
    }
    const failure = yield* this.#start(kept, undefined);
    return failure === undefined ? `ok ${labelOf(kept)}` : `start_failed ${reasonText(failure.reason)}`;
  }

  #count(): string {
    const active = this.#children.filter(({ running }) => running?.isAlive === true).length;
    const workers = this.#children.filter(({ plan }) => plan.kind === "worker").length;
    const specs = this.#children.length;
    return `specs ${specs} active ${active} supervisors ${specs - workers} workers ${workers}`;
  }

  #find(id: string): Kept | undefined {
    return this.#children.find(({ plan }) => plan.id === id);
  }

  #forget(kept: Kept): void {
    this.#children = this.#children.filter((other) => other !== kept);
  }

  #report(text: string): void {
    this.#reference.report(this.#self, text);
  }
}

function labelOf({ running }: Kept): string {
  return running?.label ?? "nobody";
}

function shown({ plan, running, retrying }: Kept): string {
  return `${plan.id} ${running?.label ?? (retrying === undefined ? "nobody" : "restarting")}`;
}
