// Which kept change sets are taken out: those of old runs, and of the oldest ones where all are too much. Pure.

export interface KeepLimits {
  readonly days: number;
  readonly bytesMax: number;
}

export interface KeptSize {
  readonly name: string;
  /** The sets of a run stay or go together: half of it cannot be taken back. */
  readonly run: string;
  /** By the wall clock, in milliseconds. */
  readonly at: number;
  readonly bytes: number;
}

/** The names of those that go. The newest run stays for its days, however much it is. */
export function droppedOf(sets: readonly KeptSize[], keep: KeepLimits, now: number): readonly string[] {
  const runs = new Map<string, KeptSize[]>();
  for (const set of sets) runs.set(set.run, [...(runs.get(set.run) ?? []), set]);
  const newestFirst = [...runs.values()].toSorted(newerFirst);
  const dropped: string[] = [];
  let bytes = 0;
  for (const [index, run] of newestFirst.entries()) {
    bytes += run.reduce((sum, set) => sum + set.bytes, 0);
    const isOld = lastOf(run) <= now - keep.days * dayMs;
    if (isOld || (index > 0 && bytes > keep.bytesMax)) dropped.push(...run.map(({ name }) => name));
  }
  return dropped;
}

/** Names sort as they were made, also within a millisecond. */
function newerFirst(left: readonly KeptSize[], right: readonly KeptSize[]): number {
  const byTime = lastOf(right) - lastOf(left);
  return byTime !== 0 ? byTime : (left.at(-1)?.name ?? "") < (right.at(-1)?.name ?? "") ? 1 : -1;
}

const dayMs = 86_400_000;

function lastOf(sets: readonly KeptSize[]): number {
  return Math.max(...sets.map(({ at }) => at));
}
