// What the process of a run is given: by the node that has it, and for the one run.
import type { Pid } from "../../runtime/index.ts";
import type { Blobs } from "../../runtime/store/blobs.ts";
import type { World } from "../../runtime/world.ts";
import type { Operations } from "../pipeline/plan.ts";
import type { ProgressLimits } from "../pipeline/progress.ts";
import type { WorkspaceAccess } from "../workspace/access.ts";
import type { OwnedReason } from "./run-entry.ts";
import type { WorkspaceRef } from "./run-spec.ts";
import type { RunStore } from "./run-store.ts";

export interface RunProcessOptions {
  readonly world: World;
  /** The node in whose name entries are written. */
  readonly node: string;
  readonly store: RunStore;
  readonly operations: Operations;
  readonly limits: ProgressLimits;
  /** `undefined`: the run needs no files, or those of this very program. What is read elsewhere is kept in `blobs`, the run's own. */
  workspaceOf(ref: WorkspaceRef | undefined, blobs: Blobs): WorkspaceAccess;
  /** Whether this node may own anything at this moment: nothing that must happen once begins while it may not. */
  permitted(): boolean;
}

export interface RunInput {
  readonly id: string;
  /** Why it runs here. */
  readonly reason: OwnedReason;
  /** The node that had it before, and how long nobody had it, as far as that is known. */
  readonly from?: string;
  readonly tookMs?: number;
  /** Who had it begun, and is linked to it: it ends with that one, whatever the cause. */
  readonly keeper?: Pid;
}

/** Sent to whoever watches a run, when something of it has been written down, and once at the beginning. */
export interface RunGrown {
  readonly type: "runs.grown";
  readonly id: string;
  /** The last entry. */
  readonly n: number;
}

/** What the process of a run understands beside what its steps ask. */
export type RunCommand =
  | { readonly type: "watch"; readonly pid: Pid }
  | RunEnding
  | { readonly type: "answer"; readonly question: string; readonly choice: string; readonly by: string }
  /** Steps that listen for it come to their end with what they have. */
  | { readonly type: "cut_short"; readonly by: string }
  /** What waits is tried at once; `onUnknown` answers open questions about effects. */
  | { readonly type: "resume"; readonly by: string; readonly onUnknown?: string }
  /** The workspace that steps wait for is there. */
  | { readonly type: "workspace_back"; readonly workspace: string }
  /** Lets the run go, so that another owner can go on with it: what works has a moment to end. */
  | { readonly type: "release"; readonly why: string };

/** Ends a run from outside. */
export type RunEnding =
  | { readonly type: "cancel"; readonly by: string }
  /** The run that it is a part of has failed: it may be gone on with together with that one. */
  | { readonly type: "parent_over"; readonly parent: string };
