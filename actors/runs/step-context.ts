// What an operation is given besides its input: what others found, whose files it may read, and how it does what must happen once.

import type { WorkspaceAccess } from "../workspace/access.ts";
import type { EffectFate, WaitCause } from "./run-entry.ts";

export interface Effect<Value> {
  /** Unique in its step, and the same each time the step is tried. */
  readonly key: string;
  /** `model_call`, `file_write` or a word of one's own. */
  readonly kind: string;
  /** Plain data for people and for `verify`. */
  readonly about: unknown;
  /** Does it. Its value is plain data. What it throws is an outcome as well: it happened not. */
  readonly perform: () => Promise<Value>;
  /** Finds out whether it happened, where that can be seen. */
  readonly verify?: () => Promise<EffectFate>;
  /**
   * What is done where nobody can tell: `repeat` where it may happen twice and is counted, `ask` (unless given) what the run's
   * `onUnknown` says.
   */
  readonly unknown?: "repeat" | "ask";
}

/** A value of an effect that happened already, and whose own value is lost with the crash: a person or `verify` said so. */
export const effectDone = "done" as const;

export interface StepUsage {
  readonly provider: string;
  readonly model: string | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costUsd: number | null;
}

export interface StepContext {
  /** The run that it works for. */
  readonly run: string;
  /** The id of its step. */
  readonly step: string;
  /** From 1. */
  readonly attempt: number;
  /** The same for every attempt of this step, and for no other step of any run. */
  readonly key: string;
  /** Whose files it is about. */
  readonly workspace: WorkspaceAccess;
  /** The output of a finished step. */
  output(id: string): unknown;
  /** The outputs of all finished steps by id, in the order of their planning. */
  outputs(): ReadonlyMap<string, unknown>;
  /** What this step, in any attempt, has noted under `key`. `scope: "run"`: what any of its steps has. */
  recall(key: string, scope?: "step" | "run"): Promise<unknown>;
  /** Resolves when it lasts. */
  note(key: string, value: unknown, scope?: "step" | "run"): Promise<void>;
  /**
   * Does what must not be done twice: writes down that it is about to happen, has it happen, writes down what came of it. Where
   * its outcome is known from an earlier attempt, gives that and does nothing. Where only the intent is known, it is verified,
   * repeated or asked about.
   * @throws what `perform` threw; {RunGivenUp} a person gave the run up
   */
  effect<Value>(effect: Effect<Value>): Promise<Value | typeof effectDone>;
  /** Counts what a model was paid. */
  used(usage: StepUsage): Promise<void>;
  /** Shown to readers, in order. Resolves when it is written down, in batches. */
  write(text: string): Promise<void>;
  tell(name: string, about: unknown): Promise<void>;
  /** The answer of a person; undefined where nobody is there to answer. The run waits meanwhile, on whichever node. */
  ask(question: {
    readonly key: string;
    readonly text: string;
    readonly choices: readonly string[];
    readonly about?: unknown;
  }): Promise<string | undefined>;
  /** Ends this attempt: the step is tried again at `until`, or when what it waits for is there. Never comes back. */
  wait(cause: WaitCause, why: string, until?: number): Promise<never>;
}
