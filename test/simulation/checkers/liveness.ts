// Whoever waits for the node gets on: supervisors at rest answer, and the tree stops in the end.
import type { Checker } from "../ledger.ts";

export const liveness: Checker = (entries) =>
  entries.flatMap((entry, index) =>
    entry.type === "stuck" ? [{ check: "liveness", problem: entry.what, index }] : [],
  );
