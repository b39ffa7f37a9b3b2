// The parts of a run are over when that is, each is one run however often it was begun, and what they cost counts in it once.
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import { entriesOfLogs, indexOfLog } from "../entries-of-logs.ts";
import { type Checker, partProvider, type Violation } from "../ledger.ts";

export const parts: Checker = (entries) => {
  const found: Violation[] = [];
  const logs = [...entriesOfLogs(entries)];
  for (const [name, log] of logs) {
    const [id, end] = [idOf(log), log.at(-1)?.type ?? ""];
    if (id === undefined || !ends.has(end)) continue;
    const its = logs.filter(([, other]) => parentOf(other) === id);
    for (const [part, other] of its)
      if (!ends.has(other.at(-1)?.type ?? ""))
        found.push({
          check: "parts",
          problem: `${name} is over (${end}), and its part ${part} is not`,
          index: indexOfLog(entries, part),
        });
    const keys = its.map(([, [first]]) => (first?.type === "accepted" ? first.spec.parent?.part : undefined));
    const add = (problem: string): void =>
      void found.push({ check: "parts", problem, index: indexOfLog(entries, name) });
    if (new Set(keys).size < keys.length) add(`a part of ${name} is there twice`);
    const [paid, counted] = [its.reduce((sum, [, other]) => sum + tokensIn(other), 0), tokensIn(log)];
    if (end === "done" && parentOf(log) === undefined && paid !== counted)
      add(`the parts of ${name} used ${paid} tokens, and ${counted} are counted`);
  }
  return found;
};

const ends: ReadonlySet<string> = new Set(["done", "failed", "cancelled"]);

function idOf([first]: readonly RunEntry[]): string | undefined {
  return first?.type === "accepted" ? first.spec.id : undefined;
}

function parentOf([first]: readonly RunEntry[]): string | undefined {
  return first?.type === "accepted" ? first.spec.parent?.run : undefined;
}

function tokensIn(log: readonly RunEntry[]): number {
  return log.reduce(
    (sum, entry) =>
      entry.type === "usage" && entry.provider === partProvider
        ? sum + (entry.inputTokens ?? 0) + (entry.outputTokens ?? 0)
        : sum,
    0,
  );
}
