// Everything that is judged about a play. Each checker reads the whole ledger and knows nothing of the runtime.
import { bounds } from "./checkers/bounds.ts";
import { budgets } from "./checkers/budgets.ts";
import { calls } from "./checkers/calls.ts";
import { doubleStarts } from "./checkers/double-starts.ts";
import { leftovers } from "./checkers/leftovers.ts";
import { links } from "./checkers/links.ts";
import { liveness } from "./checkers/liveness.ts";
import { monitors } from "./checkers/monitors.ts";
import { order } from "./checkers/order.ts";
import { orphans } from "./checkers/orphans.ts";
import { reasons } from "./checkers/reasons.ts";
import { sweeps } from "./checkers/sweeps.ts";
import type { Checker, Entry, Violation } from "./ledger.ts";

export const checkers: readonly Checker[] = [
  orphans,
  doubleStarts,
  monitors,
  links,
  reasons,
  leftovers,
  calls,
  order,
  budgets,
  bounds,
  sweeps,
  liveness,
];

export function judge(entries: readonly Entry[]): readonly Violation[] {
  return checkers.flatMap((check) => check(entries));
}
