// Whoever wants to hear of nodes hears of each that comes or goes, once and in that order, and of the losses first.
import { type Checker, nodeOf, type Violation } from "../ledger.ts";

interface Listener {
  readonly pid: string;
  readonly node: string;
  /** What its node has told that it was not told yet. */
  readonly owed: { readonly text: string; readonly index: number }[];
}

export const news: Checker = (entries) => {
  const found: Violation[] = [];
  const add = (index: number, problem: string): void => void found.push({ check: "news", problem, index });
  const listeners = new Map<string, Listener>();
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "listens")
      listeners.set(entry.pid, { pid: entry.pid, node: nodeOf(entry.pid), owed: [] });
    if (entry.type === "ended") listeners.delete(entry.pid);
    if (entry.type === "up" || entry.type === "down") {
      const text = `${entry.type} ${entry.peer}`;
      for (const { node, owed } of listeners.values()) if (node === entry.node) owed.push({ text, index });
    }
    if (entry.type === "told_node") {
      const text = `${entry.kind} ${entry.peer}`;
      const [first] = listeners.get(entry.to)?.owed.splice(0, 1) ?? [];
      if (first?.text !== text)
        add(index, `${entry.to} is told ${text}, where ${first?.text ?? "nothing"} is to be told`);
    }
    if (entry.type !== "quiet") continue;
    for (const { pid, owed } of listeners.values())
      if (owed[0] !== undefined) add(owed[0].index, `${pid} is not told ${owed[0].text}`);
  }
  return found;
};
