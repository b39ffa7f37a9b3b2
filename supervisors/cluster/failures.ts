// What can go wrong where a node is started or joins a cluster.
import { AiexError } from "../../runtime/errors.ts";

/** The broker that the node was to manage does not run. `code` says why, such as `none_found`. */
export class BrokerFailed extends AiexError {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A running node cannot become a member of that cluster. */
export class JoinRefused extends AiexError {
  readonly code: "already_joined" | "other_cluster" | "credentials_refused";
  constructor(code: JoinRefused["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** The node was cut off from the majority of its cluster for longer than it may be, and ends. */
export class CutOff extends AiexError {
  readonly code = "cut_off";
  constructor(node: string, afterMs: number) {
    super(
      `Node "${node}" was cut off from the majority of its cluster for ${afterMs} ms (cluster.node_recovery_timeout_ms) and ends, since cluster.partition_tolerance is shutdown. Check the broker and the network, then start it again.`,
      { details: { node, afterMs } },
    );
  }
}
