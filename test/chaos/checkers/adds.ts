// An add that was answered lasts, and one that was not answered counts once at most: no total is too small, and none is too large.
import type { Checker, Violation } from "../ledger.ts";

export const adds: Checker = (ledgers) => {
  const violations: Violation[] = [];
  for (const { node, entries } of ledgers) {
    const last = new Map<string, number>();
    for (const entry of entries) {
      if (entry.type !== "added") continue;
      const { name, total, tries } = entry;
      const before = last.get(name) ?? 0;
      last.set(name, total);
      const problem =
        total <= before
          ? `was told ${total} for ${name} after ${before}: what lasted is lost`
          : `was told ${total} for ${name} after ${before} and ${tries} tries: something counts twice`;
      if (total <= before || total > before + tries) violations.push({ check: "adds", node, problem });
    }
  }
  return violations;
};
