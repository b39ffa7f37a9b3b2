// Which runs are kept no longer: decided from the list of them alone.
import type { RunsConfiguration } from "./config.ts";
import { isOver, partsByParent, type RunSummary } from "./run-summary.ts";

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
 * alone: it may be gone on with, and nobody has seen its end. The parts of a run go with it and not before, and count to it.
 * @param runs as they stand, seen from where they are kept
 * @param now by the wall clock, in milliseconds
 */
export function decideRetention(
  runs: readonly RunSummary[],
  { keepMs, runsMax, bytesMax }: RetentionRules,
  now: number,
): readonly string[] {
  const wholes = wholesOf(runs);
  const oldestFirst = wholes.toSorted((a, b) => a.updatedAt - b.updatedAt || (a.id < b.id ? -1 : 1));
  let over = wholes.filter((whole) => whole.isOver).length;
  let bytes = wholes.reduce((sum, whole) => sum + whole.bytes, 0);
  const out: string[] = [];
  for (const whole of oldestFirst) {
    const isOld = now - whole.updatedAt >= keepMs;
    const isTooMany = whole.isOver && (over > runsMax || bytes > bytesMax);
    if (!whole.mayGo || !(isOld || isTooMany)) continue;
    out.push(...whole.ids);
    bytes -= whole.bytes;
    if (whole.isOver) over -= 1;
  }
  return out;
}

/** A run with all that is below it. */
interface Whole {
  readonly id: string;
  /** The innermost first, its own last: cut off between them, it is still there to be found. */
  readonly ids: readonly string[];
  readonly updatedAt: number;
  readonly bytes: number;
  readonly isOver: boolean;
  readonly mayGo: boolean;
}

function wholesOf(runs: readonly RunSummary[]): readonly Whole[] {
  const ids = new Set(runs.map(({ id }) => id));
  const partsOf = partsByParent(runs);
  // A part whose run is gone stands for itself.
  const outermost = runs.filter(({ parent }) => parent === undefined || !ids.has(parent));
  return outermost.map((run) => {
    const all = [run];
    for (const one of all) all.push(...(partsOf.get(one.id) ?? []));
    return {
      id: run.id,
      ids: all.map(({ id }) => id).toReversed(),
      updatedAt: Math.max(...all.map(({ updatedAt }) => updatedAt)),
      bytes: all.reduce((sum, one) => sum + one.bytes, 0),
      isOver: isOver(run.phase),
      mayGo: all.every(({ phase }) => isOver(phase) || phase === "interrupted"),
    };
  });
}
