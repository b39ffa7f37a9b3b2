// What can go wrong with sessions that a cluster shares.
import { AiexError } from "../../../runtime/errors.ts";

/** Another node owns it by now, or may: what was to be written here was not. */
export class SessionTaken extends AiexError {
  readonly code = "session_taken";
  constructor(id: string, epoch: number) {
    super(`The session ${id}, owned here under epoch ${epoch}, has another owner by now, or may have one.`, {
      details: { id, epoch },
      retryable: true,
    });
  }
}
