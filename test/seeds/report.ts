// What a person needs who is told that a seed fails: what was wrong, what had happened before, and how to play it again.
import type { Played, Room } from "./room.ts";

/** Violations shown; the first is mostly the cause of the others. */
const violationsMax = 10;
/** Entries of the trace shown before the first violation, and after it. */
const entriesBefore = 30;
const entriesAfter = 3;

/** Undefined for a play in which nothing went wrong. */
export function failureText<Entry>(room: Room<Entry>, played: Played<Entry>): string | undefined {
  const { seed, hash, entries, violations } = played;
  const [first] = violations.toSorted((one, other) => one.index - other.index);
  if (first === undefined) return undefined;
  const start = Math.max(0, first.index - entriesBefore);
  const shown = entries.slice(start, first.index + entriesAfter + 1);
  return [
    `Seed ${seed} fails (trace ${hash}).`,
    ...violations
      .slice(0, violationsMax)
      .map(({ check, problem, index }) => `  ${check}: ${problem} [${index}]`),
    ...(violations.length > violationsMax ? [`  and ${violations.length - violationsMax} more`] : []),
    `The trace around the first, ${entries.length} entries in all (virtual ms, what happened):`,
    ...shown.map(
      (entry, index) =>
        `${start + index === first.index ? ">" : " "} ${start + index} ${room.entryText(entry)}`,
    ),
    `Play it again: npm run ${room.script} -- --seed ${seed}`,
  ].join("\n");
}

export async function failuresOf<Entry>(room: Room<Entry>, seeds: readonly number[]): Promise<string[]> {
  const failures: string[] = [];
  for (const seed of seeds) failures.push(failureText(room, await room.play(seed)) ?? "");
  return failures.filter((failure) => failure !== "");
}
