// What a node owns in its cluster, as its control process sees it, whoever keeps it.
import type { DrainProgress, OwnershipReport, OwnershipState } from "../../runtime/ownership/report.ts";

export interface Owned {
  readonly state: OwnershipState;
  report(): Promise<OwnershipReport>;
  /** Hands everything over and waits for calls in flight; the node runs on. Settles by the deadline. */
  drain(request: {
    readonly deadlineMs: number;
    readonly onProgress?: (progress: DrainProgress) => void;
  }): Promise<DrainProgress>;
  /** Undefined for one that does not drain. */
  drainProgress(): DrainProgress | undefined;
  /** `child` is `supervisor/id`; resolves when it runs there. @throws {AiexError} `unknown_child`, `unfit_node`, `move_pending`, `not_owner` */
  move(child: string, node: string): Promise<void>;
}
