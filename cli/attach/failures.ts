// What can go wrong between a terminal and the node that it wants a shell of, beside what the code itself does.
import { AiexError } from "../../runtime/errors.ts";

/** Nobody answers there, or the shell broke off. */
export class ShellUnreachable extends AiexError {
  readonly code = "nodedown";
}

/** The node gives no shell. */
export class ShellDenied extends AiexError {
  readonly code = "denied";
}

/** The node cannot give one now. */
export class ShellBusy extends AiexError {
  readonly code = "busy";
  constructor(message: string) {
    super(message, { retryable: true });
  }
}

/** The two do not understand each other. */
export class ShellRefused extends AiexError {
  readonly code = "refused";
}
