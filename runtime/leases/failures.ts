// Why a node does not get its lease.
import { AiexError } from "../errors.ts";

/** A live node of the same name has the lease. */
export class LeaseHeld extends AiexError {
  readonly code = "lease_held";
  constructor(node: string, incarnation: number, host: string) {
    super(
      `A live node "${node}" on ${host === "" ? "an unknown machine" : host}, incarnation ${incarnation}, has the lease of that name and renews it. Stop it, or start this one under another name.`,
      { details: { node, incarnation, host } },
    );
  }
}

/** The keeper was closed while it was still waiting for its lease. */
export class LeaseNotTaken extends AiexError {
  readonly code = "lease_not_taken";
  constructor(node: string) {
    super(
      `Node "${node}" was told to give its lease up before it had one. Start the node again to own things.`,
      { details: { node } },
    );
  }
}
