// What can go wrong between somebody who looks into a process and that process.
import { AiexError } from "../errors.ts";
import { type ExitReason, formatReason } from "../process/exit-reason.ts";

/** A request could not be carried out; the process goes on as it was (OTP: `callback_failed`). */
export class SystemRequestFailed extends AiexError {
  readonly code = "system_request_failed";
  /** What was thrown. */
  readonly reason: ExitReason;
  constructor(target: string, request: string, reason: ExitReason) {
    super(
      `${target} could not carry out "${request}", and goes on as before: ${formatReason(reason)} What was given has to be changed.`,
      { details: { target, request } },
    );
    this.reason = reason;
  }
}
