// What shows a run whose output is an answer: its text as it comes, and beside it what a person has to know of it.
import type { RunEntry } from "../actors/runs/run-entry.ts";
import { shortId } from "../actors/runs/run-id.ts";
import { showNotice } from "./failure.ts";
import type { RunView } from "./followed-view.ts";
import type { Host } from "./host.ts";
import { AnswerText } from "./render/run-answer-text.ts";
import { terminalOf } from "./terminal.ts";

export class AnswerView implements RunView {
  readonly #host: Host;
  readonly #id: string;
  readonly #text: AnswerText;
  readonly #begunMs: number;
  #firstMs: number | undefined;
  #hasEnded = false;

  /** @param isShown false where the answer is told in another way when it is whole */
  constructor(host: Host, id: string, isShown: boolean) {
    const terminal = terminalOf(host.stdout, host.env, host.platform);
    this.#host = host;
    this.#id = id;
    this.#text = new AnswerText(terminal, host.stdout.isTTY === true);
    this.#begunMs = host.world.clock.now();
    this.#hasEnded = !isShown;
  }

  /** Milliseconds until the first piece came; undefined while there is none. */
  get firstMs(): number | undefined {
    return this.#firstMs;
  }

  /** Milliseconds until now. */
  get tookMs(): number {
    return this.#host.world.clock.now() - this.#begunMs;
  }

  async entry(entry: RunEntry): Promise<void> {
    if (entry.type === "text") this.#firstMs ??= this.tookMs;
    const { text, notice } = this.#text.take(entry);
    if (text !== "" && !this.#hasEnded) await this.#host.stdout.write(text);
    if (notice !== undefined) await showNotice(notice, this.#host);
  }

  lost(why: string | undefined): void {
    if (why !== undefined)
      void showNotice(`Looking for who has run ${shortId(this.#id)}: ${why}`, this.#host);
  }

  aside<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  async end(): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    await this.#host.stdout.write(this.#text.end());
  }
}
