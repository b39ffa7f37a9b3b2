// Who lived when, and who is still there at the end.
import { type Entry, nodeOf } from "../ledger.ts";

export interface Lives {
  /** Where nothing is under way any more; undefined where the play did not come so far. */
  readonly quietAt: number | undefined;
  /** At the end. */
  isAlive(pid: string): boolean;
  /** Whether that start of a node still runs at the end. */
  runs(node: string): boolean;
  /** The place at which a process ended; undefined where it lives, or was never born. */
  endedAt(pid: string): number | undefined;
  wasBorn(pid: string): boolean;
}

export function livesOf(entries: readonly Entry[]): Lives {
  const born = new Set<string>();
  const ended = new Map<string, number>();
  let quietAt: number | undefined;
  let alive = new Set<string>();
  let running = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "born") born.add(entry.pid);
    if (entry.type === "ended") ended.set(entry.pid, index);
    if (entry.type !== "quiet") continue;
    quietAt = index;
    alive = new Set(entry.alive);
    running = new Set(entry.nodes);
  }
  return {
    quietAt,
    isAlive: (pid) => alive.has(pid) && running.has(nodeOf(pid)),
    runs: (node) => running.has(node),
    endedAt: (pid) => ended.get(pid),
    wasBorn: (pid) => born.has(pid),
  };
}
