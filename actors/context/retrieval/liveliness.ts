// What the history of a project says about one of its files: how much is done in it, as a number and in words.
import type { FileHistory, History } from "../history/history.ts";

/** From 0 to 1: half of it by how few commits came since it was changed, half by how often it was. */
export function liveliness({ commitsSince, changes }: FileHistory, commits: number, most: number): number {
  return (1 - commitsSince / commits) / 2 + changes / Math.max(1, most) / 2;
}

/** How often the file was changed that was changed most often. */
export function mostChanges({ files }: History): number {
  let most = 0;
  for (const { changes } of files.values()) most = Math.max(most, changes);
  return most;
}

/** None or one, such as `changed 3 times in the last 300 commits, last on 2025-01-31`. */
export function historyReasons(history: History | undefined, path: string): readonly string[] {
  const known = history?.files.get(path);
  if (history === undefined || known === undefined) return [];
  const { changes, lastChangedMs } = known;
  const times = changes === 1 ? "once" : `${changes} times`;
  const among = history.commits === 1 ? "the last commit" : `the last ${history.commits} commits`;
  // biome-ignore lint/style/noRestrictedGlobals: it writes down a date that is known, and asks no clock.
  const date = new Date(lastChangedMs).toISOString().slice(0, 10);
  return [`changed ${times} in ${among}, last on ${date}`];
}

/** Of numbers in their order, where the first one stands that is not smaller; their count where none is. */
export function firstNotBelow(numbers: readonly number[], number: number): number {
  let from = 0;
  let to = numbers.length;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if ((numbers[middle] ?? 0) >= number) to = middle;
    else from = middle + 1;
  }
  return from;
}
