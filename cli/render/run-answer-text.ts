// The answer of a run as it comes: what is printed of each event, and what the person is told beside it.
import { printable } from "../../actors/rendering/printable.ts";
import { newsOf } from "../../actors/runs/answer-news.ts";
import type { RunEntry } from "../../actors/runs/run-entry.ts";
import { sanitizeText, toAscii } from "../../runtime/observe/sanitize.ts";
import type { Terminal } from "../terminal.ts";
import { waitText } from "./run-words.ts";

export interface AnswerOutput {
  /** For standard output; "" for nothing. */
  readonly text: string;
  /** For standard error, without a line feed. */
  readonly notice: string | undefined;
}

export class AnswerText {
  readonly #terminal: Terminal;
  readonly #isLive: boolean;
  /** The answer so far, as it counts. */
  #answer = "";
  #last = "\n";
  /** What may be the first half of a line's end. */
  #held = "";

  /**
   * @param isLive prints each piece at once, for a person; else the whole at the end, so that who reads a pipe or a file gets nothing
   * of an answer that began anew
   */
  constructor(terminal: Terminal, isLive: boolean) {
    this.#terminal = terminal;
    this.#isLive = isLive;
  }

  /** Takes the events in order. Nothing that a run says is trusted: it is made printable first. */
  take(entry: RunEntry): AnswerOutput {
    switch (entry.type) {
      case "text":
        return entry.answer === undefined ? nothing : { text: this.#piece(entry.text), notice: undefined };
      case "told": {
        const news = newsOf(entry);
        if (news === undefined) return nothing;
        if (news.name === "continued") return this.#note(`${news.entry} goes on with it: ${news.reason}`);
        this.#answer = "";
        this.#held = "";
        return { ...this.#note(`It begins anew, by ${news.entry}: ${news.reason}`), text: this.#line() };
      }
      case "owned":
        return entry.from === undefined
          ? nothing
          : this.#note(`${entry.node} goes on with it: ${entry.reason.replaceAll("_", " ")}`);
      case "waiting":
        return this.#note(`It ${waitText({ for: entry.for, why: entry.why, until: entry.until })}`);
      default:
        return nothing;
    }
  }

  /** What is left to be printed: the end of the line, or all of it. */
  end(): string {
    const text = this.#shown(this.#held);
    this.#held = "";
    this.#last = text.at(-1) ?? this.#last;
    if (this.#isLive) return `${text}${this.#line()}`;
    this.#last = "\n";
    const whole = `${this.#answer}${text}`;
    return whole === "" || whole.endsWith("\n") ? whole : `${whole}\n`;
  }

  #piece(piece: string): string {
    const text = `${this.#held}${piece}`;
    this.#held = text.endsWith("\r") ? "\r" : "";
    const shown = this.#shown(this.#held === "" ? text : text.slice(0, -1));
    if (!this.#isLive) {
      this.#answer += shown;
      return "";
    }
    this.#last = shown.at(-1) ?? this.#last;
    return shown;
  }

  #shown(text: string): string {
    const safe = sanitizeText(text);
    return this.#terminal.unicode ? safe : toAscii(safe);
  }

  /** Ends the line that is being printed. */
  #line(): string {
    const isOpen = this.#isLive && this.#last !== "\n";
    this.#last = "\n";
    return isOpen ? "\n" : "";
  }

  #note(text: string): AnswerOutput {
    return { text: "", notice: printable(text, this.#terminal) };
  }
}

const nothing: AnswerOutput = { text: "", notice: undefined };
