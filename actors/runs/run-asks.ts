// What the steps of a run ask of its process: each is answered when what it asked for lasts.
import { type Ref, reply } from "../../runtime/index.ts";
import type { RunEffects } from "./run-effects.ts";
import type { RunFact } from "./run-entry.ts";
import type { RunJournal } from "./run-journal.ts";
import type { RunWaits } from "./run-waits.ts";
import type { StepAsks, StepVerb } from "./step-work.ts";

/** A call of a step, as its run receives it. */
export type StepMessage = {
  [V in StepVerb]: StepAsks[V]["asks"] & { readonly type: V; readonly step: string; readonly replyTo: Ref };
}[StepVerb];

export interface RunAsksOptions {
  readonly journal: RunJournal;
  readonly effects: RunEffects;
  readonly waits: RunWaits;
  /** Ends the process of a step that waits. */
  readonly rest: (step: string) => void;
  /** The run as a whole may wait from now on. */
  readonly look: () => void;
  readonly overBudget: (step: string, words: string) => void;
}

export class RunAsks {
  readonly #options: RunAsksOptions;

  constructor(options: RunAsksOptions) {
    this.#options = options;
  }

  asked(message: StepMessage): void {
    const { journal, effects, waits, rest, look } = this.#options;
    const { step, replyTo } = message;
    switch (message.type) {
      case "recall":
        reply(replyTo, journal.state.note(message.shared ? "" : step, message.key) ?? null);
        break;
      case "note": {
        const { shared, key, value } = message;
        this.#write({ type: "noted", step: shared ? "" : step, key, value }, replyTo);
        break;
      }
      case "effect_begin":
        effects.begin(step, message, replyTo);
        break;
      case "effect_found":
        effects.found(step, message, replyTo);
        break;
      case "effect_end":
        effects.end(step, message, replyTo);
        break;
      case "used":
        this.#used(step, message, replyTo);
        break;
      case "write":
        this.#write({ type: "text", step, text: message.text }, replyTo, false);
        break;
      case "tell":
        this.#write({ type: "told", step, name: message.name, about: message.about }, replyTo, false);
        break;
      case "ask":
        waits.ask(step, message, replyTo);
        look();
        break;
      case "wait":
        waits.rest(step, message);
        rest(step);
    }
  }

  #write(fact: RunFact, replyTo: Ref, urgent = true): void {
    this.#options.journal.write([fact], () => reply(replyTo, null), urgent);
  }

  #used(step: string, { usage }: StepAsks["used"]["asks"], replyTo: Ref): void {
    const { journal, overBudget } = this.#options;
    journal.write([{ type: "usage", step, ...usage, interrupted: false }], () => {
      const { costUsd, spec } = journal.state;
      const most = spec?.costUsdMax;
      if (most !== undefined && costUsd !== null && costUsd > most)
        overBudget(step, `It has cost ${costUsd.toFixed(4)} USD, and ${most} USD were allowed.`);
      reply(replyTo, null);
    });
  }
}
