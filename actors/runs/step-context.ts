// What an operation is given besides its input: what others found, whose files it may read, and how it does what must happen once.

import type { SessionEntry, SessionRef } from "../context/sessions/session.ts";
import type { WorkspaceAccess } from "../workspace/access.ts";
import type { EffectFate, WaitCause } from "./run-entry.ts";
import type { RunTerms } from "./run-spec.ts";

export interface Effect<Value> {
  /** Unique in its step, and the same each time the step is tried. */
  readonly key: string;
  /** `model_call`, `file_write` or a word of one's own. */
  readonly kind: string;
  /** Plain data for people and for `verify`. */
  readonly about: unknown;
  /**
   * US dollars that it costs at most, which are kept for it of what the run may cost; null where nobody knows, so that all that is
   * left is. Left out where it costs nothing. It begins when there is something left that is kept for nobody else.
   */
  readonly costMaxUsd?: number | null;
  /**
   * Where nobody knows what it costs, and several like it happen at the same time: how many at most. One part of so many of what is
   * left is kept for it then, and what it does not need is there for those that begin later.
   */
  readonly among?: number;
  /**
   * Does it. Its value is plain data. What it throws is an outcome as well: it happened not.
   * @param budgetUsd what was kept for it; undefined where it costs nothing, or the run may cost anything
   */
  readonly perform: (budgetUsd: number | undefined) => Promise<Value>;
  /** What models were paid for its value: counted in the moment in which it is written that it happened. */
  readonly usage?: (value: Value) => readonly StepUsage[];
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

/** The kind of an effect that is to have a part of the run, as a run of its own, come to its end; `about` has its id as `run`. */
export const childRunKind = "child_run" as const;

export interface StepUsage {
  readonly provider: string;
  readonly model: string | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costUsd: number | null;
  /** True where it may have been paid, and nobody has the answer. Default: false. */
  readonly interrupted?: boolean;
}

/** What an operation found, for those that come after it. */
export interface Remembered {
  /** Such as "analyze"; of a message "user" or "assistant". */
  readonly operation: string;
  /** Default: "operation". */
  readonly kind?: SessionEntry["kind"];
  /** For people and for prompts. Secrets in it are masked before it is kept. */
  readonly summary: string;
  /** What it is about, as the run names its files. */
  readonly paths: readonly string[];
}

/** A file as it would be. */
export interface ProposedFile {
  /** As the run names it. */
  readonly path: string;
  readonly text: string;
}

/** Between the steps of a pipeline: what an operation is told of those before it, and what it tells those behind it. */
export interface Chain {
  /** What steps before it found, the oldest first, secrets masked. */
  readonly found: readonly Remembered[];
  /** True where it works on files as steps before would have them, and not as they are. */
  readonly isProposed: boolean;
  remembered(found: readonly Remembered[]): void;
  /** It would change files so, and does not. */
  proposed(files: readonly ProposedFile[]): void;
}

export interface StepContext {
  /** The run that it works for. */
  readonly run: string;
  /** The run whose changes of files its own are: the outermost one that its run is a part of, else its run. */
  readonly changesRun: string;
  /** Times that a person had its run go on. What failed before may be tried again once for each. */
  readonly resumes: number;
  /** What its run was accepted under. */
  readonly terms: RunTerms;
  /** Who asked for that: `user@host`. */
  readonly user: string;
  /** Where it finds what earlier operations found, and adds what it finds; left out where nothing is to be remembered. */
  readonly session?: SessionRef | undefined;
  /** Left out where it is no step of a pipeline. */
  readonly chain?: Chain;
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
  /**
   * Shown to readers, in order. Resolves when it is written down, in batches.
   * @param answer tells the answers of a step apart; of what has one, another attempt finds again what was `written`
   */
  write(text: string, answer?: string): Promise<void>;
  /** What this step, in any attempt, has written of an answer, since it was told to begin anew. */
  written(answer: string): Promise<string>;
  /** News for readers. Those of an answer are in `answer-news.ts`. */
  tell(name: string, about: unknown): Promise<void>;
  /**
   * The answer of a person; undefined where nobody is there to answer. The run waits meanwhile, on whichever node. Without choices
   * any text is an answer.
   */
  ask(question: {
    readonly key: string;
    readonly text: string;
    readonly choices: readonly string[];
    readonly about?: unknown;
  }): Promise<string | undefined>;
  /** Resolves once a person has heard enough of this step; at once where that was so in an earlier attempt. */
  cutShort(): Promise<void>;
  /** Ends this attempt: the step is tried again at `until`, or when what it waits for is there. Never comes back. */
  wait(cause: WaitCause, why: string, until?: number): Promise<never>;
}
