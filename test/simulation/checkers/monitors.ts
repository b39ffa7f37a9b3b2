// Every monitor fires once and never before its time; what demonitor answers is true.
import type { Checker, Entry, Violation } from "../ledger.ts";
import { type Life, livesOf } from "./lives.ts";

type Monitored = Extract<Entry, { readonly type: "monitored" }>;

interface Watch {
  readonly monitored: Monitored;
  readonly at: number;
  endedAt: number | undefined;
  wasActive: boolean | undefined;
}

interface Down {
  readonly reason: string;
  readonly at: number;
}

export const monitors: Checker = (entries) => {
  const lives = livesOf(entries);
  const watches = new Map<number, Watch>();
  const downs = new Map<number, Down[]>();
  const found: Violation[] = [];
  const add = (index: number, problem: string): void =>
    void found.push({ check: "monitors", problem, index });
  for (const [at, entry] of entries.entries()) {
    if (entry.type === "monitored")
      watches.set(entry.ref, { monitored: entry, at, endedAt: undefined, wasActive: undefined });
    if (entry.type === "demonitored") {
      const watch = watches.get(entry.ref);
      if (watch !== undefined) Object.assign(watch, { endedAt: at, wasActive: entry.wasActive });
    }
    if (entry.type === "delivered" && entry.item === "down")
      downs.set(entry.ref, [...(downs.get(entry.ref) ?? []), { reason: entry.reason, at }]);
  }
  for (const [ref, fired] of downs) {
    const [, second] = fired;
    if (second !== undefined) add(second.at, `monitor ${ref} fires ${fired.length} times`);
  }
  for (const watch of watches.values()) judge(watch, downs.get(watch.monitored.ref) ?? [], lives, add);
  return found;
};

function judge(
  { monitored, at, endedAt, wasActive }: Watch,
  [down]: readonly Down[],
  lives: ReadonlyMap<number, Life>,
  add: (index: number, problem: string) => void,
): void {
  const { ref, pid, of, mayEndItself } = monitored;
  if (pid === of) {
    if (down !== undefined) add(down.at, `monitor ${ref} of ${pid} on itself fires`);
    return;
  }
  const never = Number.POSITIVE_INFINITY;
  const targetEnd = lives.get(of)?.endedAt ?? never;
  const watcherEnd = lives.get(pid)?.endedAt ?? never;
  const fires = down?.at ?? never;
  if (wasActive !== undefined && endedAt !== undefined && !mayEndItself) {
    if (wasActive !== fires > endedAt)
      add(
        endedAt,
        `demonitor of ${ref} answers ${wasActive}, and its DOWN ${fires > endedAt ? "had not" : "had"} come`,
      );
  }
  if (down !== undefined) {
    if (fires < targetEnd && !(down.reason === "noproc" && fires > never))
      add(fires, `monitor ${ref} fires before ${of} has ended`);
    if (endedAt !== undefined && fires > endedAt) add(fires, `monitor ${ref} fires after demonitor`);
    const isLate = targetEnd < at;
    if ((down.reason === "noproc") !== isLate)
      add(
        fires,
        `monitor ${ref} of ${of} gives ${down.reason}, and it ${isLate ? "had" : "had not"} ended before`,
      );
    return;
  }
  const isOver = (endedAt ?? never) < targetEnd || watcherEnd < targetEnd || mayEndItself;
  if (targetEnd !== never && !isOver) add(targetEnd, `monitor ${ref} of ${of} by ${pid} does not fire`);
}
