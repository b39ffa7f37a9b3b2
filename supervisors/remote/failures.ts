// What can go wrong on the way from a command to a node.
import { AiexError } from "../../runtime/errors.ts";

/** No node runs on this machine, and no cluster is known. */
export class NoNodeFound extends AiexError {
  readonly code = "no_node";
}

/** Several nodes run on this machine, and the command does not say which one it means. */
export class WhichNode extends AiexError {
  readonly code = "which_node";
}

/** The node or the broker that is meant does not answer. */
export class NodeUnreachable extends AiexError {
  readonly code = "node_unreachable";
}

/** What was given as the place of a broker is none. */
export class BadBrokerUrl extends AiexError {
  readonly code = "usage";
}
