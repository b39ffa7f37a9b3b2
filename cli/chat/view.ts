// What is shown of a conversation while its run is followed: the answers as they come, and beside them what a person has to know.
import { type Turn, turnOf } from "../../actors/chat/conversation.ts";
import { chatNews, type ToolNews } from "../../actors/operations/chat-turn.ts";
import type { Kept, RunEntry } from "../../actors/runs/run-entry.ts";
import { isRecord } from "../../runtime/wire/shape.ts";
import { AnswerText } from "../render/run-answer-text.ts";
import { costText } from "../render/run-words.ts";
import type { Terminal } from "../terminal.ts";
import type { Transcript } from "./transcript.ts";

export interface ChatOutput {
  /** A piece of an answer, fit for a terminal. */
  answer(text: string): void | Promise<void>;
  /** A line beside the answers, as it was said. */
  note(text: string): void | Promise<void>;
}

export interface ChatViewOptions {
  readonly run: string;
  readonly terminal: Terminal;
  /** True where each piece is shown as it comes. */
  readonly isLive: boolean;
  readonly output: ChatOutput;
  /** What came before this entry was shown in its time. */
  readonly shownFrom: number;
  /** Gets a value of the run. */
  readonly value: (kept: Kept) => Promise<unknown>;
}

export class ChatView {
  readonly #options: ChatViewOptions;
  readonly #turns: { readonly turn: number; readonly output: Kept }[] = [];
  #text: AnswerText;
  /** Of which answer it is. */
  #answer = "";
  #tokens = 0;
  #costUsd: number | null = 0;
  #model: string | undefined;

  constructor(options: ChatViewOptions) {
    this.#options = options;
    this.#text = this.#fresh();
  }

  /** @returns what a turn has come to that has just ended, and was not shown before */
  async entry(entry: RunEntry): Promise<Turn | undefined> {
    this.#count(entry);
    const isShown = entry.n >= this.#options.shownFrom;
    if (entry.type === "step_finished") return this.#finished(entry, isShown);
    if (isShown) await this.#show(entry);
    return undefined;
  }

  /** What it took so far. */
  get taken(): string {
    return `${this.#tokens} tokens, ${costText(this.#costUsd)}`;
  }

  /** Messages that were answered. */
  get answered(): number {
    return this.#turns.length;
  }

  async transcript(): Promise<Transcript> {
    const { run, value } = this.#options;
    const turns = [];
    for (const { turn, output } of this.#turns) turns.push({ turn, what: (await value(output)) as Turn });
    return { run, turns, tokens: this.#tokens, costUsd: this.#costUsd };
  }

  async #finished(
    { step, output }: Extract<RunEntry, { readonly type: "step_finished" }>,
    isShown: boolean,
  ): Promise<Turn | undefined> {
    const turn = turnOf(step);
    if (turn === undefined) return undefined;
    await this.#endAnswer();
    const what = (await this.#options.value(output)) as Turn;
    if (what.kind === "said") this.#turns.push({ turn, output });
    if (!isShown) return undefined;
    await this.#tell(what);
    return what;
  }

  async #tell(what: Turn): Promise<void> {
    const { output } = this.#options;
    if (what.kind === "changed") await output.note(what.told);
    if (what.kind !== "said") return;
    const isPart = what.failure !== undefined && what.answer !== "";
    if (what.failure !== undefined)
      await output.note(`${isPart ? "That is a part of an answer only. " : ""}${what.failure.message}`);
    // Another model than before is worth a word.
    if (what.model !== null && what.model !== this.#model) {
      this.#model = what.model;
      await output.note(`(${what.entry}, ${what.model})`);
    }
  }

  async #show(entry: RunEntry): Promise<void> {
    const { output } = this.#options;
    if (entry.type === "told" && entry.name === chatNews.tool) {
      await this.#endAnswer();
      const news = entry.about;
      if (isToolNews(news)) await output.note(`  ${news.tool} ${news.what}`);
      return;
    }
    if (entry.type === "told" && entry.name === chatNews.notice) {
      if (typeof entry.about === "string") await output.note(entry.about);
      return;
    }
    if (entry.type === "waiting" && entry.for === "answer") return;
    if (entry.type === "text") {
      const answer = `${entry.step} ${entry.answer ?? ""}`;
      if (answer !== this.#answer) await this.#endAnswer();
      this.#answer = answer;
    }
    const { text, notice } = this.#text.take(entry);
    if (text !== "") await output.answer(text);
    if (notice !== undefined) await output.note(notice);
  }

  async #endAnswer(): Promise<void> {
    const rest = this.#text.end();
    this.#text = this.#fresh();
    this.#answer = "";
    if (rest !== "") await this.#options.output.answer(rest);
  }

  #count(entry: RunEntry): void {
    if (entry.type !== "usage") return;
    this.#tokens += (entry.inputTokens ?? 0) + (entry.outputTokens ?? 0);
    this.#costUsd = this.#costUsd === null || entry.costUsd === null ? null : this.#costUsd + entry.costUsd;
  }

  #fresh(): AnswerText {
    return new AnswerText(this.#options.terminal, this.#options.isLive);
  }
}

function isToolNews(about: unknown): about is ToolNews {
  return isRecord(about) && typeof about.tool === "string" && typeof about.what === "string";
}
