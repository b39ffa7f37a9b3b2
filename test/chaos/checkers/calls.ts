// A call has one outcome, whatever happens: never two, and none is missing where the other node was told to be down.
import type { Checker, Violation } from "../ledger.ts";

export const calls: Checker = (ledgers) =>
  ledgers.flatMap(({ node, entries, isWhole }) => {
    const violations: Violation[] = [];
    const outcomes = new Map<number, number>();
    for (const entry of entries)
      if (entry.type === "outcome") outcomes.set(entry.key, (outcomes.get(entry.key) ?? 0) + 1);
    for (const [index, entry] of entries.entries()) {
      if (entry.type !== "asked") continue;
      const count = outcomes.get(entry.key) ?? 0;
      const isDue =
        isWhole &&
        entries.slice(index).some((later) => later.type === "nodedown" && later.peer === entry.node);
      if (count > 1 || (count === 0 && isDue))
        violations.push({
          check: "calls",
          node,
          problem: `has ${count} outcomes of call ${entry.key} to ${entry.node}`,
        });
    }
    return violations;
  });
