// Who wrote what of an answer in whose middle somebody was lost, who has asked for it or has had it asked for: noted in its run.

import { isRecord } from "../../runtime/wire/shape.ts";
import type { Answered } from "../llm/complete.ts";
import type { Completion } from "../llm/completion.ts";
import type { AnswerPart } from "../llm/model-event.ts";
import { totalUsd, usageOf } from "../llm/parts.ts";
import type { StepContext } from "../runs/step-context.ts";

/** Who writes, where an order names nobody and nobody has said it. */
const unknown = "unknown";

interface Noted {
  readonly parts: readonly AnswerPart[];
  /** Who writes what comes behind them. */
  readonly entry: string;
}

export interface Whole extends Pick<Answered, "parts" | "costUsd"> {
  readonly usage: Completion["usage"];
}

export class AnswerShares {
  readonly #context: Pick<StepContext, "note" | "recall">;
  readonly #key: string;
  /** Who writes where nothing is told of it. */
  readonly #first: string;
  #noted: Noted;
  /** Those of the text that the order came with which is answered now. */
  #before: readonly AnswerPart[] = [];

  /** `answer` tells the answers of the step apart. */
  constructor(context: Pick<StepContext, "note" | "recall">, answer: string, provider: string | undefined) {
    this.#context = context;
    this.#key = `who wrote ${answer}`;
    this.#first = provider ?? unknown;
    this.#noted = { parts: [], entry: this.#first };
  }

  /** `length`: of the text that was written by others, in characters. */
  async takeOver(length: number): Promise<void> {
    const recalled = await this.#context.recall(this.#key);
    if (isNoted(recalled)) this.#noted = recalled;
    await this.lost(length);
  }

  /** Another one goes on behind so many characters. */
  continued(length: number, entry: string): void {
    void this.#keep({ parts: this.#upTo(length), entry });
  }

  /** What was written does not count any more. */
  restarted(entry: string): void {
    this.#before = [];
    void this.#keep({ parts: [], entry });
  }

  /** Whoever answered the order was lost after so many characters; the next order comes with them. */
  async lost(length: number): Promise<void> {
    this.#before = this.#upTo(length);
    await this.#keep({ parts: this.#before, entry: this.#first });
  }

  /** The order ended with these parts, and the answer is to be gone on with. */
  async ended(parts: readonly AnswerPart[]): Promise<void> {
    await this.#keep({ parts: [...this.#before, ...parts], entry: this.#first });
  }

  /** Of the whole text, whoever wrote it: who wrote what, and what that took as far as it is known. */
  whole({ parts: last, completion, costUsd }: Answered): Whole {
    if (this.#before.length === 0) return { parts: last, usage: completion.usage, costUsd };
    const parts = [...this.#before, ...last];
    return { parts, usage: usageOf(parts), costUsd: totalUsd(parts) };
  }

  #upTo(length: number): readonly AnswerPart[] {
    const { parts, entry } = this.#noted;
    const known = parts.reduce((sum, { characters }) => sum + characters, 0);
    if (known === length) return parts;
    const rest = { model: unknown, costUsd: null };
    // That it began anew was noted, and what was written behind that is lost, or the other way round.
    if (known > length) return [{ entry: unknown, characters: length, ...rest }];
    return [...parts, { entry, characters: length - known, ...rest }];
  }

  /** A run that takes no more of it has ended, and this process ends with it. */
  async #keep(noted: Noted): Promise<void> {
    this.#noted = noted;
    await this.#context.note(this.#key, noted).catch(() => {});
  }
}

function isNoted(value: unknown): value is Noted {
  return isRecord(value) && Array.isArray(value.parts) && typeof value.entry === "string";
}
