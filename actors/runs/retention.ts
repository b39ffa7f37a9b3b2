// Which runs are kept no longer: decided from the list of them alone.
import type { RunsConfiguration } from "./config.ts";
import { isOver, type RunSummary } from "./run-summary.ts";

export interface RetentionRules {
  readonly keepMs: number;
  readonly runsMax: number;
  readonly bytesMax: number;
}

export function retentionRules({ keep_days, keep_max, keep_mb }: RunsConfiguration): RetentionRules {
  return { keepMs: keep_days * dayMs, runsMax: keep_max, bytesMax: keep_mb * 1024 * 1024 };
}

const dayMs = 24 * 60 * 60_000;

/**
 * The ids of those to be taken out, the oldest first. Never one that works or is to work. One that was interrupted goes by its age
 * alone: it may be gone on with, and nobody has seen its end.
 * @param runs as they stand, seen from where they are kept
 * @param now by the wall clock, in milliseconds
 */
export function decideRetention(
  runs: readonly RunSummary[],
  { keepMs, runsMax, bytesMax }: RetentionRules,
  now: number,
): readonly string[] {
  const oldestFirst = runs.toSorted((a, b) => a.updatedAt - b.updatedAt || (a.id < b.id ? -1 : 1));
  let over = runs.filter(({ phase }) => isOver(phase)).length;
  let bytes = runs.reduce((sum, run) => sum + run.bytes, 0);
  const out: string[] = [];
  for (const run of oldestFirst) {
    const isOld = now - run.updatedAt >= keepMs;
    const isTooMany = isOver(run.phase) && (over > runsMax || bytes > bytesMax);
    const mayGo = isOver(run.phase) || run.phase === "interrupted";
    if (!mayGo || !(isOld || isTooMany)) continue;
    out.push(run.id);
    bytes -= run.bytes;
    if (isOver(run.phase)) over -= 1;
  }
  return out;
}
