// Has a model review one file: asks, checks the answer, asks once more where it is not in the form asked for.
import { CalleeExited, call, NoProcess, sleep } from "../../runtime/index.ts";
import { complete } from "../llm/complete.ts";
import type { Completion, CompletionOrder, CompletionRequest } from "../llm/completion.ts";
import { CompletionFailed, type FailureCode, noTries, type Tries } from "../llm/failure.ts";
import type { StepContext, StepOutcome } from "../pipeline/plan.ts";
import { retryDelayMs } from "../pipeline/run-steps.ts";
import { type ReadAnswer, readAnswer } from "../review/answer.ts";
import { reviewOf } from "../review/evidence.ts";
import { answerMsMax, answersMax, coordinatorLossesMax } from "../review/limits.ts";
import type { Material } from "../review/material.ts";
import type { Asked, FileOutcome } from "../review/merge.ts";
import { repairRequest, reviewRequest } from "../review/prompt.ts";
import { recall, remember } from "./services.ts";

export interface ReviewFileInput {
  readonly material: Material;
  /** The entry of llm.providers that answers, and no other. */
  readonly provider: string;
  /** The entry's own where it is left out. */
  readonly model?: string;
}

type Answered =
  | { readonly ok: true; readonly completion: Completion }
  | { readonly ok: false; readonly reason: string };

/** What no other file of the review would fare better with; a person has to act first. */
const hopeless: ReadonlySet<FailureCode> = new Set(["denied", "no_model", "no_provider", "unknown_provider"]);
const hopelessKey = "review failed for good";

/**
 * An answer that came is kept at once, so that a step that is tried again, or a run that is started again, asks for none
 * that was paid for already. What goes wrong at the provider is an outcome like any other.
 */
export async function reviewFile(input: ReviewFileInput, { run }: StepContext): Promise<StepOutcome> {
  const { material, model } = input;
  const asking = await Asking.about(run, input);
  const answers: Completion[] = [];
  const missing = (reason: string): StepOutcome => {
    const outcome: FileOutcome = { ...asked(material, answers, asking.tries), ok: false, reason };
    return { output: outcome };
  };
  const first = await asking.ask("first", reviewRequest(material, model));
  if (!first.ok) return missing(first.reason);
  answers.push(first.completion);
  let read = checked(first.completion, material);
  if (read !== "refused" && !read.ok) {
    const refused = { answer: first.completion.text, problem: read.problem };
    const second = await asking.ask("second", repairRequest(material, model, refused));
    if (!second.ok) return missing(second.reason);
    answers.push(second.completion);
    read = checked(second.completion, material);
  }
  if (read === "refused") return missing("The provider held its answer back.");
  if (!read.ok) return missing(`It answered twice with what is no review. ${read.problem}`);
  const outcome: FileOutcome = {
    ...asked(material, answers, asking.tries),
    ok: true,
    review: reviewOf(read.answer, material),
    repaired: answers.length > 1,
  };
  return { output: outcome };
}

function checked({ text, finish }: Completion, { type }: Material): ReadAnswer | "refused" {
  if (finish === "refused") return "refused";
  const read = readAnswer(text, type);
  if (read.ok || finish !== "length") return read;
  return { ok: false, problem: "It was cut off at its greatest length. Be brief: at most ten findings." };
}

/** Asks about one file, and never more often than what was said that it may cost. */
class Asking {
  readonly #run: string;
  readonly #input: ReviewFileInput;
  readonly #triesKey: string;
  #tries: Tries;

  private constructor(run: string, input: ReviewFileInput, triesKey: string, tries: Tries) {
    this.#run = run;
    this.#input = input;
    this.#triesKey = triesKey;
    this.#tries = tries;
  }

  /** Goes on where a step about the same file was ended in its middle. */
  static async about(run: string, input: ReviewFileInput): Promise<Asking> {
    const key = `tries: ${input.material.path}`;
    return new Asking(run, input, key, ((await recall(run, key)) as Tries | undefined) ?? noTries);
  }

  /** All attempts about the file so far. */
  get tries(): Tries {
    return this.#tries;
  }

  async ask(round: "first" | "second", request: CompletionRequest): Promise<Answered> {
    const key = `${round} answer: ${this.#input.material.path}`;
    const kept = await recall(this.#run, key);
    if (kept !== undefined) return { ok: true, completion: kept as Completion };
    const known = await recall(this.#run, hopelessKey);
    if (known !== undefined) return known as Answered;
    for (let losses = 0; ; losses += 1) {
      const before = this.#tries;
      const paidMax = answersMax - before.inVain - (round === "second" ? 1 : 0);
      if (paidMax <= 0) return { ok: false, reason: spentReason };
      try {
        // Until it is known how it went, it was asked in vain: this step may be ended before that.
        await this.#note(before, { requests: 1, inVain: 1 });
        const { completion, tries } = await complete(call, this.#order(request, paidMax));
        await remember(this.#run, key, completion);
        await this.#note(before, tries);
        return { ok: true, completion };
      } catch (error) {
        if (error instanceof CompletionFailed) return await this.#failed(before, error);
        if (!(error instanceof NoProcess) && !(error instanceof CalleeExited)) throw error;
        if (error instanceof NoProcess) await this.#note(before, noTries);
        if (losses >= coordinatorLossesMax) return { ok: false, reason: error.message };
        await sleep(retryDelayMs(losses + 1));
      }
    }
  }

  #order(request: CompletionRequest, paidMax: number): CompletionOrder {
    const { provider } = this.#input;
    return { provider, request, deadline_ms: answerMsMax, paid_attempts: paidMax };
  }

  async #failed(before: Tries, { code, message: reason, tries }: CompletionFailed): Promise<Answered> {
    await this.#note(before, tries);
    if (hopeless.has(code)) await remember(this.#run, hopelessKey, { ok: false, reason });
    return { ok: false, reason };
  }

  async #note(before: Tries, { requests, inVain }: Tries): Promise<void> {
    this.#tries = { requests: before.requests + requests, inVain: before.inVain + inVain };
    await remember(this.#run, this.#triesKey, this.#tries);
  }
}

const spentReason =
  "No whole answer came of the requests that its cost was reckoned with, and no further one is made.";

function asked({ path }: Material, answers: readonly Completion[], tries: Tries): Asked {
  const usages = answers.flatMap(({ usage }) => usage ?? []);
  const total = (count: (usage: (typeof usages)[number]) => number): number =>
    usages.reduce((sum, usage) => sum + count(usage), 0);
  const usage =
    usages.length < answers.length
      ? null
      : {
          input_tokens: total(({ input_tokens }) => input_tokens),
          output_tokens: total(({ output_tokens }) => output_tokens),
        };
  return { path, ...tries, usage, model: answers.at(-1)?.model ?? null };
}
