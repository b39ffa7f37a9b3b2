// The story of one dynamic supervisor: children come one by one, and are all told to stop at once.
import type { ExitReason } from "../../../../runtime/index.ts";
import { type DynamicPlan, reasonText, type WorkerPlan } from "./plan.ts";
import {
  countRestart,
  exitText,
  isOrderly,
  isStopUnexpected,
  type Named,
  type Reference,
  takeExit,
} from "./reference.ts";
import { type Actor, type Doing, endOf, type Letter, nextLetter } from "./simulation.ts";

interface Kept {
  readonly plan: WorkerPlan;
  /** Who it is known by: the one that runs, or that ran last while it is retried. */
  readonly actor: Actor;
  readonly retrying: ExitReason | undefined;
}

export class DynamicStory {
  readonly #reference: Reference;
  readonly #self: Actor;
  readonly #plan: DynamicPlan;
  readonly #path: string;
  readonly #restarts: number[] = [];
  #children: Kept[] = [];

  constructor(reference: Reference, self: Actor, plan: DynamicPlan, path: string) {
    this.#reference = reference;
    this.#self = self;
    this.#plan = plan;
    this.#path = path;
  }

  *tell(): Doing<void> {
    this.#self.acknowledge();
    for (;;) {
      const reason = yield* this.#handle(yield* nextLetter(this.#self));
      if (reason === undefined) continue;
      yield* this.#stopAll();
      return this.#self.finish(reason);
    }
  }

  *#handle(letter: Letter): Doing<ExitReason | undefined> {
    switch (letter.type) {
      case "stop":
        return letter.reason;
      case "exit":
        if (letter.from === this.#self.parent) return letter.reason;
        return yield* this.#ended(letter.from, letter.reason);
      case "retry": {
        const kept = this.#children.find(({ actor }) => actor === letter.key);
        return kept?.retrying === undefined ? undefined : yield* this.#restart(kept, kept.retrying);
      }
      case "call":
        letter.answer(yield* this.#answer(letter.request, letter.argument));
        return undefined;
    }
  }

  *#ended(actor: Actor, reason: ExitReason): Doing<ExitReason | undefined> {
    const kept = this.#children.find((child) => child.actor === actor && child.retrying === undefined);
    if (kept === undefined) return undefined;
    const { plan } = kept;
    this.#report(exitText(plan, plan.id, reason));
    if (plan.restart === "permanent" || (plan.restart === "transient" && !isOrderly(reason)))
      return yield* this.#restart(kept, reason);
    this.#forget(kept);
    return undefined;
  }

  *#restart(kept: Kept, reason: ExitReason): Doing<ExitReason | undefined> {
    const { plan, actor } = kept;
    const count = countRestart(this.#restarts, this.#reference.world.now, this.#plan);
    if (count === undefined) {
      this.#forget(kept);
      this.#report(`gave_up ${plan.id} ${reasonText(reason)}`);
      return "shutdown";
    }
    const result = yield* this.#reference.start(plan, `${this.#path}/${plan.id}`, this.#self);
    if (result.is === "failed") {
      this.#report(`start_failed ${plan.id} ${reasonText(result.reason)}`);
      const retried: Kept = { plan, actor, retrying: result.reason };
      this.#children = this.#children.map((other) => (other === kept ? retried : other));
      this.#self.post({ type: "retry", key: actor });
      return undefined;
    }
    this.#forget(kept);
    const label = result.is === "started" ? result.actor.label : "nobody";
    if (result.is === "started") this.#children.push({ plan, actor: result.actor, retrying: undefined });
    const left = this.#plan.maxRestarts - count;
    this.#report(`restarted ${plan.id} ${label} ${reasonText(reason)} ${count} ${left}`);
    return undefined;
  }

  *#stopAll(): Doing<void> {
    const running = this.#children.filter(({ retrying }) => retrying === undefined);
    for (const { plan, actor } of running) {
      actor.signal(this.#self, plan.shutdownMs === "brutal_kill" ? "kill" : "shutdown");
      if (typeof plan.shutdownMs === "number" && plan.shutdownMs < Number.POSITIVE_INFINITY && actor.isAlive)
        this.#killAfter(plan.shutdownMs, actor);
    }
    const reasons = new Map<Kept, ExitReason>();
    for (const kept of running)
      reasons.set(kept, (yield* endOf(kept.actor, Number.POSITIVE_INFINITY)) ?? "killed");
    for (const [kept, reason] of reasons) this.#reportStop(kept, reason);
  }

  #killAfter(delayMs: number, actor: Actor): void {
    const alarm = this.#reference.world.after(delayMs, this.#self, () => {
      if (this.#self.isAlive) actor.signal(this.#self, "kill");
    });
    const off = (): void => {
      alarm.isOff = true;
    };
    actor.whenEnded.push(off);
    this.#self.whenEnded.push(off);
  }

  *#answer(request: string, argument: unknown): Doing<string> {
    switch (request) {
      case "which_children":
        return this.#children.map(shown).join(", ");
      case "count_children": {
        const active = this.#children.filter(({ actor }) => actor.isAlive).length;
        const specs = this.#children.length;
        return `specs ${specs} active ${active} supervisors 0 workers ${specs}`;
      }
      case "start_child":
        return yield* this.#startChild(argument as WorkerPlan);
      case "terminate_child":
        return yield* this.#terminate((argument as Named).actor);
      default:
        return "not_found";
    }
  }

  *#startChild(plan: WorkerPlan): Doing<string> {
    if (plan.significant) return "bad_child_spec";
    if (this.#children.length >= this.#plan.maxChildren) return "max_children";
    const result = yield* this.#reference.start(plan, `${this.#path}/${plan.id}`, this.#self);
    if (result.is === "ignored") return "ok nobody";
    if (result.is === "failed") {
      this.#report(`start_failed ${plan.id} ${reasonText(result.reason)}`);
      return `start_failed ${reasonText(result.reason)}`;
    }
    this.#children.push({ plan, actor: result.actor, retrying: undefined });
    this.#report(`started ${plan.id} ${result.actor.label}`);
    return `ok ${result.actor.label}`;
  }

  *#terminate(actor: Actor | undefined): Doing<string> {
    const kept = this.#children.find((child) => child.actor === actor);
    if (kept === undefined) return "not_found";
    if (kept.retrying === undefined) {
      const { shutdownMs } = kept.plan;
      kept.actor.signal(this.#self, shutdownMs === "brutal_kill" ? "kill" : "shutdown");
      const limitMs = shutdownMs === "brutal_kill" ? Number.POSITIVE_INFINITY : shutdownMs;
      if ((yield* endOf(kept.actor, limitMs)) === undefined) kept.actor.signal(this.#self, "kill");
      takeExit(this.#self, kept.actor);
      this.#reportStop(kept, kept.actor.reason ?? "killed");
    }
    this.#forget(kept);
    return "ok";
  }

  #reportStop({ plan, actor }: Kept, reason: ExitReason): void {
    this.#report(`stopped ${plan.id} ${actor.label} ${reasonText(reason)}`);
    if (isStopUnexpected(plan, reason)) this.#report(`shutdown_error ${plan.id} ${reasonText(reason)}`);
  }

  #forget(kept: Kept): void {
    this.#children = this.#children.filter((other) => other !== kept);
  }

  #report(text: string): void {
    this.#reference.report(this.#self, text);
  }
}

function shown({ actor, retrying }: Kept): string {
  return retrying === undefined ? actor.label : "restarting";
}
