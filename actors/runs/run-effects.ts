// The effects of a run: each is written down before it happens and when it has happened, and decided about where nobody knows.
import { type Ref, reply, self, sendAfter } from "../../runtime/index.ts";
import { isRecord } from "../../runtime/wire/shape.ts";
import {
  decideChoice,
  decideEffect,
  decideFound,
  type EffectDecision,
  type EffectPolicy,
} from "./effect-decision.ts";
import { runLimits } from "./limits.ts";
import type { Payable, RunBudget } from "./run-budget.ts";
import type { RunFact } from "./run-entry.ts";
import type { RunJournal } from "./run-journal.ts";
import { effectChoices, isEffectChoice, questionAbout } from "./run-state.ts";
import { childRunKind } from "./step-context.ts";
import type { EffectAnswer, StepAsks } from "./step-work.ts";

interface Wanted extends Payable {
  readonly id: string;
  readonly kind: string;
  readonly about: unknown;
  readonly policy: EffectPolicy;
  readonly replyTo: Ref;
}

export interface RunEffectsOptions {
  readonly journal: RunJournal;
  readonly budget: RunBudget;
  readonly permitted: () => boolean;
  /** An effect of nobody-knows ends the run. */
  readonly giveUp: (step: string, effect: string) => void;
}

export class RunEffects {
  readonly #options: RunEffectsOptions;
  /** By the effect: what its step waits for. */
  readonly #wanted = new Map<string, Wanted>();
  /** Those that may begin once this node may own anything again. */
  #held: Wanted[] = [];
  /** Those that begin once others need less than what was kept for them. */
  #unpaid: { readonly wanted: Wanted; readonly wasInterrupted: boolean }[] = [];

  constructor(options: RunEffectsOptions) {
    this.#options = options;
  }

  begin(step: string, asks: StepAsks["effect_begin"]["asks"], replyTo: Ref): void {
    const { state } = this.#options.journal;
    const { key, kind, about, repeats, canVerify, costMaxUsd, among } = asks;
    const id = `${step}/${key}`;
    const policy: EffectPolicy = { repeats, canVerify, onUnknown: state.spec?.onUnknown ?? "ask" };
    const wanted: Wanted = { id, step, kind, about, policy, costMaxUsd, among, replyTo };
    this.#wanted.set(id, wanted);
    const effect = state.effects.get(id);
    const wasOpen = effect?.fate === "intent";
    this.#carryOut(wanted, decideEffect(effect, policy, this.#question(id)), wasOpen);
  }

  /** The step has looked whether it happened. */
  found(step: string, { key, fate }: StepAsks["effect_found"]["asks"], replyTo: Ref): void {
    const id = `${step}/${key}`;
    const wanted = this.#wanted.get(id);
    if (wanted === undefined) return;
    const again: Wanted = { ...wanted, replyTo };
    this.#wanted.set(id, again);
    this.#carryOut(again, decideFound(fate, again.policy, this.#question(id)), true);
  }

  end(
    step: string,
    { key, fate, value, reason, usage = [] }: StepAsks["effect_end"]["asks"],
    replyTo: Ref,
  ): void {
    const { journal, budget } = this.#options;
    const effect = `${step}/${key}`;
    const paid = usage.map((used): RunFact => ({ type: "usage", step, interrupted: false, ...used }));
    const fact: RunFact = {
      type: "outcome",
      effect,
      fate,
      found: false,
      ...(value === undefined ? {} : { value }),
      ...(reason === undefined ? {} : { reason }),
    };
    const wanted = this.#wanted.get(effect);
    this.#wanted.delete(effect);
    journal.write([...paid, fact], () => {
      budget.look(step);
      this.#settled(wanted);
      reply(replyTo, null);
    });
  }

  /** Somebody has answered a question; true where it was about an effect. */
  answered(question: string, choice: string): boolean {
    if (!question.startsWith(questionPrefix)) return false;
    const wanted = this.#wanted.get(question.slice(questionPrefix.length));
    if (wanted !== undefined && isEffectChoice(choice)) this.#carryOut(wanted, decideChoice(choice), true);
    return true;
  }

  /** True where a step follows parts of the run, which are not lost with its attempt. */
  isFollowing(step: string): boolean {
    return [...this.#wanted.values()].some((wanted) => wanted.step === step && wanted.kind === childRunKind);
  }

  /** Begins what may begin now. */
  look(): void {
    const held = this.#held;
    this.#held = [];
    for (const wanted of held) this.#perform(wanted);
  }

  /** A step that ended wants nothing more. */
  forget(step: string): void {
    this.#held = this.#held.filter((wanted) => wanted.step !== step);
    this.#unpaid = this.#unpaid.filter(({ wanted }) => wanted.step !== step);
    for (const wanted of this.#wanted.values()) {
      if (wanted.step !== step) continue;
      this.#wanted.delete(wanted.id);
      // What it was paid may be on its way to the log.
      this.#options.journal.after(() => this.#settled(wanted));
    }
  }

  #question(id: string) {
    return this.#options.journal.state.questions.get(questionAbout(id));
  }

  #carryOut(wanted: Wanted, decision: EffectDecision, wasFound = false): void {
    const { journal, giveUp } = this.#options;
    const { id, step, replyTo } = wanted;
    switch (decision.kind) {
      case "perform":
        this.#begin(wanted, decision.interrupted);
        return;
      case "known": {
        const answer: EffectAnswer = { go: "known", value: decision.value ?? null };
        this.#wanted.delete(id);
        if (!wasFound) {
          reply(replyTo, answer);
          return;
        }
        const outcome: RunFact = { type: "outcome", effect: id, fate: "done", found: true };
        journal.write([outcome], () => reply(replyTo, answer));
        return;
      }
      case "verify":
        reply(replyTo, { go: "verify" } satisfies EffectAnswer);
        return;
      case "ask":
        this.#ask(wanted);
        return;
      case "give_up":
        giveUp(step, id);
    }
  }

  /** Where there is something left to pay it with. */
  #begin(wanted: Wanted, wasInterrupted: boolean): void {
    const { journal, budget } = this.#options;
    const { id, step, kind, about } = wanted;
    const keeping = budget.keep(wanted);
    if (keeping === "later") this.#unpaid.push({ wanted, wasInterrupted });
    if (keeping !== "kept") return;
    const intent: RunFact = { type: "intent", effect: id, step, kind, about };
    const lost = wasInterrupted && kind === "model_call" ? [interruptedCall(step, about)] : [];
    journal.write([...lost, intent], () => this.#perform(wanted));
  }

  /** What it cost is known, or nobody will ever know. */
  #settled(wanted: Wanted | undefined): void {
    if (wanted !== undefined) this.#options.budget.release(wanted);
    const unpaid = this.#unpaid;
    this.#unpaid = [];
    for (const { wanted: next, wasInterrupted } of unpaid) this.#begin(next, wasInterrupted);
  }

  #ask({ id, step, kind, about }: Wanted): void {
    const question = questionAbout(id);
    if (this.#question(id)?.choice === undefined && this.#question(id) !== undefined) return;
    const text = `Nobody knows whether "${id}" (${kind}) happened before its owner was lost.`;
    this.#options.journal.write([{ type: "asked", question, step, text, choices: effectChoices, about }]);
  }

  /** Right before it happens: a node that was cut off meanwhile may have been followed by another owner. */
  #perform(wanted: Wanted): void {
    const { permitted, budget } = this.#options;
    if (permitted()) {
      reply(wanted.replyTo, { go: "perform", budgetUsd: budget.of(wanted) } satisfies EffectAnswer);
      return;
    }
    if (this.#held.length === 0) sendAfter(self(), { type: "permit" } as never, runLimits.permitLookMs);
    this.#held.push(wanted);
  }
}

const questionPrefix = questionAbout("");

/** What was asked of a model, and may have been paid, and whose answer is lost. */
function interruptedCall(step: string, about: unknown): RunFact {
  const { provider, model } = isRecord(about) ? about : { provider: undefined, model: undefined };
  return {
    type: "usage",
    step,
    provider: typeof provider === "string" ? provider : "unknown",
    model: typeof model === "string" ? model : null,
    inputTokens: null,
    outputTokens: null,
    // Nobody knows what it cost; that there is something is said by the number of interrupted calls.
    costUsd: 0,
    interrupted: true,
  };
}
