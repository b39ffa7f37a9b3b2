// An answer as it comes in: its text in parts, why it ends, and what it took.
import type { Completion } from "../completion.ts";
import { ProviderError } from "../provider.ts";
import type { Exchange } from "./exchange.ts";

export class Answer {
  readonly #exchange: Exchange;
  readonly #model: string;
  #text = "";
  #finish: Completion["finish"] | undefined;
  #usage: Completion["usage"];

  /** `model`: what was asked for. */
  constructor(exchange: Exchange, model: string) {
    this.#exchange = exchange;
    this.#model = model;
  }

  /** Text that comes next. */
  add(text: string): void {
    this.#text += text;
  }

  end(finish: Completion["finish"]): void {
    this.#finish = finish;
  }

  get hasEnded(): boolean {
    return this.#finish !== undefined;
  }

  /** Tokens that were read and written, where the other side counts them. */
  count(input: number | undefined, output: number | undefined): void {
    this.#usage = {
      input_tokens: input ?? this.#usage?.input_tokens ?? 0,
      output_tokens: output ?? this.#usage?.output_tokens ?? 0,
    };
  }

  /** @param model the name that the other side gave the model that answered */
  completion(model: string | undefined): Completion {
    if (this.#finish === undefined) throw this.#exchange.cutOff();
    if (this.#text.trim() === "" && this.#finish === "stop") {
      throw new ProviderError(
        "bad_response",
        `Its answer is empty. Try again, or choose another model than ${this.#model}.`,
      );
    }
    return {
      text: this.#text,
      // A name that is no name is not passed on.
      model: model !== undefined && /^[\x21-\x7e]{1,200}$/.test(model) ? model : this.#model,
      finish: this.#finish,
      ...(this.#usage === undefined ? {} : { usage: this.#usage }),
    };
  }
}
