// One owner at a time: once a process of a child has begun, no earlier one handles a message, not even after it stood still.
import type { Checker, Violation } from "../ledger.ts";

/**
 * Where the bucket of the placements was made anew nobody knows who had what: children begin elsewhere at once, and whoever had them goes on
 * until it hears of that or writes, which is refused then. The slowest watch takes as long.
 */
const remadeMs = 15_000;

export const owners: Checker = (entries) => {
  const found: Violation[] = [];
  const add = (index: number, problem: string): void => void found.push({ check: "owners", problem, index });
  let remadeAt = Number.NEGATIVE_INFINITY;
  /** By child: its processes, the latest last. */
  const begun = new Map<string, string[]>();
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "begins") {
      const pids = begun.get(entry.child) ?? [];
      begun.set(entry.child, [...pids, entry.pid]);
    }
    if (entry.type === "remade" && (entry.bucket === "placement" || entry.bucket === "all"))
      remadeAt = entry.atMs;
    if (entry.type !== "turn" || entry.atMs - remadeAt < remadeMs) continue;
    const { child, pid } = entry;
    const latest = begun.get(child)?.at(-1);
    if (latest !== pid)
      add(index, `${pid} handles a message as ${child}, and ${latest ?? "nobody"} has begun since`);
  }
  return found;
};
