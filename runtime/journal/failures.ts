// What can go wrong with a journal, as typed errors.
import { AiexError } from "../errors.ts";

/** What is behind this position was not what was written there: torn, flipped, moved or gone. */
export class JournalDamaged extends AiexError {
  readonly code = "journal_damaged";
  readonly log: string;
  /** Of the first record that cannot be read. */
  readonly position: number;
  constructor(place: string, log: string, position: number, why: string) {
    super(
      `The log ${JSON.stringify(log)} in ${place} is damaged at position ${position}: ${why}. Put the journal back from a backup, or repair the log, which takes out this record and everything behind it.`,
      { details: { place, log, position, why } },
    );
    this.log = log;
    this.position = position;
  }
}

/** Nothing was acknowledged: the disk is full, fails or may not be written. `details.errno` is what the system said. */
export class JournalFailed extends AiexError {
  readonly code = "journal_failed";
  constructor(
    place: string,
    why: string,
    options: { readonly errno?: string; readonly cause?: unknown } = {},
  ) {
    super(
      `The journal in ${place} could not keep what it was given: ${why}. Nothing of it was acknowledged, and what was acknowledged before is there. See that its disk has room and can be written, then do it again.`,
      {
        details: { place, why, ...(options.errno === undefined ? {} : { errno: options.errno }) },
        retryable: true,
        ...(options.cause === undefined ? {} : { cause: options.cause }),
      },
    );
  }
}

/** Another program has the folder open: what is kept in it has one owner at a time. */
export class StoreHeld extends AiexError {
  readonly code = "store_held";
  constructor(place: string, osPid: number) {
    super(
      `The folder ${place} is open in the process ${osPid} already, and one program keeps its things there at a time. End that one, or give this one another folder.`,
      { details: { place, osPid } },
    );
  }
}

/** It was closed before. */
export class JournalClosed extends AiexError {
  readonly code = "journal_closed";
  constructor(place: string) {
    super(`The journal in ${place} is closed. Open it again.`, { details: { place } });
  }
}

/** Others claimed the log as often as this one tried. */
export class ClaimLost extends AiexError {
  readonly code = "claim_lost";
  constructor(place: string, log: string, attempts: number, why: string) {
    super(
      `The log ${JSON.stringify(log)} in ${place} could not be claimed in ${attempts} attempts: ${why}. Look who else claims it, then try again.`,
      { details: { place, log, attempts, why }, retryable: true },
    );
  }
}
