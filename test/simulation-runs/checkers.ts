// Everything that is judged about a play of nodes that carry runs. Each checker reads the whole ledger and knows nothing of the runtime.
import { effects } from "./checkers/effects.ts";
import { ends } from "./checkers/ends.ts";
import { epochs } from "./checkers/epochs.ts";
import { lasting } from "./checkers/lasting.ts";
import { liveness } from "./checkers/liveness.ts";
import { notes } from "./checkers/notes.ts";
import { numbers } from "./checkers/numbers.ts";
import { parts } from "./checkers/parts.ts";
import { steps } from "./checkers/steps.ts";
import type { Checker, Entry, Violation } from "./ledger.ts";

export const checkers: readonly Checker[] = [
  lasting,
  numbers,
  steps,
  notes,
  effects,
  epochs,
  ends,
  parts,
  liveness,
];

export function judge(entries: readonly Entry[]): readonly Violation[] {
  return checkers.flatMap((check) => check(entries));
}
