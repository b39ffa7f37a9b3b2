// What code of a shell printed and the terminal has not got yet: bounded, with a count of what was left out.
import { Writable } from "node:stream";
import { attachLimits as limits } from "./limits.ts";

export class ShellOutput {
  readonly #wake: () => void;
  #waiting = "";
  #leftOut = 0;

  /** `wake` is called when something is there to be taken. */
  constructor(wake: () => void) {
    this.#wake = wake;
  }

  get isEmpty(): boolean {
    return this.#waiting === "" && this.#leftOut === 0;
  }

  /** Never waits and never throws, however much it is. */
  write(text: string): void {
    if (text === "") return;
    const wasEmpty = this.isEmpty;
    const room = limits.outputWaitingCharactersMax - this.#waiting.length;
    // After a gap nothing more, until what waits is taken: the count stands where the gap is.
    const fitting = this.#leftOut > 0 ? 0 : Math.min(room, text.length);
    this.#waiting += text.slice(0, fitting);
    this.#leftOut += text.length - fitting;
    if (wasEmpty) this.#wake();
  }

  /** The next piece of at most `charactersMax` characters. */
  take(charactersMax: number): string {
    if (this.#waiting === "") {
      const told = this.#leftOut === 0 ? "" : `\n… (${this.#leftOut} characters left out)\n`;
      this.#leftOut = 0;
      return told;
    }
    const splitsPair = /[\ud800-\udbff]/.test(this.#waiting.charAt(charactersMax - 1));
    const end = splitsPair && charactersMax > 1 ? charactersMax - 1 : charactersMax;
    const piece = this.#waiting.slice(0, end);
    this.#waiting = this.#waiting.slice(end);
    return piece;
  }

  /** The same as a stream, for `Console` and the evaluator. */
  stream(): Writable {
    return new Writable({
      decodeStrings: false,
      write: (chunk: unknown, _encoding, done) => {
        this.write(typeof chunk === "string" ? chunk : String(chunk));
        done();
      },
    });
  }
}
