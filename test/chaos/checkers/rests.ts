// A node whose lease may be over handles nothing for its children until it has one again.
import type { Checker, Violation } from "../ledger.ts";

export const rests: Checker = (ledgers) =>
  ledgers.flatMap(({ node, entries }) => {
    const violations: Violation[] = [];
    let isResting = false;
    for (const entry of entries) {
      if (entry.type === "ownership") isResting = entry.is === "suspended" || entry.is === "lost";
      if (entry.type === "took" && isResting)
        violations.push({ check: "rest", node, problem: `handles ${entry.name} without its lease` });
    }
    return violations;
  });
