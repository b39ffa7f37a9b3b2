// Why a desk of runs does not do what it was asked: with its code, in words.
import { AiexError } from "../../runtime/errors.ts";
import { type ExitReason, formatReason } from "../../runtime/index.ts";
import { JournalDamaged } from "../../runtime/journal/failures.ts";
import { reasonOfThrown } from "../../runtime/process/exit-reason.ts";
import { Misuse } from "../../runtime/process/failures.ts";
import { EntryTooLarge, RunHeld, RunUnreadable } from "./failures.ts";
import { KeptMissing } from "./kept.ts";
import type { RunAnswer, RunFailureCode } from "./run-desk-protocol.ts";

export class RunRefusal extends AiexError {
  readonly code: RunFailureCode;
  constructor(code: RunFailureCode, message: string) {
    super(message, { retryable: code === "store_unavailable" });
    this.code = code;
  }
}

export function unknownRun(id: string): RunRefusal {
  return new RunRefusal(
    "unknown_run",
    `There is no run ${id}. \`aiex runs list\` shows those that there are.`,
  );
}

/** What came of `work`, as an answer: nobody who asks a desk is left without one. */
export async function answered<Value>(work: () => Promise<Value>): Promise<RunAnswer<Value>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, ...refusalOf(error) };
  }
}

function refusalOf(error: unknown): { readonly code: RunFailureCode; readonly message: string } {
  const message = error instanceof AiexError ? error.message : formatReason(reasonOfThrown(error));
  return { code: codeOf(error), message };
}

function codeOf(error: unknown): RunFailureCode {
  if (error instanceof RunRefusal) return error.code;
  if (error instanceof RunHeld) return "run_held";
  const isBad =
    error instanceof RunUnreadable ||
    error instanceof EntryTooLarge ||
    error instanceof KeptMissing ||
    error instanceof JournalDamaged ||
    error instanceof Misuse;
  return isBad ? "bad_run" : "store_unavailable";
}

/** True for why a run's process failed where that says nothing of the run: where it is kept cannot be used now. */
export function isOfStore(reason: ExitReason): boolean {
  if (typeof reason !== "object" || reason === null || !("error" in reason)) return false;
  const { code } = reason.error as { readonly code?: unknown };
  return typeof code === "string" && passing.has(code);
}

const passing: ReadonlySet<string> = new Set([
  "store_unavailable",
  "store_held",
  "journal_failed",
  "journal_closed",
  "claim_lost",
  "run_taken",
  "run_held",
]);
