// What can go wrong with a run, as typed errors.
import { AiexError } from "../../runtime/errors.ts";

/** Another owner has begun: this one is over. */
export class RunTaken extends AiexError {
  readonly code = "run_taken";
  constructor(id: string, epoch: number) {
    super(
      `Run ${id} has another owner than this one of epoch ${epoch}, which writes nothing of it any more. Follow it: \`aiex runs follow ${id}\`.`,
      { details: { id, epoch } },
    );
  }
}

/** Another program of this machine works on it. */
export class RunHeld extends AiexError {
  readonly code = "run_held";
  constructor(id: string, osPid: number) {
    super(
      `Run ${id} is at work in the process ${osPid}. Follow it with \`aiex runs follow ${id}\`, or end that process first.`,
      { details: { id, osPid }, retryable: true },
    );
  }
}

/** What was written of it does not follow, or a later program has written it. */
export class RunUnreadable extends AiexError {
  readonly code = "run_unreadable";
  constructor(id: string, place: string, position: number) {
    super(
      `Run ${id} in ${place} cannot be read from position ${position} on: a later version of aiex has written it, or it is damaged. Update aiex, or put it back from a backup.`,
      { details: { id, place, position } },
    );
  }
}

/** A fact that no record takes. */
export class EntryTooLarge extends AiexError {
  readonly code = "entry_too_large";
  constructor(type: string, bytes: number, bytesMax: number) {
    super(
      `An entry "${type}" of a run has ${bytes} bytes, and one record takes ${bytesMax}. Give what is large as the output of a step, or in several pieces.`,
      { details: { type, bytes, bytesMax } },
    );
  }
}

/** Nobody knows whether an effect happened, and a person has given the run up for it. */
export class RunGivenUp extends AiexError {
  readonly code = "effect_unknown";
  constructor(effect: string) {
    super(
      `Nobody knows whether "${effect}" happened before its owner was lost, and it was decided not to go on. \`aiex runs resume --on-unknown retry\` does it again, \`--on-unknown done\` takes it as done.`,
      { details: { effect } },
    );
  }
}
