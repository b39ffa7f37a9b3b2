// Why a node owns nothing.
import { AiexError } from "../errors.ts";

/** Nodes that have to be there are not. */
export class NodesMissing extends AiexError {
  readonly code = "nodes_missing";
  constructor(missing: readonly string[], waitedMs: number) {
    super(
      `This node may not start without ${missing.join(", ")}, which did not come within ${waitedMs} ms. Start them, wait longer, or take them off the list of required nodes.`,
      { details: { missing, waitedMs }, retryable: true },
    );
  }
}

/** The node owns nothing, and takes part in nothing that is to have one owner. */
export class NoOwnership extends AiexError {
  readonly code = "no_ownership";
  constructor(node: string, why: string) {
    super(`Node "${node}" has no part in what the cluster owns: ${why}.`, { details: { node, why } });
  }
}
