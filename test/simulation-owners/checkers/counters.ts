// What lasts stays: every number that a child was told to keep is in all of its later lives, once; and none begins before its last checkpoint.
import type { Checker, Violation } from "../ledger.ts";

export const counters: Checker = (entries) => {
  const found: Violation[] = [];
  const add = (index: number, problem: string): void =>
    void found.push({ check: "counters", problem, index });
  const lasting = new Map<string, Set<number>>();
  const kept = new Map<string, number>();
  const judge = (index: number, child: string, who: string, added: readonly number[]): void => {
    const missing = [...(lasting.get(child) ?? [])].filter((number) => !added.includes(number));
    if (missing.length > 0) add(index, `${who} has lost ${missing.join(", ")} of ${child}`);
    const doubled = added.filter((number, place) => added.indexOf(number) !== place);
    if (doubled.length > 0) add(index, `${who} has ${doubled.join(", ")} of ${child} twice`);
  };
  const last = (child: string, number: number): void => {
    const numbers = lasting.get(child) ?? new Set();
    lasting.set(child, numbers.add(number));
  };
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "lasts") last(entry.child, entry.number);
    if (entry.type === "answered" && entry.outcome.startsWith("ok")) {
      const [what, child = "", number] = entry.what.split(" ");
      if (what === "add") last(child, Number(number));
    }
    if (entry.type === "kept") kept.set(entry.child, entry.count);
    if (entry.type === "begins") {
      const { child, pid, count, added, isFresh } = entry;
      const least = kept.get(child);
      judge(index, child, pid, added);
      if (isFresh && least !== undefined)
        add(index, `${pid} begins ${child} anew, which was kept at ${least}`);
      else if (count < (least ?? 0))
        add(index, `${pid} begins ${child} at ${count}, which was kept at ${least}`);
    }
    if (entry.type === "holds" && entry.count !== undefined)
      judge(index, entry.child, "whoever answers", entry.added);
  }
  return found;
};
