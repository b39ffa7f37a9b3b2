// The seam to a tree of files, wherever it is: what is listed and read, and what only its owner changes.

import type { ContextAnswer, ContextQuestion } from "../context/index/question.ts";
import type { Instructions } from "./instructions.ts";
import type { Listing, ReaderFailure, ReadRequest, ReadSource } from "./reader.ts";
import type { VerifyAnswer, VerifyQuestion } from "./verify/question.ts";

/** A change of one file, whole. Hashes are SHA-256 in hex; null where there is no file. */
export interface FileChange {
  /** Below the root of the workspace. */
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
  /** What `after` is the hash of; undefined to take the file away. */
  readonly bytes: Uint8Array | undefined;
}

export type Applied =
  | { readonly ok: true }
  /** `changed_since`: the file is neither as it was nor as it is to be. */
  | { readonly ok: false; readonly code: "changed_since" | "denied" | "failed"; readonly message: string };

/** Changes of several files that belong together: all of them happen, or none does. */
export interface ChangeSet {
  /** The run's id and a number, such as `…/1`: a set that was applied is applied once, however often that is asked. */
  readonly id: string;
  /** The run that thought it out, or the one that that is a part of: `aiex undo` takes back what a run changed. */
  readonly run: string;
  /** One line for people. */
  readonly title: string;
  /** No path twice. */
  readonly changes: readonly FileChange[];
}

export type AppliedSet =
  /** `isNew`: false where all of it was there already. */
  | { readonly ok: true; readonly isNew: boolean }
  /** No file is changed. `path`: the one that it fails for. */
  | {
      readonly ok: false;
      readonly code: "changed_since" | "denied" | "failed";
      readonly message: string;
      readonly path?: string | undefined;
    };

/**
 * What becomes of a set that was applied. `adopt`: what a program of its user's has made of its files since belongs to it, as if it
 * had been applied so. `take_back`: every file is as it was before; one that was taken back, or never applied, stays so.
 */
export interface SettleRequest {
  /** The id of the set. */
  readonly set: string;
  readonly how: "adopt" | "take_back";
}

export type Settled = { readonly ok: true } | Extract<AppliedSet, { readonly ok: false }>;

/** The owner is away: who needs it waits for it. */
export interface OwnerAway {
  readonly ok: false;
  readonly code: "workspace_away";
  readonly message: string;
  /** The id of what was asked for. */
  readonly workspace: string;
}

export interface NamedPath {
  /**
   * True where the person whose program this is named the path: it may then lie anywhere. Without it, and for whoever asks from
   * elsewhere, it has to lie in the project.
   */
  readonly isNamed?: boolean;
}

export interface WorkspaceAccess {
  list(path: string, how?: NamedPath): Promise<Listing | ReaderFailure | OwnerAway>;
  read(request: ReadRequest): Promise<ReadSource | ReaderFailure | OwnerAway>;
  /** The hash of a file's bytes as it is now; null where there is none. */
  hash(
    path: string,
    how?: NamedPath,
  ): Promise<{ readonly ok: true; readonly hash: string | null } | ReaderFailure | OwnerAway>;
  /**
   * What the project tells models, at its top and above `paths` (default: at its top). Nothing of a project that is not trusted by
   * the owner of the files.
   */
  instructions(paths?: readonly string[]): Promise<Instructions | ReaderFailure | OwnerAway>;
  /** What the index of these files says. */
  context(question: ContextQuestion): Promise<ContextAnswer | OwnerAway>;
  /** Applied by the owner alone, once: one that is there already is no change. */
  apply(change: FileChange): Promise<Applied | OwnerAway>;
  /** Applied by the owner alone, all or nothing, also where it ends in the middle; can be taken back by `aiex undo`. */
  applyAll(set: ChangeSet): Promise<AppliedSet | OwnerAway>;
  settle(request: SettleRequest): Promise<Settled | OwnerAway>;
  /** Checks the files with the commands that the owner's user has configured, and no others. */
  verify(question: VerifyQuestion): Promise<VerifyAnswer | OwnerAway>;
}
