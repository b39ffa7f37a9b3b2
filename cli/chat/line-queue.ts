// The lines of a conversation that were typed, piped or given, until they are wanted.
import type { History } from "../attach/history.ts";
import type { LineInput } from "../attach/screen.ts";

/** Where the messages of a conversation come from. */
export type ChatInput =
  /** A person sits there; or lines come from a pipe or a file. */
  | {
      readonly kind: "terminal" | "lines";
      readonly stream: LineInput;
      readonly history: {
        readonly lines: readonly string[];
        readonly linesMax: number;
        /** Undefined where nothing is kept. */
        readonly file: History | undefined;
      };
    }
  /** One message, whatever it holds. */
  | { readonly kind: "message"; readonly text: string };

export class LineQueue {
  readonly #history: History | undefined;
  readonly #lines: { readonly text: string; readonly isWhole: boolean }[] = [];
  /** Nothing more comes. */
  #hasEnded: boolean;

  constructor(input: ChatInput) {
    this.#history = input.kind === "message" ? undefined : input.history.file;
    this.#hasEnded = input.kind === "message";
    if (input.kind === "message") this.#lines.push({ text: input.text, isWhole: true });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  add(text: string): void {
    this.#history?.add(text);
    this.#lines.push({ text, isWhole: false });
  }

  end(): void {
    this.#hasEnded = true;
  }

  /** `isWhole`: it is a message as it stands. */
  next(): { readonly text: string; readonly isWhole: boolean } | undefined {
    return this.#lines.shift();
  }

  async saved(): Promise<void> {
    await this.#history?.saved();
  }
}
