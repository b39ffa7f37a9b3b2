// Whoever is told why a process ended is told the same: by DOWN, by EXIT, and by its supervisor's reports.
import type { Checker, Entry } from "../ledger.ts";
import { livesOf } from "./lives.ts";

export const reasons: Checker = (entries) => {
  const lives = livesOf(entries);
  return [...reasonsOf(entries)].flatMap(([pid, [first, ...others]]) =>
    others.length === 0
      ? []
      : [
          {
            check: "reasons",
            problem: `the end of ${pid} is told in ${others.length + 1} ways: ${[first, ...others].join(" / ")}`,
            index: lives.get(pid)?.endedAt ?? 0,
          },
        ],
  );
};

/** For each process that has ended what was said about why, each answer once. */
export function reasonsOf(entries: readonly Entry[]): ReadonlyMap<number, readonly string[]> {
  const ended = new Set<number>();
  const told = new Map<number, Set<string>>();
  for (const entry of entries) {
    if (entry.type === "ended") ended.add(entry.pid);
    const [pid, reason] = answerOf(entry);
    // `noproc` is what whoever asks too late is told.
    if (pid === undefined || reason === undefined || reason === "noproc" || !ended.has(pid)) continue;
    const known = told.get(pid) ?? new Set();
    told.set(pid, known.add(reason));
  }
  return new Map([...told].map(([pid, answers]) => [pid, [...answers]]));
}

function answerOf(entry: Entry): readonly [number | undefined, string | undefined] {
  if (entry.type === "delivered" && entry.item === "down") return [entry.of, entry.reason];
  if (entry.type === "delivered" && entry.item === "exit") return [entry.from, entry.reason];
  const isEnd = entry.type === "told" && (entry.event === "child_exited" || entry.event === "child_stopped");
  return isEnd ? [entry.pid, entry.reason] : [undefined, undefined];
}
