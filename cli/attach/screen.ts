// A terminal with a line editor at its end: what a node prints goes above the line that is being typed.
import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import type { TextOutput } from "../host.ts";

/** Standard input, as the line editor needs it. */
export type LineInput = NodeJS.ReadableStream & { readonly isTTY?: boolean };

export interface ScreenOptions {
  readonly input: LineInput;
  readonly output: TextOutput;
  /** Whether keys can be read one by one. */
  readonly isTerminal: boolean;
  /** The newest first. */
  readonly history: readonly string[];
  readonly historyLinesMax: number;
  readonly complete: (text: string) => Promise<readonly [readonly string[], string]>;
}

export interface ScreenListener {
  line(text: string): void;
  /** Ctrl-C. */
  interrupt(): void;
  /** Ctrl-D, or the end of the input. */
  end(): void;
}

export class Screen {
  readonly #editor: Interface;
  readonly #output: TextOutput;
  readonly #isTerminal: boolean;
  #isPrompting = false;
  #isClosed = false;
  #written: Promise<void> = Promise.resolve();

  constructor(options: ScreenOptions, listener: ScreenListener) {
    const { input, output, isTerminal, complete } = options;
    this.#output = output;
    this.#isTerminal = isTerminal;
    this.#editor = createInterface({
      input,
      ...(isTerminal ? { output: asStream(output, (text) => this.#write(text)) } : {}),
      terminal: isTerminal,
      history: [...options.history],
      historySize: options.historyLinesMax,
      removeHistoryDuplicates: true,
      completer: (text: string, done: (error: null, found: [string[], string]) => void) => {
        void complete(text).then(([list, on]) => done(null, [[...list], on]));
      },
    });
    this.#editor.on("line", (text) => {
      this.#isPrompting = false;
      listener.line(text);
    });
    this.#editor.on("SIGINT", () => listener.interrupt());
    this.#editor.on("close", () => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      if (this.#isTerminal && this.#isPrompting) this.#write("\n");
      listener.end();
    });
  }

  /** Shows the prompt, where there is somebody to see it. */
  prompt(text: string): void {
    if (this.#isClosed || !this.#isTerminal) return;
    this.#editor.setPrompt(text);
    this.#isPrompting = true;
    this.#editor.prompt();
  }

  /** What is being typed. */
  get line(): string {
    return this.#editor.line;
  }

  /** Forgets what is being typed, as Ctrl-C does in shells. */
  forgetLine(): void {
    this.#write("\n");
    this.#editor.write(null, { ctrl: true, name: "e" });
    this.#editor.write(null, { ctrl: true, name: "u" });
  }

  /** Shows text that is fit for the terminal. */
  show(text: string): void {
    if (!this.#isPrompting) {
      this.#write(text);
      return;
    }
    const { rows } = this.#editor.getCursorPos();
    this.#write(`${rows > 0 ? `\x1b[${rows}A` : ""}\r\x1b[J${text}${text.endsWith("\n") ? "" : "\n"}`);
    this.#editor.prompt(true);
  }

  /** Gives the terminal back. Resolves when everything is written. */
  close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      if (this.#isTerminal && this.#isPrompting) this.#write("\n");
      this.#editor.close();
    }
    return this.#written;
  }

  #write(text: string): void {
    this.#written = this.#output.write(text);
  }
}

/** An output as the stream that the line editor draws on. */
function asStream(output: TextOutput, write: (text: string) => void): Writable {
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: unknown, _encoding, done) => {
      write(String(chunk));
      done();
    },
  });
  Object.defineProperty(stream, "columns", { get: () => output.columns });
  return stream;
}
