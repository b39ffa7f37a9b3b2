// A reader is shown every number of a run once, in order, however often it is killed and wherever it comes back.
import type { Checker, Violation } from "../ledger.ts";

export const numbers: Checker = (entries) => {
  const found: Violation[] = [];
  const next = new Map<string, number>();
  for (const [index, entry] of entries.entries()) {
    if (entry.type !== "shown") continue;
    const { reader, entry: shown } = entry;
    const expected = next.get(reader) ?? 1;
    if (shown.n !== expected)
      found.push({ check: "numbers", problem: `${reader} is shown ${shown.n}, and not ${expected}`, index });
    next.set(reader, shown.n + 1);
  }
  for (const [index, entry] of entries.entries()) {
    if (entry.type !== "stands") continue;
    for (const [reader, number] of Object.entries(entry.readers))
      if (number !== (next.get(reader) ?? 1))
        found.push({
          check: "numbers",
          problem: `${reader} is at ${number}, and was shown none before it`,
          index,
        });
  }
  return found;
};
