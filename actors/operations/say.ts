// Has a model say something within a step: its answer is written into the run as it comes, and gone on with wherever the run is.
import { CalleeExited, call, NoProcess, sleep } from "../../runtime/index.ts";
import { type Answered, type CompleteOptions, complete } from "../llm/complete.ts";
import type { Completion, CompletionOrder } from "../llm/completion.ts";
import { CompletionFailed, type Failure, noTries, type Tries } from "../llm/failure.ts";
import type { AnswerPart, SaidEvent } from "../llm/model-event.ts";
import { retryDelayMs } from "../runs/limits.ts";
import { effectDone, type StepContext, type StepUsage } from "../runs/step-context.ts";
import { AnswerShares } from "./answer-shares.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { limitReached, withinLimits } from "./limit-wait.ts";
import { coordinatorLossesMax } from "./limits.ts";
import { orderOfRun } from "./model-order.ts";
import { usageInVain, usageOfAnswer, type Whom } from "./model-usage.ts";
import { auditSent } from "./sent-audit.ts";

export interface SayOptions {
  /** Tells the answers of a step apart; the same each time the step is tried. Default: "answer". */
  readonly key?: string;
  /** Files of which something is sent, for the audit. */
  readonly files?: readonly string[];
  /** A person has heard enough: what is there by then is the answer, marked as a part. */
  readonly signal?: AbortSignal;
}

/** What it came to. All of it is plain data. */
export type Said =
  | {
      readonly ok: true;
      /** The whole text, whoever wrote it and wherever. `finish` is "partial" where nobody could go on with it. */
      readonly completion: Completion;
      /** The entry of llm.providers that answered last. */
      readonly entry: string;
      /** Who wrote what of the text, in order. Of one who was lost in the middle of it the model is not known ("unknown"). */
      readonly parts: readonly AnswerPart[];
      readonly costUsd: number | null;
      readonly tries: Tries;
      /** Why it is a part only. */
      readonly failure?: Failure;
    }
  | { readonly ok: false; readonly failure: Failure; readonly tries: Tries };

/** As it is written down: the text stands in the run already. */
interface Outcome {
  readonly said: Said;
  readonly usage: readonly StepUsage[];
}

/**
 * For the process of a step. Readers see the text as `text` entries of this answer and the news of `answer-news.ts`. An answer that
 * came whole is asked for once; one whose run was lost in the middle is gone on with from what is written. Where a rate or a budget
 * is used up that renews itself, the run waits for it.
 * @throws what `StepContext.effect` throws
 */
export async function say(
  context: StepContext,
  order: CompletionOrder,
  { key = "answer", ...options }: SayOptions = {},
): Promise<Said> {
  const { provider = null, request, cost_max_usd: costMaxUsd = null } = order;
  const outcome = await withinLimits(context, () =>
    context.effect<Outcome>({
      key,
      kind: "model_call",
      about: { provider, model: request.model ?? null },
      unknown: "repeat",
      costMaxUsd,
      perform: (budgetUsd) => new Saying(context, key, orderOfRun(context, order, budgetUsd), options).said(),
      usage: ({ usage }) => usage,
    }),
  );
  if (outcome === effectDone) return { ok: false, failure: answerLost, tries: noTries };
  const { said } = outcome;
  if (!said.ok) return said;
  return { ...said, completion: { ...said.completion, text: await context.written(key) } };
}

/** One answer, however often the coordinator is lost in the middle of it. */
class Saying {
  readonly #context: StepContext;
  readonly #answer: string;
  readonly #order: CompletionOrder;
  readonly #files: readonly string[];
  readonly #signal: AbortSignal | undefined;
  readonly #writer: AnswerWriter;
  /** What is written, and what is on its way there. */
  #text = "";
  readonly #shares: AnswerShares;

  constructor(
    context: StepContext,
    answer: string,
    order: CompletionOrder,
    { files = [], signal }: Omit<SayOptions, "key">,
  ) {
    this.#context = context;
    this.#files = files;
    this.#answer = answer;
    this.#order = order;
    this.#signal = signal;
    this.#writer = new AnswerWriter(context, answer);
    this.#shares = new AnswerShares(context, answer, order.provider);
  }

  /** @throws {LimitReached} */
  async said(): Promise<Outcome> {
    auditSent(this.#context.run, this.#order, this.#files);
    this.#text = await this.#context.written(this.#answer);
    if (this.#text !== "") await this.#shares.takeOver(this.#text.length);
    for (let losses = 0; ; losses += 1) {
      try {
        return await this.#answered(await complete(call, this.#next(), this.#listening));
      } catch (error) {
        if (this.#signal?.aborted === true) return this.#cutShort();
        if (error instanceof CompletionFailed) return await this.#failed(error);
        if (!(error instanceof NoProcess) && !(error instanceof CalleeExited)) throw error;
        if (error instanceof CalleeExited) await this.#count(usageInVain({ inVain: 1 }, this.#whom));
        if (losses >= coordinatorLossesMax) {
          this.#end();
          const failure = coordinatorLost(error.message);
          return { said: { ok: false, failure, tries: noTries }, usage: [] };
        }
        await this.#shares.lost(this.#text.length);
        await sleep(retryDelayMs(losses + 1));
      }
    }
  }

  readonly #hear = (event: SaidEvent): void => {
    switch (event.type) {
      case "text":
        this.#text += event.text;
        this.#writer.text(event.text);
        return;
      case "restarted":
        this.#text = "";
        this.#shares.restarted(event.entry);
        this.#writer.news({ name: "restarted", entry: event.entry, reason: event.reason });
        return;
      case "continued":
        this.#shares.continued(this.#text.length, event.entry);
        this.#writer.news({ name: "continued", entry: event.entry, reason: event.reason });
    }
  };

  #next(): CompletionOrder {
    const text = this.#text;
    return text === "" ? this.#order : { ...this.#order, so_far: text };
  }

  get #listening(): CompleteOptions {
    const signal = this.#signal;
    return { hear: this.#hear, ...(signal === undefined ? {} : { signal }) };
  }

  /** It may have been paid for, and nobody knows how much that is. */
  #cutShort(): Outcome {
    this.#end();
    const usage = usageInVain({ inVain: 1 }, this.#whom);
    if (this.#text === "") return { said: { ok: false, failure: enough, tries: noTries }, usage };
    const { provider = "unknown", model = "unknown" } = this.#whom;
    const part: AnswerPart = { entry: provider, model, characters: this.#text.length, costUsd: null };
    const completion: Completion = { text: "", model, finish: "partial" };
    const what = { entry: provider, parts: [part], costUsd: null, tries: noTries };
    return { said: { ok: true, completion, ...what, failure: enough }, usage };
  }

  async #answered(answered: Answered): Promise<Outcome> {
    const { completion, entry, tries, failure } = answered;
    const usage = usageOfAnswer(answered);
    const limit = failure === undefined ? undefined : limitReached(failure);
    this.#end();
    if (limit !== undefined) {
      await this.#count(usage);
      await this.#shares.ended(answered.parts);
      throw limit;
    }
    const { usage: _, ...rest } = completion;
    const whole = this.#shares.whole(answered);
    const said: Said = {
      ok: true,
      completion: { ...rest, text: "", ...(whole.usage === undefined ? {} : { usage: whole.usage }) },
      ...{ entry, parts: whole.parts, costUsd: whole.costUsd, tries },
      ...(failure === undefined ? {} : { failure }),
    };
    return { said, usage };
  }

  async #failed(error: CompletionFailed): Promise<Outcome> {
    const { tries } = error;
    const usage = usageInVain(tries, this.#whom);
    this.#end();
    const limit = limitReached(error);
    if (limit !== undefined) {
      await this.#count(usage);
      throw limit;
    }
    return { said: { ok: false, failure: error.failure, tries }, usage };
  }

  async #count(usage: readonly StepUsage[]): Promise<void> {
    for (const used of usage) await this.#context.used(used);
  }

  /** Nobody waits for it: what is asked of the run next comes behind it, and into the same record. */
  #end(): void {
    void this.#writer.end();
  }

  get #whom(): Whom {
    const { provider, request } = this.#order;
    return { provider, model: request.model };
  }
}

const lost = { code: "interrupted", retryable: true } as const;

function coordinatorLost(why: string): Failure {
  return { ...lost, message: `Who asks models was lost again and again: ${why} Try again.` };
}

const enough: Failure = { ...lost, message: "It was cut short." };

const answerLost: Failure = { ...lost, message: "Its answer is lost. Ask again." };
