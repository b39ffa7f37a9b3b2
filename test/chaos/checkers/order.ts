// Numbered messages come in the order of their sending, once each; one is missing only where the end of the session was told between.
import type { Checker, Violation } from "../ledger.ts";

export const order: Checker = (ledgers) =>
  ledgers.flatMap(({ node, entries }) => {
    const violations: Violation[] = [];
    const lasts = new Map<string, number>();
    const parted = new Set<string>();
    const wrong = (problem: string): void => void violations.push({ check: "order", node, problem });
    for (const entry of entries) {
      if (entry.type === "parted") parted.add(entry.peer);
      if (entry.type !== "got") continue;
      const { from, first, last } = entry;
      const before = lasts.get(from);
      if (before !== undefined && first <= before) wrong(`got ${first} of ${from} after ${before}`);
      else if (before !== undefined && first > before + 1 && !parted.has(from))
        wrong(`misses ${before + 1} to ${first - 1} of ${from}, and no end of the session was told`);
      lasts.set(from, last);
      parted.delete(from);
    }
    return violations;
  });
