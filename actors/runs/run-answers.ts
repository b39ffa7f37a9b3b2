// What people answer to what a run asks: each question has one answer, which counts once it is written.
import type { RunEffects } from "./run-effects.ts";
import type { RunJournal } from "./run-journal.ts";
import { isAnswerTo, isEffectChoice } from "./run-state.ts";
import type { RunWaits } from "./run-waits.ts";

export interface RunAnswersOptions {
  readonly journal: RunJournal;
  readonly effects: RunEffects;
  readonly waits: RunWaits;
}

export class RunAnswers {
  readonly #options: RunAnswersOptions;
  /** Questions whose answers are being written: another one comes too late. */
  readonly #answering = new Set<string>();

  constructor(options: RunAnswersOptions) {
    this.#options = options;
  }

  answer(question: string, choice: string, by: string): void {
    const { journal, effects, waits } = this.#options;
    const asked = journal.state.questions.get(question);
    if (asked === undefined || asked.choice !== undefined || !isAnswerTo(asked, choice)) return;
    if (this.#answering.has(question)) return;
    this.#answering.add(question);
    journal.write([{ type: "answered", question, choice, by }], () => {
      this.#answering.delete(question);
      if (!effects.answered(question, choice)) waits.answered(question, choice);
    });
  }

  /** Answers all that is open about effects. */
  answerEffects(choice: string | undefined, by: string): void {
    if (choice === undefined || !isEffectChoice(choice)) return;
    for (const { id, choices } of this.#options.journal.state.openQuestions)
      if (choices.includes(choice)) this.answer(id, choice, by);
  }
}
