// What the run of an operation that asks a model came to.
import type { OperationOutcome } from "../../actors/operations/ask-model.ts";
import { AiexError } from "../../runtime/errors.ts";
import type { RunEnd } from "./runs.ts";

/** The operation came to no result; `code` says why. */
class OperationFailed extends AiexError {
  readonly code: string;
  constructor(code: string, message: string, retryable = false) {
    super(message, { retryable });
    this.code = code;
  }
}

/**
 * Its result, with `model`.
 * @throws {OperationFailed} it was refused, or no answer came
 */
export function operationDocument({ output }: Pick<RunEnd, "output">): Readonly<Record<string, unknown>> {
  const outcome = output as OperationOutcome;
  if (outcome.ok) return outcome.document;
  throw new OperationFailed(outcome.code, outcome.message, outcome.retryable);
}
