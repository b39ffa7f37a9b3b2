// A run could not be had, or did not let that be done to it which was asked for.
import type { RunAnswer, RunFailureCode } from "../../actors/runs/run-desk-protocol.ts";
import { AiexError } from "../../runtime/errors.ts";

export class RunRefused extends AiexError {
  readonly code: RunFailureCode;
  constructor(code: RunFailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** @throws {RunRefused} */
export function granted<Value>(answer: RunAnswer<Value>): Value {
  if (answer.ok) return answer.value;
  throw new RunRefused(answer.code, answer.message);
}
