// What a cluster-wide name or lock can answer besides success.
import { AiexError } from "../errors.ts";

/** The node's lease is not held at this moment, so nothing can be owned or agreed on from here. */
export class NotOwner extends AiexError {
  readonly code = "not_owner";
  constructor(node: string, what: string) {
    super(
      `Node "${node}" is cut off from the majority of its cluster, so ${what} is not possible now. Try again when the node is back; "aiex cluster status" shows its lease.`,
      { details: { node, what }, retryable: true },
    );
  }
}

/** Somebody else held the lock at every attempt. */
export class LockTaken extends AiexError {
  readonly code = "lock_taken";
  constructor(id: string, attempts: number) {
    super(
      `The lock "${id}" was held by somebody else at each of ${attempts} attempts. Try again later, or allow more retries.`,
      { details: { id, attempts }, retryable: true },
    );
  }
}

/** The node's lease came to an end while the lock was held: others may have it since. */
export class LockLost extends AiexError {
  readonly code = "lock_lost";
  constructor(id: string) {
    super(
      `The lock "${id}" is not safe any more: this node is cut off from what the cluster agrees on. Stop what needs it, and take it again.`,
      { details: { id }, retryable: true },
    );
  }
}
