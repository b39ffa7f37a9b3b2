// Carries out an operation that asks a model, within one step of a run: does what its machine says, and tells it what came of that.
// What was asked, answered and applied is an effect of the run, so a step that is tried again does none of it twice.
import { initialTransition, type SnapshotFrom, transition } from "xstate";
import { Misuse } from "../../runtime/process/failures.ts";
import type { CompletionOrder, Message } from "../llm/completion.ts";
import { estimateTokens } from "../llm/tokens.ts";
import { renderPrompt } from "../prompts/render.ts";
import type { Template } from "../prompts/template.ts";
import type { Disclosure } from "../review/disclosure.ts";
import type { StepContext } from "../runs/step-context.ts";
import type {
  AnyModelOperation,
  AskedModel,
  Job,
  OperationNews,
  OperationOutcome,
  OperationTools,
  Prompted,
  Refusal,
  Sent,
} from "./ask-model.ts";
import { operationNews } from "./ask-model.ts";
import { askedAgain, inOrder } from "./asked-again.ts";
import { consented } from "./consent.ts";
import { costOfRounds, roundsMaxOf } from "./cost-of-rounds.ts";
import { type Ground, groundsOf, toldOf } from "./grounds.ts";
import { answerMsMax, paidPerRoundMax } from "./limits.ts";
import { factsOf } from "./model-facts.ts";
import { type OperationDeed, type OperationEvent, operationMachine } from "./operation-machine.ts";
import { type Said, say } from "./say.ts";
import { sessionMemory } from "./session.ts";
import { type Amounts, tooMuchFor } from "./too-much.ts";

/** What the step is given. Plain data: whoever goes on with the run has the same prompts. */
export interface OperationWork {
  readonly operation: string;
  readonly input: unknown;
  readonly asked: AskedModel;
  /** By name. */
  readonly prompts: Readonly<Record<string, Template>>;
}

/** @throws what the run's context throws: the step is then tried again */
export async function carryOut(
  operation: AnyModelOperation,
  work: OperationWork,
  { context, tools }: { readonly context: StepContext; readonly tools: OperationTools },
): Promise<OperationOutcome> {
  const input: unknown = operation.input.parse(work.input);
  const roundsMax = roundsMaxOf(operation, input);
  const course = new Course(operation, { ...work, input }, { context, tools, roundsMax });
  let [snapshot] = initialTransition(operationMachine, { roundsMax });
  while (snapshot.status === "active") {
    const event = await course.did(deedOf(snapshot));
    [snapshot] = transition(operationMachine, snapshot, event);
  }
  return course.outcome(snapshot.value === "done");
}

function deedOf(snapshot: SnapshotFrom<typeof operationMachine>): OperationDeed {
  return snapshot.value as OperationDeed;
}

/** What is needed while it goes on. */
interface Around {
  readonly context: StepContext;
  readonly tools: OperationTools;
  readonly roundsMax: number;
}

class Course {
  readonly #operation: AnyModelOperation;
  readonly #work: OperationWork;
  readonly #around: Around;
  #job: Job<unknown, Sent> | undefined;
  #prompted: Prompted | undefined;
  /** What is sent with that, and what of it is not, since there is no room. */
  #grounds: readonly Ground[] = [];
  #without: readonly Ground[] = [];
  #messages: readonly Message[] = [];
  /** Of all rounds, in order. */
  readonly #said: Extract<Said, { readonly ok: true }>[] = [];
  #round = 0;
  #problem = "";
  /** What commands printed about the answer; "" where none was run. */
  #output = "";
  #refusal: Refusal | undefined;
  #result: unknown;

  constructor(operation: AnyModelOperation, work: OperationWork, around: Around) {
    this.#operation = operation;
    this.#work = work;
    this.#around = around;
  }

  did(deed: OperationDeed): Promise<OperationEvent> {
    switch (deed) {
      case "gathering":
        return this.#gather();
      case "disclosing":
        return this.#disclose();
      case "asking":
        return this.#ask();
      case "checking":
        return this.#check();
      case "concluding":
        return this.#conclude();
    }
  }

  outcome(isDone: boolean): OperationOutcome {
    if (!isDone) return this.#refusal ?? this.#unsound();
    const { asked } = this.#work;
    const prompt = this.#template(this.#prompted?.template ?? "");
    const model = factsOf(asked.who, {
      prompt: `${prompt.name}@${prompt.version}`,
      said: this.#said,
      masked: this.#masked,
    });
    return { ok: true, document: { ...(this.#result as object), model } };
  }

  async #gather(): Promise<OperationEvent> {
    const { context, tools } = this.#around;
    const { input, asked } = this.#work;
    const gathered = await this.#operation.gather(input, context, tools);
    if (!gathered.ok) return this.#refused(gathered);
    this.#job = { input, material: gathered.material, context, tools };
    const prompted = this.#operation.ask(this.#job);
    const template = this.#template(prompted.template);
    this.#prompted = prompted;
    const grounds = await this.#gatheredGrounds(template);
    for (let count = grounds.length; ; count -= 1) {
      this.#grounds = grounds.slice(0, count);
      this.#without = grounds.slice(count);
      const values = this.#grounds.map((ground) => ground.values);
      this.#messages = renderPrompt(template, Object.assign({}, prompted.values, ...values));
      const tooMuch = tooMuchFor(asked.limits, this.#amounts);
      if (tooMuch === undefined) return { type: "gathered" };
      // What was named is what it is about: for want of room what goes with it is left out, and nothing is refused for that.
      if (count === 0) return this.#refused(tooMuch);
    }
  }

  async #gatheredGrounds(template: Template): Promise<readonly Ground[]> {
    const { input, material } = this.#needed;
    const paths = this.#operation.about?.(input, material) ?? material.files.map(({ path }) => path);
    const around = this.#operation.around?.(input, material);
    const { isChosen, limits } = this.#work.asked;
    return groundsOf(template, { context: this.#around.context, paths, around, limits, isChosen });
  }

  async #disclose(): Promise<OperationEvent> {
    if (await consented(this.#around.context, this.#disclosure())) return { type: "agreed" };
    const message = "Nothing was sent, since whoever was told that it would be said no.";
    return this.#refused({ ok: false, code: "declined", message });
  }

  async #ask(): Promise<OperationEvent> {
    this.#round += 1;
    await this.#tell("asking");
    const said = await say(this.#around.context, this.#order(), {
      key: `answer ${this.#round}`,
      files: [
        ...this.#material.files.map(({ path }) => path),
        ...this.#grounds.flatMap(({ files }) => files),
      ],
    });
    if (!said.ok) return this.#refused({ ok: false, ...failureOf(said) });
    this.#said.push(said);
    return { type: "answered" };
  }

  async #check(): Promise<OperationEvent> {
    const said = this.#last;
    const { text, finish } = said.completion;
    if (finish === "refused") {
      const message = `${said.entry} held its answer back. Ask another provider with --provider.`;
      return this.#refused({ ok: false, code: "answer_refused", message });
    }
    await this.#tell("checking");
    const checked = await this.#operation.check({ text, finish }, this.#needed);
    if (checked.ok) {
      this.#result = checked.result;
      return { type: "sound" };
    }
    if (finish === "partial") return this.#refused({ ok: false, ...failureOf(said) });
    this.#output = "";
    this.#problem =
      finish === "length"
        ? `It was cut off at its greatest length: be brief. ${checked.problem}`
        : checked.problem;
    return { type: "unsound" };
  }

  async #conclude(): Promise<OperationEvent> {
    const concluded = await this.#operation.conclude?.(this.#result, this.#needed, {
      isLast: this.#round >= this.#around.roundsMax,
      tell: (doing) => this.#tell(doing),
    });
    if (concluded?.ok === false && "problem" in concluded) {
      ({ problem: this.#problem, output: this.#output = "" } = concluded);
      return { type: "unsound" };
    }
    if (concluded?.ok === false) return this.#refused(concluded);
    if (concluded !== undefined) this.#result = concluded.result;
    const found = this.#operation.remember?.(this.#result, this.#needed) ?? [];
    await sessionMemory.add(this.#around.context, found);
    return { type: "concluded" };
  }

  #refused(refusal: Refusal): OperationEvent {
    this.#refusal = refusal;
    return { type: "refused" };
  }

  #unsound(): Refusal {
    const times = this.#round === 1 ? "once" : `${this.#round} times`;
    const message = `The model answered ${times} with what was not asked for. ${this.#problem} Try again, or ask another model with --model.`;
    return { ok: false, code: "bad_answer", message };
  }

  #order(): CompletionOrder {
    const { who, model } = this.#work.asked;
    const form = this.#prompted?.form;
    return {
      provider: who.provider,
      request: {
        messages: inOrder([...this.#messages, ...this.#repairing()]),
        ...(model === undefined ? {} : { model }),
        max_output_tokens: this.#operation.outputTokensMax,
        ...(form === undefined ? {} : { answer_schema: form }),
      },
      deadline_ms: answerMsMax,
      paid_attempts: paidPerRoundMax,
      lane: "interactive",
    };
  }

  /** The answer that was refused, and why. */
  #repairing(): readonly Message[] {
    if (this.#round < 2) return [];
    const refused = { answer: this.#last.completion.text, problem: this.#problem, output: this.#output };
    return askedAgain(refused, (name) => this.#template(name));
  }

  #disclosure(): Disclosure {
    const { provider, kind, model, host, place } = this.#work.asked.who;
    const { files } = this.#material;
    return {
      ...{ provider, kind, model, host, place, files: files.map(({ path }) => path), leftOut: [] },
      ...this.#amounts,
      masked: this.#masked,
      verb: this.#operation.verb,
      ...(this.#verifies ? { verifies: true } : {}),
      ...toldOf(this.#grounds, this.#without),
    };
  }

  get #amounts(): Amounts {
    const { input, asked } = this.#work;
    const tokens = sum(this.#messages.map(({ content }) => estimateTokens(content)));
    const { price } = asked.who;
    return { tokens, costMaxUsd: costOfRounds(this.#operation, input, { tokens, price }) };
  }

  async #tell(doing: string): Promise<void> {
    const material = this.#operation.news?.(this.#material) ?? {};
    const news: OperationNews = { operation: this.#operation.name, doing, round: this.#round, material };
    await this.#around.context.tell(operationNews, news);
  }

  #template(name: string): Template {
    const template = this.#work.prompts[name];
    if (template === undefined)
      throw new Misuse(`The plan of ${this.#operation.name} has no prompt "${name}".`);
    return template;
  }

  get #verifies(): boolean {
    return this.#operation.verifies?.(this.#work.input) ?? false;
  }

  get #needed(): Job<unknown, Sent> {
    if (this.#job === undefined) throw new Misuse("Nothing was gathered yet.");
    return this.#job;
  }

  get #material(): Sent {
    return this.#needed.material;
  }

  get #masked(): number {
    return sum([...this.#material.files, ...this.#grounds].map(({ masked }) => masked));
  }

  get #last(): Extract<Said, { readonly ok: true }> {
    const last = this.#said.at(-1);
    if (last === undefined) throw new Misuse("The model was not asked yet.");
    return last;
  }
}

function failureOf({ failure }: Said): Pick<Refusal, "code" | "message" | "retryable"> {
  if (failure === undefined) {
    return { code: "interrupted", message: "Only a part of the answer came. Try again.", retryable: true };
  }
  const { code, message, retryable } = failure;
  return { code, message, retryable };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
