// What the index of a project can be asked, and what it answers: plain data.
import type { FileErrorCode } from "../../../runtime/file-system.ts";
import type { LeftOut, Piece } from "../packing/pack.ts";

export type ContextQuestion = IndexQuestion | PackQuestion;

interface Naming {
  /** True where the person of this program named the paths, which may then lie outside of where relative paths start. */
  readonly isNamed?: boolean;
}

/** Brings the index up to date and tells what is in it. */
export interface IndexQuestion extends Naming {
  readonly kind: "index";
  /** Somewhere in the project. */
  readonly path: string;
}

export interface PackQuestion extends Naming {
  readonly kind: "pack";
  /** Files and folders that it is about. The project is that of the first; without any it is that of the workspace's root. */
  readonly paths: readonly string[];
  /** What is wanted, in words; may be empty. */
  readonly query: string;
  readonly budgetTokens: number;
  /** True leaves the named files themselves out: whoever asks has them. Default: false. */
  readonly isAround?: boolean;
}

/** What is in the index of a project. */
export interface IndexReport {
  /** The real path of the project. */
  readonly root: string;
  readonly files: number;
  readonly lines: number;
  readonly bytes: number;
  readonly parts: number;
  readonly symbols: number;
  /** Pairs of files of which one imports the other. */
  readonly imports: number;
  /** Pairs of files of which one uses what the other defines. */
  readonly uses: number;
  readonly languages: readonly { readonly language: string | null; readonly files: number }[];
  /** Files that were parsed for this answer, and those that were known by their content. */
  readonly parsed: number;
  readonly known: number;
  /** Files that are not in it, though they might have been: by why. */
  readonly passedOver: readonly { readonly reason: PassedOver; readonly files: number }[];
  readonly elapsedMs: number;
  /** Left out by a node of an earlier version. */
  readonly watch?: WatchState;
  /** The last commits of its repository, as far as they were looked at; left out where there are none. */
  readonly history?: { readonly commits: number };
}

/**
 * `off`: nobody has asked for long enough; `starting`, `on`; `too_large`: there are too many files or directories; `failed`: the
 * system does not let it, and `reason` says why. Without a watch every question looks at all files.
 */
export interface WatchState {
  readonly state: "off" | "starting" | "on" | "too_large" | "failed";
  readonly reason?: string;
}

export type PassedOver = "unreadable" | "binary" | "too_large" | "minified" | "files_limit" | "parser_failed";

/** Context for a question. */
export interface Packed {
  /** The real path of the project. */
  readonly root: string;
  /** Paths are below the root. */
  readonly pieces: readonly Piece[];
  /** The best first; of many only some. */
  readonly leftOut: readonly LeftOut[];
  readonly leftOutCount: number;
  /** Of all pieces with a line of heading each, as estimated; at most the budget. */
  readonly tokens: number;
  readonly budgetTokens: number;
  /** Files that the project's index holds. */
  readonly files: number;
  /** Why there is nothing, for an operation that goes on without. */
  readonly problem?: string;
}

export interface ContextFailure {
  readonly ok: false;
  readonly code: FileErrorCode;
  readonly message: string;
}

export type ContextAnswers = {
  readonly index: { readonly ok: true; readonly report: IndexReport } | ContextFailure;
  readonly pack: { readonly ok: true; readonly packed: Packed } | ContextFailure;
};

export type ContextAnswer = ContextAnswers[ContextQuestion["kind"]];
