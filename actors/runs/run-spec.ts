// What a person asked for: the plan of the work, whose files it is about, and what bounds it. Plain data.
import type { SessionRef } from "../context/sessions/session.ts";
import type { Plan } from "../pipeline/plan.ts";

/** What is done about an effect of which nobody knows whether it happened, where looking does not tell. */
export type OnUnknown = "ask" | "retry" | "fail";

/** A tree of files and who has it. */
export interface WorkspaceRef {
  /** Tells trees apart: `node:<name>` for that of a node, or of a command the hash of its machine and the tree's real path. */
  readonly id: string;
  /** How people name it. */
  readonly label: string;
}

/** The run that another one is a part of. */
export interface RunParent {
  /** The one that began it. */
  readonly run: string;
  /** The outermost: that one itself, where it is no part of another. */
  readonly root: string;
  /** The step that began it. */
  readonly step: string;
  /** Which part of that step's work it is, for people. */
  readonly part: string;
}

export interface RunSpec {
  readonly id: string;
  /** What kind of work it is, such as "analysis": who renders its output goes by it. */
  readonly kind: string;
  /** One line for people. */
  readonly title: string;
  readonly plan: Plan;
  /** Undefined where the run needs no files, or runs where they are. */
  readonly workspace: WorkspaceRef | undefined;
  /** Where it remembers what it found; left out where it does not. */
  readonly session?: SessionRef | undefined;
  readonly onUnknown: OnUnknown;
  /** By the wall clock, in milliseconds. */
  readonly deadlineAt: number | undefined;
  readonly costUsdMax: number | undefined;
  /** True where somebody is there to answer what the steps ask before they go on; else they go on without. */
  readonly asks: boolean;
  /** Who asked: `user@host`. */
  readonly by: string;
  /** By the wall clock, in milliseconds. */
  readonly createdAt: number;
  /** What the command needs to show the result as it was asked for: plain data of its own. */
  readonly request: unknown;
  /** The run that this one goes on from, and the last entry that they share. */
  readonly forkedFrom: { readonly id: string; readonly at: number } | undefined;
  /** Left out for a run of its own. */
  readonly parent?: RunParent | undefined;
}

/** What a run was accepted under, and what its parts are under as well. */
export type RunTerms = Pick<RunSpec, "workspace" | "onUnknown" | "deadlineAt">;
