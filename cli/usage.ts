// The error of a command line that cannot be run as it was typed.
import { AiexError } from "../runtime/errors.ts";

/** Ends with exit code 2. `helpTopic` names the help that answers it, such as `ai analyze`; empty for the overview. */
export class UsageError extends AiexError {
  readonly code = "usage";
  readonly helpTopic: string;

  constructor(message: string, helpTopic = "") {
    super(message, { details: { helpTopic } });
    this.helpTopic = helpTopic;
  }
}
