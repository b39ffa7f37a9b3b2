// The runs of one place, as a program asks for them: those of this machine's own folder, or those of a cluster.
import type { SessionRef } from "../../actors/context/sessions/session.ts";
import type { Plan } from "../../actors/pipeline/plan.ts";
import type { EffectChoice, Kept, RunEntry } from "../../actors/runs/run-entry.ts";
import type { OnUnknown, WorkspaceRef } from "../../actors/runs/run-spec.ts";
import type { RunState } from "../../actors/runs/run-state.ts";
import type { RunSummary } from "../../actors/runs/run-summary.ts";
import type { WorkspaceOwner } from "../../actors/workspace/owner.ts";

/** What a run is to do. Whatever else its spec has is found out where it is submitted. */
export interface RunOrder {
  /** Such as "analysis": who shows the output goes by it. */
  readonly kind: string;
  /** One line for people. */
  readonly title: string;
  readonly plan: Plan;
  /** Whose files it is about. Left out where it needs none, or those of the node that has it. */
  readonly workspace?: WorkspaceRef | undefined;
  /** Where it remembers what it found. Left out where it does not. */
  readonly session?: SessionRef | undefined;
  /** Default: "ask". */
  readonly onUnknown?: OnUnknown | undefined;
  /** Milliseconds from now. */
  readonly deadlineMs?: number | undefined;
  readonly costUsdMax?: number | undefined;
  /** True where whoever follows answers what it asks. Default: false, and it goes on without. */
  readonly asks?: boolean | undefined;
  /** What is needed to show the result as it was asked for: plain data. */
  readonly request?: unknown;
  /** True where nobody wants to find it again: it is kept nowhere, and ends with this program. */
  readonly isBrief?: boolean;
}

/** Files of this machine that a run elsewhere works on, while it is followed. */
export interface ServedWorkspace {
  readonly ref: WorkspaceRef;
  /** Gives what lies below its root, and nothing else. */
  readonly owner: WorkspaceOwner;
  /** Stops what was begun to answer for it. Without it nothing is. */
  readonly close?: () => Promise<void>;
}

export type RunQuestion = Extract<RunEntry, { readonly type: "asked" }>;

export interface FollowOptions {
  /** The first entry that is wanted. Default: 1. */
  readonly from?: number;
  /** Gets every entry once and in order. What it throws ends the following, not the run. */
  readonly onEntry?: (entry: RunEntry) => void | Promise<void>;
  /** Is asked what the run asks, each question once; undefined leaves it open for somebody else. Without it all are left open. */
  readonly onQuestion?: (question: RunQuestion) => Promise<string | undefined>;
  /** Hears when the one that was read from is gone and another is looked for, and again (undefined) when there is one. */
  readonly onLost?: (why: string | undefined) => void;
  /** Ends the following; the run is not touched. */
  readonly signal?: AbortSignal | undefined;
  readonly serve?: ServedWorkspace | undefined;
}

/** What a run came to: it is over, or nobody goes on with it. */
export interface RunEnd {
  readonly summary: RunSummary;
  /** The output of its result step; undefined unless it is done. */
  readonly output: unknown;
  /** Why it failed. */
  readonly problem:
    | { readonly code: string; readonly message: string; readonly step: string | undefined }
    | undefined;
}

export interface Runs {
  /** How people name where they are. */
  readonly place: string;
  /**
   * Resolves with its id when it is written down: from then on it is not lost.
   * @param on a node's name; left out for any of the cluster. Runs of this program's own folder know no nodes
   * @throws {RunRefused}
   */
  submit(order: RunOrder, on?: string): Promise<string>;
  /**
   * Reads a run from an entry on, until it is over or nobody goes on with it: no entry twice, and none left out, whichever
   * node has it meanwhile.
   * @throws {RunRefused} there is none; what `signal` was aborted with; what `onEntry` threw
   */
  follow(id: string, options?: FollowOptions): Promise<RunEnd>;
  /** The newest first. @throws {RunRefused} */
  list(): Promise<readonly RunSummary[]>;
  /** The one run whose id begins so. @throws {RunRefused} `unknown_run`, `ambiguous_run` */
  find(prefix: string): Promise<RunSummary>;
  /** How it stands, or stood after entry `at`. @throws {RunRefused} `no_such_event` */
  show(id: string, at?: number): Promise<RunShown>;
  /** A value of it, from wherever it is kept. @throws {RunRefused}; {KeptMissing} */
  value(id: string, kept: Kept): Promise<unknown>;
  cancel(id: string): Promise<RunSummary>;
  /** Has an interrupted, failed or waiting run go on. `onUnknown` answers its open questions about effects. */
  resume(id: string, onUnknown?: EffectChoice): Promise<RunSummary>;
  answer(id: string, question: string, choice: string): Promise<RunSummary>;
  /** Steps that say something and can be cut short end with what they have. @returns false where nothing of it works */
  cutShort(id: string): Promise<boolean>;
  /** A run of its own that goes on from entry `at`, or from the end. @returns its id */
  fork(id: string, at?: number): Promise<string>;
  /** Takes out everything of it. @throws {RunRefused} `run_not_over`, `run_held` */
  remove(id: string): Promise<void>;
  /**
   * The person goes away. A run at work in this program is let go in good order, to be resumed; one that is elsewhere goes on.
   * @returns whether it goes on
   */
  leave(id: string, why: string): Promise<boolean>;
}

export interface RunShown {
  readonly summary: RunSummary;
  /** Made from the entries up to the one that was asked for. */
  readonly state: RunState;
  readonly entries: readonly RunEntry[];
}
