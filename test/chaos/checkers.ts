// Everything that is judged about a room. Each checker reads the ledgers of all nodes and knows nothing of the runtime.
import { adds } from "./checkers/adds.ts";
import { calls } from "./checkers/calls.ts";
import { endings } from "./checkers/endings.ts";
import { nodeEvents } from "./checkers/node-events.ts";
import { order } from "./checkers/order.ts";
import { owners } from "./checkers/owners.ts";
import { rests } from "./checkers/rests.ts";
import { tails } from "./checkers/tails.ts";
import type { Ledger, Violation } from "./ledger.ts";

/** What may be wrong at any time. */
export function judge(ledgers: readonly Ledger[]): readonly Violation[] {
  return [order, nodeEvents, endings, calls, adds, owners, rests].flatMap((check) => check(ledgers));
}

/** What is still to come, and is wrong where it does not. */
export function unfinished(ledgers: readonly Ledger[]): readonly Violation[] {
  return tails(ledgers);
}
