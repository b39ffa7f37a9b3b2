// How `init` of a process comes out: whatever it does, throwing included, is an outcome.
import { InitIgnored, type InitOutcome, InitRefused } from "./behaviour.ts";
import { type ExitReason, reasonOfThrown } from "./exit-reason.ts";
import type { Process } from "./process.ts";

/** A start that did not succeed: what the starter is told. */
export interface FailedStart {
  readonly reason: ExitReason;
  readonly ignored: boolean;
}

/** Runs `init`. The promise does not reject. */
export function runInit(process: Process, input: unknown): InitOutcome | Promise<InitOutcome> {
  const refusal = (thrown: unknown): InitRefused => new InitRefused(reasonOfThrown(thrown, process), false);
  try {
    const outcome = process.behaviour.init(input);
    return outcome instanceof Promise ? outcome.then(undefined, refusal) : outcome;
  } catch (thrown) {
    return refusal(thrown);
  }
}

export function failedStart(outcome: InitRefused | InitIgnored): FailedStart {
  return outcome instanceof InitIgnored
    ? { reason: "normal", ignored: true }
    : { reason: outcome.reason, ignored: false };
}

/** What the process of such a start ends with. */
export function endOf(outcome: InitRefused | InitIgnored): ExitReason {
  return outcome instanceof InitIgnored || outcome.quiet ? "normal" : outcome.reason;
}
