// Everything that is judged about a play of nodes that own things together. Each checker reads the whole ledger and knows nothing of the runtime.
import { counters } from "./checkers/counters.ts";
import { epochs } from "./checkers/epochs.ts";
import { liveness } from "./checkers/liveness.ts";
import { locks } from "./checkers/locks.ts";
import { names } from "./checkers/names.ts";
import { owners } from "./checkers/owners.ts";
import { places } from "./checkers/places.ts";
import type { Checker, Entry, Violation } from "./ledger.ts";

export const checkers: readonly Checker[] = [owners, epochs, counters, names, locks, places, liveness];

export function judge(entries: readonly Entry[]): readonly Violation[] {
  return checkers.flatMap((check) => check(entries));
}
