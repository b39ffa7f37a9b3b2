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

/** What went wrong with a folder of this machine, as `StoreUnavailable`. */
export function localUnavailable(place: string, error: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error;
  return new StoreUnavailable(
    place,
    error instanceof Error ? error.message : String(error),
    "see that its disk has room and can be read and written",
  );
}
