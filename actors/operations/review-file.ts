// Has a model review one file: asks, checks the answer, asks once more where it is not in the form asked for.
import { CalleeExited, call, NoProcess, sleep } from "../../runtime/index.ts";
import { complete } from "../llm/complete.ts";
import type { Completion, CompletionOrder, CompletionRequest } from "../llm/completion.ts";
import { CompletionFailed, type Failure, type FailureCode, noTries, type Tries } from "../llm/failure.ts";
import type { Price } from "../llm/prices.ts";
import type { StepContext, StepOutcome } from "../pipeline/plan.ts";
import { type ReadAnswer, readAnswer } from "../review/answer.ts";
import { costMaxOf } from "../review/cost.ts";
import type { Prepared } from "../review/disclosure.ts";
import { reviewOf } from "../review/evidence.ts";
import { answerMsMax, answersMax, stepAttemptsMax } from "../review/limits.ts";
import { type Material, tokensOf } from "../review/material.ts";
import type { Asked, FileOutcome } from "../review/merge.ts";
import { repairRequest, reviewRequest } from "../review/prompt.ts";
import { retryDelayMs } from "../runs/limits.ts";
import { effectDone, type StepUsage } from "../runs/step-context.ts";
import { analysisSteps } from "./analysis-steps.ts";
import { LimitReached, limitReached, withinLimits } from "./limit-wait.ts";
import { coordinatorLossesMax } from "./limits.ts";
import { orderOfRun } from "./model-order.ts";
import { usageInVain, usageOfAnswer } from "./model-usage.ts";
import { auditSent } from "./sent-audit.ts";

export interface ReviewFileInput {
  /** Of what was prepared. */
  readonly path: string;
  /** The entry of llm.providers that answers, and no other. */
  readonly provider: string;
  /** The entry's own where it is left out. */
  readonly model?: string;
  /** Null where it is not known. */
  readonly price: Price | null;
}

type Answered =
  | { readonly ok: true; readonly completion: Completion }
  | { readonly ok: false; readonly reason: string };

/** What no other file of the review would fare better with; a person has to act first. */
const hopeless: ReadonlySet<FailureCode> = new Set(["auth", "no_model", "no_provider", "unknown_provider"]);
const hopelessKey = "review failed for good";

/** What goes wrong at the provider, or with the review of this one file, is an outcome like any other. */
export async function reviewFile(input: ReviewFileInput, context: StepContext): Promise<StepOutcome> {
  const { materials, instructions } = context.output(analysisSteps.prepare) as Prepared;
  const material = materials.find(({ path }) => path === input.path);
  if (material === undefined) throw new TypeError(`${JSON.stringify(input.path)} was not prepared.`);
  const told = instructions?.text;
  const costMaxUsd = costMaxOf(tokensOf(material, told), input.price);
  const asking = new Asking(context, input, costMaxUsd, [input.path, ...(instructions?.files ?? [])]);
  return withinLimits(context, () => outcomeOf({ material, told }, asking, context));
}

/** What is sent. */
interface Shown {
  readonly material: Material;
  /** What the project tells models. */
  readonly told: string | undefined;
}

async function outcomeOf(shown: Shown, asking: Asking, context: StepContext): Promise<StepOutcome> {
  try {
    return { output: await reviewed(shown, asking) };
  } catch (error) {
    if (error instanceof LimitReached) throw error;
    if (context.attempt < stepAttemptsMax) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const output: FileOutcome = { ...asked(shown.material, [], asking.tries), ok: false, reason };
    return { output };
  }
}

async function reviewed({ material, told }: Shown, asking: Asking): Promise<FileOutcome> {
  const answers: Completion[] = [];
  const missing = (reason: string): FileOutcome => {
    return { ...asked(material, answers, asking.tries), ok: false, reason };
  };
  const first = await asking.ask("first", reviewRequest(material, asking.model, told));
  if (!first.ok) return missing(first.reason);
  answers.push(first.completion);
  let read = checked(first.completion, material);
  if (read !== "refused" && !read.ok) {
    const refused = { answer: first.completion.text, problem: read.problem };
    const second = await asking.ask("second", repairRequest(material, asking.model, refused, told));
    if (!second.ok) return missing(second.reason);
    answers.push(second.completion);
    read = checked(second.completion, material);
  }
  if (read === "refused") return missing("The provider held its answer back.");
  if (!read.ok) return missing(`It answered twice with what is no review. ${read.problem}`);
  return {
    ...asked(material, answers, asking.tries),
    ok: true,
    review: reviewOf(read.answer, material),
    repaired: answers.length > 1,
  };
}

function checked({ text, finish }: Completion, { type }: Material): ReadAnswer | "refused" {
  if (finish === "refused") return "refused";
  const read = readAnswer(text, type);
  if (read.ok || finish !== "length") return read;
  return { ok: false, problem: "It was cut off at its greatest length. Be brief: at most ten findings." };
}

type Round = "first" | "second";

/** What asking came to, with all attempts about the file until then. */
interface Paid {
  readonly answered: Answered;
  readonly tries: Tries;
  readonly usage: readonly StepUsage[];
}

/**
 * Asks about one file, and never more often than what was said that it may cost. An answer that came is an effect that
 * happened: a step that is tried again, here or on another node, asks for none that was paid for already.
 */
class Asking {
  readonly #context: StepContext;
  readonly #input: ReviewFileInput;
  /** Of all answers about the file; null where no price is known. */
  readonly #costMaxUsd: number | null;
  /** Of which something is sent. */
  readonly #files: readonly string[];
  #tries: Tries = noTries;

  constructor(
    context: StepContext,
    input: ReviewFileInput,
    costMaxUsd: number | null,
    files: readonly string[],
  ) {
    this.#context = context;
    this.#input = input;
    this.#costMaxUsd = costMaxUsd;
    this.#files = files;
  }

  get model(): string | undefined {
    return this.#input.model;
  }

  /** All attempts about the file so far. */
  get tries(): Tries {
    return this.#tries;
  }

  async ask(round: Round, request: CompletionRequest): Promise<Answered> {
    const { path, provider, model } = this.#input;
    const paid = await this.#context.effect<Paid>({
      key: `${round} answer`,
      kind: "model_call",
      about: { path, provider, model: model ?? null },
      unknown: "repeat",
      costMaxUsd: this.#costMaxUsd,
      perform: (budgetUsd) => this.#paid(round, request, budgetUsd),
      usage: ({ usage }) => usage,
    });
    if (paid === effectDone) return { ok: false, reason: "Its answer is lost." };
    this.#tries = paid.tries;
    return paid.answered;
  }

  async #paid(round: Round, request: CompletionRequest, budgetUsd: number | undefined): Promise<Paid> {
    const known = (await this.#context.recall(hopelessKey, "run")) as Answered | undefined;
    if (known !== undefined) return { answered: known, tries: this.#tries, usage: [] };
    this.#tries = await this.#triesBefore(round);
    for (let losses = 0; ; losses += 1) {
      const before = this.#tries;
      const paidMax = answersMax - before.inVain - (round === "second" ? 1 : 0);
      if (paidMax <= 0) return { answered: { ok: false, reason: spentReason }, tries: before, usage: [] };
      try {
        // Until it is known how it went, it was asked in vain: this step may be ended before that.
        await this.#note(round, before, { requests: 1, inVain: 1 });
        const order = this.#order(request, paidMax, budgetUsd);
        auditSent(this.#context.run, order, this.#files);
        const answer = await complete(call, order);
        this.#tries = sum(before, answer.tries);
        const { completion, failure } = answer;
        const usage = usageOfAnswer(answer);
        if (failure !== undefined) return await this.#without(round, failure, usage);
        return { answered: { ok: true, completion }, tries: this.#tries, usage };
      } catch (error) {
        if (
          error instanceof CompletionFailed &&
          (error.code !== "interrupted" || losses >= coordinatorLossesMax)
        ) {
          this.#tries = sum(before, error.tries);
          return await this.#without(round, error, usageInVain(error.tries, this.#input));
        }
        if (!isLoss(error)) throw error;
        if (error instanceof NoProcess) await this.#note(round, before, noTries);
        if (losses >= coordinatorLossesMax)
          return { answered: { ok: false, reason: error.message }, tries: this.#tries, usage: [] };
        await sleep(retryDelayMs(losses + 1));
      }
    }
  }

  #order(request: CompletionRequest, paidMax: number, budgetUsd: number | undefined): CompletionOrder {
    const { provider } = this.#input;
    const order = { provider, request, deadline_ms: answerMsMax, paid_attempts: paidMax };
    return orderOfRun(this.#context, order, budgetUsd);
  }

  /** No whole answer came. @throws {LimitReached} */
  async #without(
    round: Round,
    failure: Pick<Failure, "code" | "message"> & { readonly retryAfterMs?: number | undefined },
    usage: readonly StepUsage[],
  ): Promise<Paid> {
    const limit = limitReached(failure);
    if (limit !== undefined) {
      for (const used of usage) await this.#context.used(used);
      await this.#context.note(triesKeyOf(round), this.#tries);
      throw limit;
    }
    const answered: Answered = { ok: false, reason: failure.message };
    if (hopeless.has(failure.code)) await this.#context.note(hopelessKey, answered, "run");
    return { answered, tries: this.#tries, usage };
  }

  /** With those of an attempt of this step that was ended in the middle of the same round. */
  async #triesBefore(round: Round): Promise<Tries> {
    return ((await this.#context.recall(triesKeyOf(round))) as Tries | undefined) ?? this.#tries;
  }

  async #note(round: Round, before: Tries, tries: Tries): Promise<void> {
    this.#tries = sum(before, tries);
    await this.#context.note(triesKeyOf(round), this.#tries);
  }
}

/** Who was asked has ended, and says nothing about the provider. What it asked may have been paid for, and stays noted as that. */
function isLoss(error: unknown): error is CompletionFailed | NoProcess | CalleeExited {
  return error instanceof CompletionFailed || error instanceof NoProcess || error instanceof CalleeExited;
}

const spentReason =
  "No whole answer came of the requests that its cost was reckoned with, and no further one is made.";

function triesKeyOf(round: Round): string {
  return `requests until the ${round} answer`;
}

function sum(one: Tries, other: Tries): Tries {
  return { requests: one.requests + other.requests, inVain: one.inVain + other.inVain };
}

function asked({ path }: Material, answers: readonly Completion[], tries: Tries): Asked {
  const usages = answers.flatMap(({ usage }) => usage ?? []);
  const total = (count: (usage: (typeof usages)[number]) => number): number =>
    usages.reduce((all, usage) => all + count(usage), 0);
  const usage =
    usages.length < answers.length
      ? null
      : {
          input_tokens: total(({ input_tokens }) => input_tokens),
          output_tokens: total(({ output_tokens }) => output_tokens),
        };
  return { path, ...tries, usage, model: answers.at(-1)?.model ?? null };
}
