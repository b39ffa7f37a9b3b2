// What is kept of a process, so that another one can go on where it was.

export interface Checkpoint {
  /** The layout of this very record. */
  readonly v: 1;
  /** Which logic, and which version of it: as its author said in `durable`. */
  readonly key: string;
  readonly version: number;
  /** A server's state; of XState logic its persisted snapshot, which has the actors inside. Plain data. */
  readonly snapshot: unknown;
  /** Delayed events and timeouts, in the order in which they are due. */
  readonly delays: readonly KeptDelay[];
  /** Events that a machine has put aside, oldest first. Calls are not among them: their callers were told. */
  readonly postponed: readonly KeptEvent[];
}

export interface KeptEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** An actor, by the ids that lead to it from the process's own logic, which is []. */
export type ActorPath = readonly string[];

export interface KeptDelay {
  /** Who planned it. `"timeouts"`: it is one of `startTimeout`. */
  readonly from: ActorPath | "timeouts";
  readonly to: ActorPath;
  /** By which it is cancelled. Of a server there is one, its idle timeout. */
  readonly key: string;
  /** From 0, by the process's clock when the checkpoint was made. */
  readonly remainingMs: number;
  readonly event: KeptEvent;
}

/** What differs from process to process. */
export type CheckpointParts = Pick<Checkpoint, "snapshot" | "delays" | "postponed">;

/**
 * Makes a checkpoint of a process as it is now; undefined in the middle of a turn, and where it is not at rest. The checkpoint
 * shares its parts with the process's state: encode it before anything else happens.
 * @throws {NotDurable} the process has something that can never be kept
 */
export type Capture = () => Checkpoint | undefined;

/** Where checkpoints of one process go. */
export interface CheckpointKeeper {
  /** Resolves when it lasts. Encodes it at once. */
  save(checkpoint: Checkpoint): Promise<void>;
}
