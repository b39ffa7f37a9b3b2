// An answer as it comes in: told piece by piece to whoever listens, and kept as a whole.
import type { Completion, CompletionRequest } from "../completion.ts";
import { mayBeWhole } from "../continuation.ts";
import type { ToolCall, Usage } from "../model-event.ts";
import { ProviderError } from "../provider.ts";
import type { Exchange } from "./exchange.ts";
import { identifierIn } from "./fields.ts";
import type { Peer } from "./peer.ts";
import { ToolCalls } from "./tool-calls.ts";

export type Finish = "stop" | "length" | "refused";

/** Tokens that were read, those of them that came from a cache and that were put there, and those that were written. */
export interface Counted {
  readonly read: number | undefined;
  readonly cached?: number | undefined;
  readonly kept?: number | undefined;
  readonly written: number | undefined;
}

export class Answer {
  /** The tools that it wants used. */
  readonly tools: ToolCalls;
  readonly #exchange: Exchange;
  readonly #asked: string;
  readonly #mayBeEmpty: boolean;
  #model: string | undefined;
  #text = "";
  #finish: Finish | undefined;
  #usage: Usage | undefined;

  /** `model`: what was asked for. */
  constructor(exchange: Exchange, peer: Peer, request: CompletionRequest, model: string) {
    this.tools = new ToolCalls(peer, request);
    this.#exchange = exchange;
    this.#asked = model;
    this.#mayBeEmpty = mayBeWhole(request);
  }

  /** An event of the answer is here, with that many characters of anything that the model says, thinks or asks for. */
  heard(characters: number): void {
    this.#exchange.heard(characters);
  }

  /** Text that comes next. */
  say(text: string): void {
    if (text === "") return;
    this.#text += text;
    this.#exchange.tell({ type: "text", text });
  }

  /** What it thinks, which is no part of it. */
  think(text: string): void {
    if (text !== "") this.#exchange.tell({ type: "reasoning", text });
  }

  end(finish: Finish): void {
    this.#finish = finish;
  }

  get hasEnded(): boolean {
    return this.#finish !== undefined;
  }

  /** The name that the other side gives the model that answers. What is no name is not passed on. */
  name(model: unknown): void {
    this.#model ??= identifierIn(model);
  }

  /** Tokens, where the other side counts them. */
  count({ read, cached, kept, written }: Counted): void {
    if (read === undefined && written === undefined) return;
    const before = this.#usage;
    const input = read ?? before?.input_tokens ?? 0;
    const fromCache = cached ?? before?.cached_tokens;
    const toCache = kept ?? before?.cache_write_tokens;
    const rest = input - Math.min(fromCache ?? 0, input);
    this.#usage = {
      input_tokens: input,
      ...(fromCache === undefined ? {} : { cached_tokens: input - rest }),
      ...(toCache === undefined ? {} : { cache_write_tokens: Math.min(toCache, rest) }),
      output_tokens: written ?? before?.output_tokens ?? 0,
    };
  }

  /**
   * The whole of it. The tools that it wants used are told now.
   * @throws {ProviderError} it is not whole, or it is none
   */
  completion(): Completion {
    const finish = this.#finish;
    if (finish === undefined) throw this.#exchange.cutOff();
    // Of an answer that was ended before its time the last tool is not whole, and those before it were not meant alone.
    const calls = finish === "stop" ? this.tools.whole() : [];
    if (this.#text.trim() === "" && calls.length === 0) this.#checkEmpty(finish);
    for (const call of calls) this.#exchange.tell({ type: "tool_call", call });
    const { requestId } = this.#exchange;
    return {
      text: this.#text,
      ...(calls.length === 0 ? {} : { tool_calls: calls.map(copyOf) }),
      model: this.#model ?? this.#asked,
      finish: calls.length === 0 ? finish : "tool_calls",
      ...(this.#usage === undefined ? {} : { usage: this.#usage }),
      ...(requestId === undefined ? {} : { request_id: requestId }),
    };
  }

  #checkEmpty(finish: Finish): void {
    if (finish === "refused") {
      throw new ProviderError(
        "content_filtered",
        "It refuses to answer this, and says no word of why. Change the request, or choose another model.",
      );
    }
    if (finish === "stop" && !this.#mayBeEmpty) {
      throw new ProviderError(
        "protocol",
        `Its answer is empty. Try again, or choose another model than ${this.#asked}.`,
      );
    }
  }
}

/** As a completion has it, which may be changed. */
function copyOf({ id, name, arguments: given }: ToolCall) {
  return { id, name, arguments: { ...given } };
}
