// Logic whose processes can be kept: how its checkpoints are called, which version it is of, and what becomes of older ones.
import { type AnyLogic, checkLogic, childDefaultsOf, logicName } from "../logic/logic.ts";
import { Misuse } from "../process/failures.ts";
import type { Message } from "../process/protocol.ts";
import { isWhole } from "../wire/shape.ts";
import type { Checkpoint, KeptDelay, KeptEvent } from "./checkpoint.ts";
import { copyOfCheckpoint, isKey } from "./codec.ts";
import { CheckpointUnusable, NotDurable } from "./failures.ts";
import { checkpointLimits } from "./limits.ts";

/** What of a checkpoint is beside its snapshot; `migrate` may change it in place. */
export interface RestOfCheckpoint {
  delays: KeptDelay[];
  postponed: KeptEvent[];
}

export interface DurableOptions {
  /** Tells the checkpoints of this logic from those of others: 1 to 200 characters, and never another again. */
  readonly key: string;
  /** From 0 on; one more with every change after which earlier checkpoints mean something else. */
  readonly version: number;
  /**
   * Makes a snapshot of this version of one of version `from`: a server's state, of XState logic its persisted snapshot.
   * `rest` is changed in place where a state or an actor that has delayed events is called otherwise now.
   */
  readonly migrate?: ((from: number, snapshot: unknown, rest: RestOfCheckpoint) => unknown) | undefined;
  /** False where the process must not be kept as it is now, given a server's state, or XState's snapshot. */
  readonly isAtRest?: ((state: unknown) => boolean) | undefined;
  /**
   * Sent to a process that begins from a checkpoint, before any other message: the place to start timers, monitors and
   * subscriptions again.
   */
  readonly onRestored?: Message | undefined;
}

export interface DurableLogic<L extends AnyLogic = AnyLogic> extends DurableOptions {
  readonly logic: L;
}

/**
 * Logic whose processes can go on elsewhere.
 *
 * Kept are a server's state and its idle timeout; of XState logic the snapshot with every actor inside that has a name in
 * `setup`, delayed events and timeouts with the time that they had left, and events that were put aside. As XState has it, what
 * a machine invokes begins again: a promise, a callback, an observable, each with the input that it had. A function and the
 * like have no state to keep: a new process of them begins from its input.
 *
 * Not kept is what a process has with others: messages that wait in its mailbox and calls, whose callers are told of its end;
 * links, monitors, names, groups, timers of `sendAfter` and `startTimer`. Start those again at `onRestored`. While an answer to
 * `callProcess` or `spawnProcess`, or an event from an actor inside, is on its way, no checkpoint is made.
 * @throws {Misuse} no such logic, key or version; {NotDurable} a supervisor: what it has are processes
 */
export function durable<L extends AnyLogic>(logic: L, options: DurableOptions): DurableLogic<L> {
  checkLogic(logic);
  const { key, version, migrate, isAtRest, onRestored } = options;
  if (!isKey(key)) {
    throw new Misuse(
      `The key of a durable logic has 1 to ${checkpointLimits.keyCharactersMax} characters; given for "${logicName(logic)}" was ${JSON.stringify(key) ?? String(key)}.`,
    );
  }
  if (!isWhole(version))
    throw new Misuse(
      `The version of a durable logic is a whole number from 0; given for "${key}" was ${String(version)}.`,
    );
  if (childDefaultsOf(logic)?.type === "supervisor") throw notDurable(logic);
  return { logic, key, version, migrate, isAtRest, onRestored };
}

/** The answer to whoever wants native logic kept that has no state of its author's. */
export function notDurable(logic: AnyLogic): NotDurable {
  return new NotDurable(
    `"${logicName(logic)}"`,
    "is neither XState logic nor a server(…)",
    "Place the processes that it works with, and start it on each node by itself.",
  );
}

/**
 * A copy of `checkpoint` in the version of `durable`.
 * @throws {CheckpointUnusable} `key`, `version`; what `migrate` throws; as `encodeCheckpoint`
 */
export function inThisVersion(durable: DurableLogic, checkpoint: Checkpoint): Checkpoint {
  const { key, version, migrate } = durable;
  if (checkpoint.key !== key) {
    throw new CheckpointUnusable(
      "key",
      `This is a checkpoint of "${checkpoint.key}", and the logic here is "${key}". Give it one of its own, or begin anew.`,
      { key, given: checkpoint.key },
    );
  }
  const copy = copyOfCheckpoint(checkpoint);
  const from = copy.version;
  if (from === version) return copy;
  if (from > version || migrate === undefined) {
    const instead =
      from > version
        ? "Start it on a node that has the later version, or update this one."
        : 'Give the logic a "migrate" that makes one of the other.';
    throw new CheckpointUnusable(
      "version",
      `This checkpoint of "${key}" is of version ${from}, and the logic here of version ${version}. ${instead}`,
      { key, version, given: from },
    );
  }
  const rest: RestOfCheckpoint = { delays: [...copy.delays], postponed: [...copy.postponed] };
  const snapshot = migrate(from, copy.snapshot, rest);
  if (snapshot instanceof Promise)
    throw new Misuse(`The migrate of "${key}" gave a promise. Give the new snapshot at once.`);
  // What the author made is checked as what came from afar is.
  return copyOfCheckpoint({ ...copy, version, snapshot, ...rest });
}
