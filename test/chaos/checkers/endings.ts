// One DOWN for each monitor and one EXIT for each link: never two, and none missing where the other node was told to be down.
import type { Checker, Entry, Ledger, Violation } from "../ledger.ts";

export const endings: Checker = (ledgers) => [
  ...ledgers.flatMap((ledger) => check(ledger, "monitored", "down")),
  ...ledgers.flatMap((ledger) => check(ledger, "linked", "exit")),
];

function check(
  { node, entries, isWhole }: Ledger,
  begin: "monitored" | "linked",
  end: "down" | "exit",
): Violation[] {
  const ends = new Map<number, number>();
  for (const entry of entries) if (entry.type === end) ends.set(entry.key, (ends.get(entry.key) ?? 0) + 1);
  const violations: Violation[] = [];
  for (const [index, entry] of entries.entries()) {
    if (entry.type !== begin) continue;
    const count = ends.get(entry.key) ?? 0;
    // The last that a dead node saw may not have been written down.
    const isDue = isWhole && hasParted(entries.slice(index), entry.node);
    if (count > 1 || (count === 0 && isDue))
      violations.push({ check: end, node, problem: `has ${count} of number ${entry.key} to ${entry.node}` });
  }
  return violations;
}

function hasParted(entries: readonly Entry[], peer: string): boolean {
  return entries.some((entry) => entry.type === "nodedown" && entry.peer === peer);
}
