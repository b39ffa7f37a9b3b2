// Long enough after the last fault every node sees every other.
import type { Checker, Violation } from "../ledger.ts";

export const views: Checker = (entries) => {
  const found: Violation[] = [];
  const add = (index: number, problem: string): void => void found.push({ check: "views", problem, index });
  const nodes = entries.flatMap((entry) => (entry.type === "sees" ? [entry.node] : []));
  for (const [index, entry] of entries.entries()) {
    if (entry.type !== "sees") continue;
    const others = nodes.filter((node) => node !== entry.node).sort();
    if (others.join() !== entry.peers.join())
      add(
        index,
        `${entry.node} sees ${entry.peers.join(", ") || "nobody"}, and there are ${others.join(", ")}`,
      );
  }
  return found;
};
