// The dead are found nowhere, and when all have ended nothing of them is left.
import type { Checker } from "../ledger.ts";

export const leftovers: Checker = (entries) =>
  entries.flatMap((entry, index) => {
    const violation = (problem: string) => [{ check: "leftovers", problem, index }];
    if (entry.type === "found")
      return violation(
        `${entry.by} is told of the end of ${entry.dead}, which is still there: ${entry.where}`,
      );
    return entry.type === "left" ? violation(`left when all have ended: ${entry.what}`) : [];
  });
