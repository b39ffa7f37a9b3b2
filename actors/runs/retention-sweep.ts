// Takes out the runs that are kept no longer: at the end of a command, and from time to time on nodes.
import { type RunHome, summaryIn } from "./desk-home.ts";
import { decideRetention, type RetentionRules } from "./retention.ts";
import type { RunStore } from "./run-store.ts";

/**
 * Gives the ids of those that it took out. What cannot be taken out now is taken out another time. Never rejects.
 * @param now by the wall clock, in milliseconds
 */
export async function retain(
  home: Pick<RunHome, "store" | "care" | "forget">,
  rules: RetentionRules,
  now: number,
): Promise<readonly string[]> {
  const removed: string[] = [];
  const runs = await home.store.list().catch(() => []);
  const shown = await Promise.all(runs.map((run) => summaryIn(home, run).catch(() => run)));
  for (const id of decideRetention(shown, rules, now)) {
    try {
      await home.forget(id);
      await home.store.remove(id);
      removed.push(id);
    } catch {
      // Another program works on it, or nobody can be reached.
    }
  }
  return removed;
}

/** For a program whose own runs have ended, and that has no desk any more. As `retain`. */
export function retainIn(store: RunStore, rules: RetentionRules, now: number): Promise<readonly string[]> {
  return retain({ store, care: async () => "due", forget: async () => {} }, rules, now);
}
