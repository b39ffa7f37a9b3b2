// What can go wrong with what a cluster keeps.
import { AiexError } from "../errors.ts";

/** Nobody could be asked, or nobody answered in time. What was asked for was not done, or is not known. */
export class StoreUnavailable extends AiexError {
  readonly code = "store_unavailable";
  /** @param advice what to do beside waiting, as the end of a sentence */
  constructor(place: string, why: string, advice = "look whether the broker is up") {
    super(`What is kept at ${place} cannot be reached: ${why}. It is tried again; ${advice}.`, {
      details: { place, why },
      retryable: true,
    });
  }
}
