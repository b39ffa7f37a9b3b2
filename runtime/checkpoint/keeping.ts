// How one kind of behaviour is kept and taken up again, as a durable process needs it.
import type { Behaviour, InitOutcome } from "../process/behaviour.ts";
import type { Item } from "../process/mailbox.ts";
import type { Process } from "../process/process.ts";
import { TimeoutMessage, TurnMessage } from "../process/system-message.ts";
import type { Checkpoint, CheckpointParts } from "./checkpoint.ts";

export interface Keeping {
  readonly behaviour: Behaviour;
  /** True where the state of a turn that is not over is in its author's hands. */
  readonly savesInTurn: boolean;
  init(input: unknown): InitOutcome | Promise<InitOutcome>;
  /** In place of `init`. `checkpoint` is the keeping's own. @throws {CheckpointUnusable} */
  resume(checkpoint: Checkpoint): InitOutcome;
  /** What `isAtRest` is asked about. */
  state(): unknown;
  /** Between turns alone; undefined while something is on its way that would be lost. @throws {NotDurable} */
  capture(): CheckpointParts | undefined;
}

/** Tells of changes that happen outside of the behaviour's own turns: takes a turn, so that they are over by then. */
export class SettleTurn extends TurnMessage {}

/** True while the mailbox has something that the process itself put there, and that `isOwn` tells or everybody knows. */
export function hasOwnMail({ mailbox }: Process, isOwn: (item: Item) => boolean): boolean {
  if (mailbox.length === 0) return false;
  let found = false;
  mailbox.take((item) => {
    found ||=
      item instanceof TimeoutMessage ||
      (item instanceof TurnMessage && !(item instanceof SettleTurn)) ||
      isOwn(item);
    return false;
  });
  return found;
}
