// What an owner was told to last, and what anybody was shown, is in the log for good, word by word.
import { entriesOfLogs } from "../entries-of-logs.ts";
import type { Checker, Violation } from "../ledger.ts";

export const lasting: Checker = (entries) => {
  const found: Violation[] = [];
  const logs = entriesOfLogs(entries);
  const texts = new Map([...logs].map(([run, log]) => [run, log.map((entry) => JSON.stringify(entry))]));
  for (const [index, entry] of entries.entries()) {
    if (entry.type !== "wrote" && entry.type !== "shown") continue;
    const log = texts.get(entry.run);
    if (log === undefined) continue;
    const who = entry.type === "wrote" ? `${entry.node} was told to last` : `${entry.reader} was shown`;
    for (const given of entry.type === "wrote" ? entry.entries : [entry.entry]) {
      const kept = log[given.n - 1];
      if (kept === JSON.stringify(given)) continue;
      const now = kept === undefined ? "lost" : `other: ${kept}`;
      const problem = `entry ${given.n} of ${entry.run} that ${who} (${given.type}) is ${now}`;
      found.push({ check: "lasting", problem, index });
    }
  }
  return found;
};
