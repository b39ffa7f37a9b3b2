// Questions of runs to whoever sits at the terminal.
import { printable } from "../actors/rendering/printable.ts";
import type { RunQuestion } from "../supervisors/runs/runs.ts";
import type { Host } from "./host.ts";
import { questionCharactersMax } from "./limits.ts";
import { terminalOf } from "./terminal.ts";

export class Questioner {
  readonly #host: Host;
  #input: AsyncIterator<Uint8Array> | undefined;
  #typed = "";
  /** One after the other: there is one terminal. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(host: Host) {
    this.#host = host;
  }

  /** Whether somebody is there who sees the question and can type an answer. */
  get isThere(): boolean {
    return this.#host.stdin.isTTY === true && this.#host.stderr.isTTY === true;
  }

  /** Asks until one of the choices is typed, or its beginning; undefined where the input ends before. */
  ask(question: Pick<RunQuestion, "text" | "choices">): Promise<string | undefined> {
    const answer = this.#last.then(() => this.#ask(question));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #ask({ text, choices }: Pick<RunQuestion, "text" | "choices">): Promise<string | undefined> {
    const { stderr, env, platform } = this.#host;
    const terminal = terminalOf(stderr, env, platform);
    await stderr.write(`${printable(text, terminal)}\n`);
    for (;;) {
      await stderr.write(printable(choices.length === 0 ? "> " : `${choices.join(", ")}? `, terminal));
      const line = await this.#line();
      if (line === undefined) return undefined;
      if (choices.length === 0 && line !== "") return line;
      const [only, ...others] = choices.filter((choice) => line !== "" && choice.startsWith(line));
      const exact = choices.find((choice) => choice === line);
      if (exact !== undefined) return exact;
      if (only !== undefined && others.length === 0) return only;
    }
  }

  async #line(): Promise<string | undefined> {
    const decoder = new TextDecoder();
    this.#input ??= this.#host.stdin[Symbol.asyncIterator]();
    for (;;) {
      const end = this.#typed.search(/[\r\n]/);
      if (end >= 0) {
        const line = this.#typed.slice(0, end).trim();
        this.#typed = this.#typed.slice(end + 1);
        return line;
      }
      // Whoever types so much answers no question.
      if (this.#typed.length > questionCharactersMax) this.#typed = "";
      const { done, value } = await this.#input.next();
      if (done === true) return undefined;
      this.#typed += decoder.decode(value, { stream: true });
    }
  }
}
