// How an operating system program is started and held: the seam beneath ports.

export interface ProgramOptions {
  /** The program and its arguments, one string each. There is no shell. */
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment of the program; nothing is inherited beyond it. */
  readonly env: Readonly<Record<string, string>>;
}

export type ProgramEnd =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signalled"; readonly signal: string }
  | { readonly kind: "unstartable"; readonly message: string };

export interface Program {
  readonly osPid: number | undefined;
  /** Writes to the program's standard input; false when it wants no more until `onDrain`. */
  write(bytes: Uint8Array): boolean;
  endInput(): void;
  /** Ends the program and everything it started in its process group. */
  kill(): void;
}

export interface ProgramEvents {
  onOutput(bytes: Uint8Array): void;
  onErrorOutput(bytes: Uint8Array): void;
  onDrain(): void;
  /** Comes exactly once, after the last output. */
  onEnd(end: ProgramEnd): void;
}

export interface Programs {
  start(options: ProgramOptions, events: ProgramEvents): Program;
}
