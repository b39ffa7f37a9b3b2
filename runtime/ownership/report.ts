// What a node tells of what it and the others own, as plain data.
import type { Acknowledgement } from "../journal/journal.ts";
import type { LeaseInfo } from "../leases/lease.ts";
import type { Pid } from "../process/pid.ts";

/** `suspended`: cut off from the majority, everything owned rests. `lost`: somebody has put the lease to an end; another is acquired. */
export type OwnershipState = "none" | "acquiring" | "held" | "suspended" | "lost";

/** `leaving`: its owner is asked to hand it over. `failed`: it could not be kept running anywhere. */
export type ChildPhase = "waiting" | "assigned" | "running" | "leaving" | "finished" | "stopped" | "failed";

/** Why a child is where it is. */
export type MoveReason =
  | "start"
  | "node_down"
  | "node_left"
  | "drain"
  | "move"
  | "takeover"
  | "balance"
  | "crash"
  | "permission";

export interface ChildMove {
  readonly from: string | undefined;
  readonly to: string;
  readonly reason: MoveReason;
  readonly epoch: number;
  /** From the moment at which it was found to need another owner until it ran; between machines as exact as their clocks agree. */
  readonly tookMs: number;
}

export interface PlacedChildInfo {
  readonly supervisor: string;
  readonly id: string;
  /** The key of its logic. */
  readonly logic: string;
  readonly phase: ChildPhase;
  readonly node: string | undefined;
  readonly incarnation: number | undefined;
  readonly epoch: number;
  readonly pid: Pid | undefined;
  /** Nodes that may not have it, and why. */
  readonly denied: Readonly<Record<string, string>>;
  readonly lastMove: ChildMove | undefined;
}

export interface OwnershipReport {
  readonly state: OwnershipState;
  /** Where what the cluster agrees on is kept, and what it means that it was acknowledged; undefined while it cannot be reached. */
  readonly store:
    | { readonly place: string; readonly acknowledgement: Acknowledgement | undefined }
    | undefined;
  readonly leases: readonly LeaseInfo[];
  readonly children: readonly PlacedChildInfo[];
  readonly names: readonly { readonly name: string; readonly node: string; readonly epoch: number }[];
}

export interface DrainProgress {
  /** Children that this node owned when it began, and those that it still owns. */
  readonly owned: number;
  readonly left: number;
  /** Calls that processes of this node have not answered yet. */
  readonly calls: number;
  readonly isDone: boolean;
  /** True where the deadline came first: what was left starts again elsewhere from its last checkpoint. */
  readonly isCut: boolean;
}
