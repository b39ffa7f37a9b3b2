// What is known of one child that this node owns, and what those who look after them need.
import type { Journal } from "../journal/journal.ts";
import type { LeaseId } from "../leases/lease.ts";
import type { Holds } from "../ownership/hold.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import type { Kernel } from "../process/kernel.ts";
import type { Process } from "../process/process.ts";
import type { SupervisorVerbs } from "../supervision/admin.ts";
import type { KnownRecord } from "./decide.ts";
import type { PlacementTimes } from "./limits.ts";
import type { LocalSupervisor } from "./local-supervisors.ts";
import type { OwnedChild } from "./owned-child.ts";
import type { PlacementRecord } from "./placement-record.ts";

export interface OwnedChildrenOptions {
  readonly kernel: Kernel;
  readonly journal: Journal;
  readonly holds: Holds;
  readonly verbs: SupervisorVerbs;
  readonly times: PlacementTimes;
  readonly leases: { isHeld(): boolean };
  /** True when it was written: nobody had changed the record meanwhile. */
  readonly write: (key: string, record: PlacementRecord, expected: number) => Promise<boolean>;
  /** Where a child goes that leaves this node. */
  readonly successor: (record: PlacementRecord) => LeaseId | undefined;
  readonly known: (key: string) => KnownRecord | undefined;
  /** Has everything looked at again. */
  readonly again: () => void;
}

export interface Home {
  readonly supervisor: LocalSupervisor;
  readonly process: Process;
}

export type Stage = "beginning" | "running" | "leaving" | "ended";

/** One of them, with what is being done about it. */
export interface Owned {
  readonly key: string;
  readonly child: OwnedChild;
  readonly home: Home;
  readonly id: string;
  stage: Stage;
  /** The end that its supervisor makes nothing of. */
  exit: ExitReason | undefined;
  /** Its process's number has changed, which is to be written down. */
  isTold: boolean;
  /** It was written down that it runs: a record that gives it to this node after that gives it anew. */
  hasRun: boolean;
}
