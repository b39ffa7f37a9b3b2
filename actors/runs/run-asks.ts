// What the steps of a run ask of its process: each is answered when what it asked for lasts.
import { type Ref, reply } from "../../runtime/index.ts";
import type { RunBudget } from "./run-budget.ts";
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
  readonly budget: RunBudget;
  readonly effects: RunEffects;
  readonly waits: RunWaits;
  /** Ends the process of a step that waits. */
  readonly rest: (step: string) => void;
  /** The run as a whole may wait from now on. */
  readonly look: () => void;
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
      case "write": {
        const { text, answer } = message;
        this.#write(
          { type: "text", step, text, ...(answer === undefined ? {} : { answer }) },
          replyTo,
          false,
        );
        break;
      }
      case "text_of":
        // What an attempt before said last may be on its way.
        journal.after(() => reply(replyTo, journal.state.written(step, message.answer)));
        break;
      case "tell":
        this.#write({ type: "told", step, name: message.name, about: message.about }, replyTo, false);
        break;
      case "ask":
        waits.ask(step, message, replyTo);
        look();
        break;
      case "listen":
        waits.listen(step, replyTo);
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
    const { journal, budget } = this.#options;
    journal.write([{ type: "usage", step, ...usage, interrupted: false }], () => {
      budget.look(step);
      reply(replyTo, null);
    });
  }
}
