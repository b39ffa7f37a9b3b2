// What a turn of a conversation does in each state of its machine, and what it has come to by then.
import { sleep } from "../../runtime/index.ts";
import { currentProcess } from "../../runtime/process/current.ts";
import {
  type Attached,
  type ChatTerms,
  messagesOfRound,
  type Round,
  remembered,
  type SaidTurn,
  sayKey,
  type ToolResult,
  type Turn,
  turnsIn,
  withAttached,
} from "../chat/conversation.ts";
import { chatLimits } from "../chat/limits.ts";
import { ordered, orderIn } from "../chat/order.ts";
import { instructions } from "../chat/prompt.ts";
import { offeredTools } from "../chat/tools.ts";
import type { CompletionOrder, Message } from "../llm/completion.ts";
import type { Failure } from "../llm/failure.ts";
import type { ToolCall } from "../llm/model-event.ts";
import type { StepContext } from "../pipeline/plan.ts";
import { maskSecrets } from "../workspace/masking.ts";
import type { ChatOptions, TurnInput } from "./chat.ts";
import { lookedAt } from "./chat-grounds.ts";
import type { TurnEvent } from "./chat-machine.ts";
import { attachNamed } from "./chat-named.ts";
import { ChatTools } from "./chat-tools.ts";
import { takeBackLast } from "./chat-undo.ts";
import type { ProjectInstructions } from "./project-instructions.ts";
import { type Said, say } from "./say.ts";

/** The names under which readers are told of what is no part of an answer. */
export const chatNews = {
  /** `about` is a `ToolNews`: a tool was used, or not allowed. */
  tool: "chat.tool",
  /** `about` is a sentence for people. */
  notice: "chat.notice",
} as const;

export interface ToolNews {
  readonly tool: string;
  /** What it was used on, and what came of it, in one line. */
  readonly what: string;
  readonly ok: boolean;
}

export class ChatTurn {
  readonly #input: TurnInput;
  readonly #context: StepContext;
  readonly #tools: ChatTools;
  readonly #enough = new AbortController();
  /** What holds for the next turn. */
  #terms: ChatTerms;
  #message = "";
  #attached: readonly Attached[] = [];
  /** What the project tells models. */
  #instructions: ProjectInstructions | undefined;
  #rounds: readonly Round[] = [];
  #last: Extract<Said, { readonly ok: true }> | undefined;
  #failure: Failure | undefined;
  #costUsd: number | null = 0;
  #calls: readonly ToolCall[] = [];
  #settled: Turn | undefined;
  #dueAt = 0;

  constructor(input: TurnInput, context: StepContext, options: ChatOptions) {
    this.#input = input;
    this.#context = context;
    this.#terms = input.terms;
    this.#tools = new ChatTools({ terms: input.terms, context, ...options });
  }

  get terms(): ChatTerms {
    return this.#terms;
  }

  /** What the person wants. One who says nothing for days is gone. */
  async listen(): Promise<TurnEvent> {
    const { turn, terms } = this.#input;
    const { partner, paths } = terms;
    const { provider, model, host, place } = partner;
    const about = { turn, provider, model, host, place, paths };
    const text = "What do you want to say?";
    const asked = this.#context.ask({ key: sayKey, text, choices: [], about });
    const said = await Promise.race([asked, sleep(await this.#idleMs())]);
    if (typeof said !== "string") return this.#settle({ kind: "over" });
    const order = orderIn(said);
    if (order === null) {
      const told = "This version of aiex does not know what was asked for, and did nothing.";
      return this.#settle({ kind: "changed", told });
    }
    if (order?.order === "undo")
      return this.#settle({ kind: "changed", ...(await takeBackLast(this.#context)) });
    if (order !== undefined) {
      const { terms, told } = ordered(order, this.#terms, turn);
      this.#terms = terms;
      return this.#settle({ kind: "changed", told });
    }
    void this.#context.cutShort().then(() => this.#enough.abort());
    this.#message = await this.#masked(said);
    this.#dueAt = await this.#due();
    return { type: "said" };
  }

  /** What the person named since goes along, once that may be sent. */
  async prepare(): Promise<TurnEvent> {
    const { turn, terms } = this.#input;
    const along = await attachNamed(this.#context, terms, {
      message: this.#message,
      earlier: earlier(this.#context, turn),
    });
    this.#attached = along.attached;
    this.#instructions = along.instructions;
    return this.#next("prepared");
  }

  async ask(mayUseTools: boolean): Promise<TurnEvent> {
    const said = await say(this.#context, this.#order(mayUseTools), {
      key: `round ${this.#rounds.length + 1}`,
      files: this.#files,
      signal: this.#enough.signal,
    });
    if (!said.ok) {
      this.#last = undefined;
      this.#failure = said.failure;
      return { type: "answered" };
    }
    this.#last = said;
    this.#failure = said.failure;
    this.#costUsd = this.#costUsd === null || said.costUsd === null ? null : this.#costUsd + said.costUsd;
    this.#calls = said.completion.tool_calls ?? [];
    if (this.#enough.signal.aborted) return { type: "cut_short" };
    const wantsTools = mayUseTools && said.failure === undefined && this.#calls.length > 0;
    return { type: wantsTools ? "called" : "answered" };
  }

  /** One after the other, so that a person is asked one thing at a time. */
  async use(): Promise<TurnEvent> {
    const text = this.#last?.completion.text ?? "";
    const results: ToolResult[] = [];
    for (const [index, call] of this.#calls.entries()) {
      if (this.#enough.signal.aborted) break;
      results.push(await this.#used(call, index));
    }
    this.#last = undefined;
    if (results.length === this.#calls.length) this.#rounds = [...this.#rounds, { text, results }];
    return this.#next("used");
  }

  outcome(): Turn {
    if (this.#settled !== undefined) return this.#settled;
    const { partner } = this.#terms;
    const isCut = this.#enough.signal.aborted && this.#last?.completion.finish !== "stop";
    const failure = this.#failure ?? (isCut ? cutShort : undefined);
    const said: SaidTurn = {
      kind: "said",
      message: this.#message,
      attached: this.#attached,
      rounds: this.#rounds,
      answer: this.#last?.completion.text ?? "",
      ...(failure === undefined ? {} : { failure }),
      entry: this.#last?.entry ?? partner.provider,
      model: this.#last?.completion.model ?? null,
      costUsd: this.#costUsd,
    };
    return said;
  }

  #settle(turn: Turn): TurnEvent {
    this.#settled = turn;
    return { type: "settled" };
  }

  #next(type: "prepared" | "used"): TurnEvent {
    return { type: this.#enough.signal.aborted ? "cut_short" : type };
  }

  async #used(call: ToolCall, index: number): Promise<ToolResult> {
    const key = `tool ${this.#rounds.length + 1}.${index + 1}`;
    const known = await this.#context.recall(key);
    if (known !== undefined) return known as ToolResult;
    const { result, news } =
      index < chatLimits.callsMax ? await this.#tools.use(call, key) : ChatTools.tooMany(call);
    await this.#context.tell(chatNews.tool, news);
    await this.#context.note(key, result);
    return result;
  }

  #order(mayUseTools: boolean): CompletionOrder {
    const { terms } = this.#input;
    const { provider, model } = terms.partner;
    return {
      provider,
      lane: "interactive",
      deadline_ms: Math.max(1, Math.ceil(this.#dueAt - now())),
      request: {
        messages: [...this.#messages(mayUseTools)],
        ...(model === null ? {} : { model }),
        max_output_tokens: chatLimits.outputTokensMax,
        // A conversation with calls in it is refused by some where no tools are offered.
        tools: offeredTools,
        tool_choice: mayUseTools ? "auto" : "none",
      },
    };
  }

  #messages(mayUseTools: boolean): readonly Message[] {
    const { turn, terms } = this.#input;
    const { historyTokensMax, localHistoryTokensMax } = chatLimits;
    const tokensMax = terms.partner.place === "machine" ? localHistoryTokensMax : historyTokensMax;
    const before = remembered(earlier(this.#context, turn), terms.since, tokensMax);
    const gone = before.left === 0 ? "" : "\n\n(The beginning of the conversation is left out.)";
    return [
      {
        role: "system",
        content: `${instructions(terms.type, mayUseTools, this.#instructions?.text)}${gone}`,
      },
      ...before.messages,
      {
        role: "user",
        content: withAttached([...before.notices, this.#message].join("\n\n"), this.#attached),
      },
      ...this.#rounds.flatMap(messagesOfRound),
    ];
  }

  /** Those of which something is sent that is new in this turn. */
  get #files(): readonly string[] {
    const attached = this.#attached.filter(({ isSent }) => isSent);
    return [
      ...attached.flatMap(({ path, files = [path] }) => files),
      ...(this.#instructions?.files ?? []),
      ...lookedAt({ rounds: this.#rounds }),
    ];
  }

  async #masked(said: string): Promise<string> {
    const { text, masked } = maskSecrets(said, { isCode: true });
    if (masked > 0 && (await this.#context.recall("masked")) === undefined) {
      const what = masked === 1 ? "1 secret is" : `${masked} secrets are`;
      await this.#context.tell(chatNews.notice, `${what} masked in what you said.`);
      await this.#context.note("masked", masked);
    }
    return text;
  }

  /** By the wall clock, so that another owner keeps it. */
  async #due(): Promise<number> {
    const known = await this.#context.recall("due");
    if (typeof known === "number") return known;
    const due = now() + this.#input.terms.answerMs;
    await this.#context.note("due", due);
    return due;
  }

  async #idleMs(): Promise<number> {
    const known = await this.#context.recall("listens since");
    const since = typeof known === "number" ? known : now();
    if (known === undefined) await this.#context.note("listens since", since);
    return Math.max(0, since + chatLimits.idleMsMax - now());
  }
}

/** Turns of the conversation that ended before this one. */
function earlier(context: StepContext, turn: number) {
  return new Map([...turnsIn(context.outputs())].filter(([number]) => number < turn));
}

function now(): number {
  return currentProcess().kernel.world.clock.wallTime();
}

const cutShort: Failure = { code: "interrupted", message: "It was cut short.", retryable: true };
