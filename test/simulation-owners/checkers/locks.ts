// Works under one lock exclude each other, from their beginning until they are over or told to stop. A node that stands still works on nothing.
import type { Checker, Violation } from "../ledger.ts";

/** Where the bucket was made anew, a lock is had by others until its holder hears of that, who is told then. The slowest watch takes as long. */
const remadeMs = 15_000;

interface Work {
  readonly lock: string;
  readonly by: string;
  readonly node: string;
}

export const locks: Checker = (entries) => {
  const found: Violation[] = [];
  const inside = new Map<number, Work>();
  const frozen = new Set<string>();
  const told = new Set<string>();
  let atMs = 0;
  let remadeAt = Number.NEGATIVE_INFINITY;
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "remade" && (entry.bucket === "names" || entry.bucket === "all"))
      remadeAt = entry.atMs;
    if (entry.atMs > atMs && atMs - remadeAt >= remadeMs) {
      const clash = clashOf([...inside.values()].filter(({ node }) => !frozen.has(node)));
      if (clash !== undefined && !told.has(clash)) {
        told.add(clash);
        found.push({ check: "locks", problem: clash, index: index - 1 });
      }
    }
    atMs = entry.atMs;
    if (entry.type === "entered") inside.set(entry.entry, entry);
    if (entry.type === "left") inside.delete(entry.entry);
    if (entry.type === "fault" && entry.node !== undefined) {
      if (entry.what.startsWith("freeze")) frozen.add(entry.node);
      if (entry.what.startsWith("thaw")) frozen.delete(entry.node);
    }
  }
  return found;
};

function clashOf(works: readonly Work[]): string | undefined {
  for (const [place, { lock, by }] of works.entries()) {
    const other = works.slice(place + 1).find((work) => work.lock === lock && work.by !== by);
    if (other !== undefined) return `${other.by} works under ${lock}, and so does ${by}`;
  }
  return undefined;
}
