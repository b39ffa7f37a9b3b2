// What can go wrong when a child is to be somewhere.
import { AiexError } from "../errors.ts";

/** There is no such child in the cluster. */
export class UnknownChild extends AiexError {
  readonly code = "unknown_child";
  constructor(child: string, known: readonly string[]) {
    super(
      `No child of a cluster supervisor is named ${JSON.stringify(child)}. ${known.length === 0 ? "There is none at all." : `There are: ${known.join(", ")}.`}`,
      { details: { child, known } },
    );
  }
}

/** The node named cannot have the child. */
export class UnfitNode extends AiexError {
  readonly code = "unfit_node";
  constructor(child: string, node: string, why: string) {
    super(`Child "${child}" cannot be moved to node "${node}": ${why}.`, { details: { child, node, why } });
  }
}

/** It was asked for, and had not happened in time; it may happen yet. */
export class MovePending extends AiexError {
  readonly code = "move_pending";
  constructor(child: string, node: string, waitedMs: number, phase: string) {
    super(
      `Child "${child}" does not run on node "${node}" after ${waitedMs} ms; it is ${phase}. It may come yet: look at the state of the cluster.`,
      { details: { child, node, waitedMs, phase }, retryable: true },
    );
  }
}

/** A later owner has begun: what this one would write down is refused. */
export class Fenced extends AiexError {
  readonly code = "fenced";
  constructor(child: string, epoch: number) {
    super(`Child "${child}" has another owner since: epoch ${epoch} is over. This process ends.`, {
      details: { child, epoch },
    });
  }
}

/** A child that is there already. */
export class ChildPresent extends AiexError {
  readonly code = "already_present";
  constructor(child: string) {
    super(`A child "${child}" is there already. Give the new one another id, or take that one out first.`, {
      details: { child },
    });
  }
}

/** What is to be taken out has not ended. */
export class ChildBusy extends AiexError {
  readonly code = "child_busy";
  constructor(child: string, phase: string) {
    super(`Child "${child}" is ${phase} and cannot be taken out. Stop it first.`, {
      details: { child, phase },
    });
  }
}
