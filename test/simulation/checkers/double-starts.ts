// One place has one process, one start is over before the next begins, and each end is told of once.
import type { Checker, Violation } from "../ledger.ts";
import { livesAt, livesOf } from "./lives.ts";

export const doubleStarts: Checker = (entries) => {
  const lives = livesOf(entries);
  const found: Violation[] = [];
  const add = (index: number, problem: string): void =>
    void found.push({ check: "double starts", problem, index });
  const bySupervisor = new Map<number, number[]>();
  const told = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "born" && entry.isSupervised && entry.parent !== undefined) {
      const { parent, pid, place, isOnly } = entry;
      const siblings = bySupervisor.get(parent) ?? [];
      bySupervisor.set(parent, siblings);
      for (const other of siblings) {
        const life = lives.get(other);
        if (life === undefined || !livesAt(life, index)) continue;
        if (isOnly && life.birth.place === place)
          add(index, `${pid} is started at ${place} while ${other} lives there`);
        if (Math.min(life.readyAt ?? index, life.refusedAt ?? index) >= index)
          add(index, `${pid} is started while the start of its sibling ${other} is under way`);
      }
      siblings.push(pid);
    }
    if (entry.type === "told" && entry.pid !== undefined) {
      const { event, by, pid } = entry;
      if (event !== "child_exited" && event !== "child_stopped") continue;
      if (livesAt(lives.get(pid), index))
        add(index, `supervisor ${by} tells of the end of ${pid}, which lives`);
      const key = `${by} ${pid}`;
      if (told.has(key)) add(index, `supervisor ${by} tells of the end of ${pid} twice`);
      told.add(key);
    }
  }
  for (const { pid, birth, readyAt, endedAt } of lives.values()) {
    const supervisor = birth.isSupervised && birth.parent !== undefined ? lives.get(birth.parent) : undefined;
    if (readyAt === undefined || endedAt === undefined || supervisor?.stoppedAt === undefined) continue;
    if (!told.has(`${supervisor.pid} ${pid}`))
      add(endedAt, `supervisor ${supervisor.pid} never told of the end of its child ${pid}`);
  }
  return found;
};
