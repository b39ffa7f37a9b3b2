// What can go wrong where a process is kept, and where one is taken up again.
import { AiexError } from "../errors.ts";
import { checkpointLimits } from "./limits.ts";

/** What a process has cannot be kept, or not all of it: going on without that would lose it in silence. */
export class NotDurable extends AiexError {
  readonly code = "not_durable";
  /** @param where the place, as a path; `why` what is there; `instead` what to do */
  constructor(where: string, why: string, instead: string) {
    super(`${where} ${why}, and cannot be kept in a checkpoint. ${instead}`, { details: { where, why } });
  }
}

/** The state has become too large for one checkpoint. */
export class CheckpointTooLarge extends AiexError {
  readonly code = "checkpoint_too_large";
  /** @param bytes undefined where it is beyond what is counted */
  constructor(key: string, bytes: number | undefined) {
    const { checkpointBytesMax } = checkpointLimits;
    const size = bytes === undefined ? "is far larger than" : `has ${bytes} bytes, and not at most`;
    super(
      `The checkpoint of "${key}" ${size} ${checkpointBytesMax}. Keep less in the state: put what is large into a file or a store, and its place into the state; or divide the work among several children.`,
      { details: { key, bytes, checkpointBytesMax } },
    );
  }
}

/** Why nothing can begin from a checkpoint here. */
export type UnusableKind =
  /** Its bytes are not what was written. */
  | "damaged"
  /** It is another logic's. */
  | "key"
  /** It was made by a later version of the logic, or by an earlier one and the logic has no `migrate`. */
  | "version"
  /** The logic has no such state, child or history. */
  | "snapshot";

/** A process cannot begin from this checkpoint. */
export class CheckpointUnusable extends AiexError {
  readonly code = "checkpoint_unusable";
  readonly kind: UnusableKind;
  constructor(kind: UnusableKind, message: string, details: Readonly<Record<string, unknown>> = {}) {
    // Another node may have the version that it takes.
    super(message, { details: { kind, ...details }, retryable: kind === "version" });
    this.kind = kind;
  }
}

/** A checkpoint was asked for in a process that nobody keeps any of. */
export class NotPlaced extends AiexError {
  readonly code = "not_placed";
  constructor(process: string) {
    super(
      `saveCheckpoint was called in ${process}, of which nothing is kept. It works in the process of a durable logic that is placed in a cluster: a machine, or a server(…).`,
      { details: { process } },
    );
  }
}
