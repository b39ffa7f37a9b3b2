// Long enough after the last fault all nodes agree on who is in which group.
import type { Checker, Violation } from "../ledger.ts";

export const memberships: Checker = (entries) => {
  const found: Violation[] = [];
  const add = (index: number, problem: string): void =>
    void found.push({ check: "memberships", problem, index });
  const joined = new Map<string, string[]>();
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "joined") joined.set(entry.group, [...(joined.get(entry.group) ?? []), entry.pid]);
    if (entry.type === "left") {
      const pids = joined.get(entry.group) ?? [];
      const place = pids.lastIndexOf(entry.pid);
      if (place >= 0) joined.set(entry.group, pids.toSpliced(place, 1));
    }
    if (entry.type === "ended")
      for (const [group, pids] of joined)
        joined.set(
          group,
          pids.filter((pid) => pid !== entry.pid),
        );
    if (entry.type === "members") {
      const expected = [...(joined.get(entry.group) ?? [])].sort();
      if (expected.join() !== entry.pids.join())
        add(
          index,
          `${entry.node} has ${entry.pids.join(", ")} in ${entry.group}, and there are ${expected.join(", ")}`,
        );
    }
  }
  return found;
};
