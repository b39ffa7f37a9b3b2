// What a command may touch of the machine and of the library beneath, as one value, so that tests can stand in for it.

import type { World } from "../runtime/world.ts";
import type { Aiex } from "../supervisors/aiex.ts";
import type { ConfigurationRow } from "../supervisors/config.ts";
import type { RuleBook } from "../supervisors/rule-book.ts";

/** Where text goes: standard output or standard error. */
export interface TextOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** Resolves when the text has been handed to the system; never rejects. */
  write(text: string): Promise<void>;
}

/** Standard input. */
export interface ByteInput extends AsyncIterable<Uint8Array> {
  readonly isTTY?: boolean;
}

/** The running library, as far as the command needs it. */
export type Library = Pick<Aiex, "analyze" | "testRules" | "stop">;

export interface Settings {
  readonly rows: readonly ConfigurationRow[];
  readonly warnings: readonly string[];
  /** Every rule there is, for looking at. */
  readonly ruleBook: RuleBook;
  /** Starts the library with these settings. `onFailure` hears of what fails in it beside all that is asked of it. */
  start(onFailure: (thrown: unknown) => void): Promise<Library>;
}

export interface Host {
  readonly world: World;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly stdin: ByteInput;
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** Loads the configuration; throws `ConfigurationError`. */
  settings(): Promise<Settings>;
}
