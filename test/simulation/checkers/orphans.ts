// Nobody lives without a supervisor that knows it, unless it was started on its own or withstands every order.
import type { Checker, Entry, Violation } from "../ledger.ts";
import { type Life, livesAt, livesOf } from "./lives.ts";

export const orphans: Checker = (entries) => {
  const lives = livesOf(entries);
  const childrenAt = (supervisor: number, index: number): Life[] =>
    [...lives.values()].filter(
      (life) => life.birth.isSupervised && life.birth.parent === supervisor && livesAt(life, index),
    );
  const found: Violation[] = [];
  const add = (index: number, problem: string): void => void found.push({ check: "orphans", problem, index });
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "ended") {
      // One that was killed stops nobody; its children have their own order to end, and a time of their own.
      const life = lives.get(entry.pid);
      const isThrough = (life?.stoppedAt ?? life?.refusedAt ?? Number.POSITIVE_INFINITY) < index;
      if (isThrough)
        for (const { pid } of childrenAt(entry.pid, index))
          add(index, `supervisor ${entry.pid} ended in good order, and its child ${pid} lives`);
    }
    if (entry.type === "quiet") {
      for (const pid of entry.alive) {
        const life = lives.get(pid);
        const parent = life?.birth.parent;
        if (life?.birth.isSupervised !== true || life.isDefiant || parent === undefined) continue;
        if (!livesAt(lives.get(parent), index)) add(index, `${pid} outlived its supervisor ${parent}`);
      }
    }
    if (entry.type === "listed") {
      // A supervisor that keeps trying to start a child never comes to rest, and knows it when the start is over.
      if (entries.slice(0, index).some((told) => isByAtOnce(told, entry.supervisor, entry.atMs))) continue;
      const started = childrenAt(entry.supervisor, index).filter(({ readyAt = index }) => readyAt < index);
      const living = started.map(({ pid }) => pid);
      for (const pid of living)
        if (!entry.children.includes(pid))
          add(index, `supervisor ${entry.supervisor} does not know its child ${pid}`);
      for (const pid of entry.children)
        if (!living.includes(pid))
          add(index, `supervisor ${entry.supervisor} lists ${pid}, which does not live`);
    }
  }
  return found;
};

/** Whether the supervisor told of anything at that very time. */
function isByAtOnce(entry: Entry, supervisor: number, atMs: number): boolean {
  return entry.type === "told" && entry.by === supervisor && entry.atMs === atMs;
}
