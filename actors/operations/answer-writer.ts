// Writes an answer into its run as it comes: in order, with one piece on its way at a time; what comes meanwhile is put together.
import { type AnswerNews, type AnswerNewsName, answerNews } from "../runs/answer-news.ts";
import type { StepContext } from "../runs/step-context.ts";
import { endsWithin } from "../runs/text-pieces.ts";

type News = Omit<AnswerNews, "answer"> & { readonly name: AnswerNewsName };

export class AnswerWriter {
  readonly #context: Pick<StepContext, "write" | "tell">;
  readonly #answer: string;
  #waiting: (string | News)[] = [];
  #written: Promise<unknown> | undefined;

  /** For code of processes. `answer` tells the answers of the step apart. */
  constructor(context: Pick<StepContext, "write" | "tell">, answer: string) {
    this.#context = context;
    this.#answer = answer;
  }

  text(piece: string): void {
    const last = this.#waiting.at(-1);
    if (typeof last === "string") this.#waiting[this.#waiting.length - 1] = last + piece;
    else this.#waiting.push(piece);
    this.#next();
  }

  news(news: News): void {
    this.#waiting.push(news);
    this.#next();
  }

  /** Hands over at once what is left. Resolves when all of it is written down. */
  async end(): Promise<void> {
    const rest = this.#waiting.splice(0).map((piece) => this.#hand(piece));
    await Promise.all([this.#written, ...rest]);
  }

  #next(): void {
    if (this.#written !== undefined) return;
    const [first] = this.#waiting;
    // The other half of a character comes with the next piece.
    if (first === undefined || (typeof first === "string" && this.#waiting.length === 1 && endsWithin(first)))
      return;
    this.#waiting.shift();
    this.#written = this.#hand(first).then(() => {
      this.#written = undefined;
      this.#next();
    });
  }

  /** A run that takes no more of it has ended, and this process ends with it. */
  async #hand(piece: string | News): Promise<void> {
    await this.#given(piece).catch(() => {});
  }

  async #given(piece: string | News): Promise<void> {
    if (typeof piece === "string") return this.#context.write(piece, this.#answer);
    const { name, entry, reason } = piece;
    await this.#context.tell(answerNews[name], { answer: this.#answer, entry, reason } satisfies AnswerNews);
  }
}
