// What shows an explanation to a person while it is written: the summary word by word, each claim when it is whole.
import type { OperationNews } from "../actors/operations/ask-model.ts";
import { operationNews } from "../actors/operations/ask-model.ts";
import { isOnLines } from "../actors/operations/claim-lines.ts";
import type { Claim, Explanation } from "../actors/operations/explain.ts";
import {
  type ExplanationAbout,
  explanationClaim,
  explanationEnd,
  explanationHead,
} from "../actors/rendering/explanation.ts";
import { printable } from "../actors/rendering/printable.ts";
import { newsOf } from "../actors/runs/answer-news.ts";
import type { RunEntry } from "../actors/runs/run-entry.ts";
import { isRecord } from "../runtime/wire/shape.ts";
import { showNotice } from "./failure.ts";
import { operationProgress } from "./followed-operation.ts";
import type { RunView } from "./followed-view.ts";
import type { Host } from "./host.ts";
import { type JsonPiece, StreamedJson } from "./streamed-json.ts";
import { type Terminal, terminalOf } from "./terminal.ts";

export class LiveExplanation implements RunView {
  readonly #host: Host;
  readonly #about: ExplanationAbout;
  readonly #terminal: Terminal;
  readonly #progress: RunView;
  #reading = new StreamedJson();
  /** How many lines the file has. */
  #lines = 0;
  /** What of the answer that counts was printed. */
  #claims: Claim[] = [];
  #summary = "";
  #isMidLine = false;

  constructor(host: Host, about: ExplanationAbout) {
    this.#host = host;
    this.#about = about;
    this.#terminal = terminalOf(host.stdout, host.env, host.platform);
    this.#progress = operationProgress(host);
  }

  async entry(entry: RunEntry): Promise<void> {
    await this.#progress.entry(entry);
    if (entry.type === "text") {
      for (const piece of this.#reading.take(entry.text)) await this.#show(piece);
    } else if (entry.type === "told") {
      const restarted = newsOf(entry);
      if (restarted?.name === "restarted")
        await this.#anew(`It begins anew, by ${restarted.entry}: ${restarted.reason}`);
      else if (entry.name === operationNews && isRecord(entry.about)) await this.#news(entry.about);
    }
  }

  lost(why: string | undefined): void {
    this.#progress.lost(why);
  }

  aside<T>(work: () => Promise<T>): Promise<T> {
    return this.#progress.aside(work);
  }

  async end(): Promise<void> {
    await this.#progress.end();
    await this.#endLine();
  }

  /** Prints what is left to be said of it; false where what was printed is not what it came to. */
  async concluded(explanation: Explanation): Promise<boolean> {
    const { claims, summary } = explanation;
    const isSame = this.#claims.length === claims.length && this.#summary.trim() !== "" && summary !== "";
    if (isSame) await this.#host.stdout.write(explanationEnd(explanation));
    return isSame;
  }

  async #news({ doing, round, material }: Partial<Record<keyof OperationNews, unknown>>): Promise<void> {
    if (isRecord(material) && typeof material.lines === "number") this.#lines = material.lines;
    if (doing === "asking" && round !== 1)
      await this.#anew("That was not what was asked for, and it is asked again.");
  }

  async #anew(notice: string): Promise<void> {
    await this.#endLine();
    this.#reading = new StreamedJson();
    this.#claims = [];
    this.#summary = "";
    await showNotice(notice, this.#host);
  }

  async #show(piece: JsonPiece): Promise<void> {
    const [key, index, more] = piece.place;
    if (key === "summary" && index === undefined && piece.type === "text") await this.#words(piece.text);
    const isClaim = key === "claims" && typeof index === "number" && more === undefined;
    if (!isClaim || piece.type !== "whole" || !isClaimOn(piece.value, this.#lines)) return;
    await this.#begin();
    await this.#endLine();
    this.#claims.push(piece.value);
    await this.#host.stdout.write(`\n${explanationClaim(piece.value, this.#about.file, this.#terminal)}`);
  }

  async #words(text: string): Promise<void> {
    await this.#begin();
    this.#summary += text;
    this.#isMidLine = true;
    await this.#host.stdout.write(printable(text.replaceAll("\n", " "), this.#terminal));
  }

  /** The line of progress makes room for the first words of an answer. */
  async #begin(): Promise<void> {
    if (this.#summary !== "" || this.#claims.length > 0) return;
    await this.#progress.end();
    await this.#host.stdout.write(`${explanationHead(this.#about, this.#terminal)}\n`);
  }

  async #endLine(): Promise<void> {
    if (!this.#isMidLine) return;
    this.#isMidLine = false;
    await this.#host.stdout.write("\n");
  }
}

/** As the check of the answer takes them. */
function isClaimOn(value: unknown, lines: number): value is Claim {
  if (!isRecord(value)) return false;
  const { title, text, from_line, to_line } = value;
  const isWhole = typeof title === "string" && typeof text === "string" && text.trim() !== "";
  const hasLines = Number.isSafeInteger(from_line) && Number.isSafeInteger(to_line);
  return isWhole && hasLines && isOnLines({ from_line: Number(from_line), to_line: Number(to_line) }, lines);
}
