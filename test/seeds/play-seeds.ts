// The program of a room: it plays many seeds, tells of every one that fails, and keeps its number for all runs to come.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { failureText } from "./report.ts";
import type { Room } from "./room.ts";

/** What a release is tried with: from some minutes to an hour on one core, as the room has it. */
const seedsDefault = 10_000;
/** Seeds between two lines of progress. */
const progressSeeds = 500;
/** Failed seeds that one run keeps: a bug may show in most of them, and a few are as good as all. */
const keptSeedsMax = 10;

/** Plays what the program's arguments say; `keptSeeds` is where the room's are. Gives the exit code. */
export async function playSeeds<Entry>(room: Room<Entry>, keptSeeds: URL): Promise<number> {
  const given = parseArguments();
  if (given === undefined) {
    process.stderr.write(`${usageOf(room)}\n`);
    return 2;
  }
  const { seed, from, seeds, only } = given;
  const kept: number[] = only ? [] : JSON.parse(readFileSync(keptSeeds, "utf8"));
  const range = Array.from({ length: seeds }, (_, index) => from + index);
  const all = seed === undefined ? [...kept, ...range.filter((each) => !kept.includes(each))] : [seed];
  const failed: number[] = [];
  let entries = 0;
  let hash = "";
  const startMs = performance.now();
  for (const [index, each] of all.entries()) {
    const played = await room.play(each);
    entries += played.entries.length;
    hash = played.hash;
    const failure = failureText(room, played);
    if (failure !== undefined) {
      failed.push(each);
      process.stderr.write(`${failure}\n\n`);
    }
    if ((index + 1) % progressSeeds === 0)
      process.stderr.write(`${index + 1} of ${all.length} seeds, ${failed.length} failed\n`);
  }
  const ms = Math.round(performance.now() - startMs);
  const figures = {
    seeds: all.length,
    failed: failed.length,
    entries,
    ms,
    ...(seed === undefined ? {} : { hash }),
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  const added = failed.filter((each) => !kept.includes(each)).slice(0, keptSeedsMax);
  if (added.length > 0 && !only)
    writeFileSync(keptSeeds, `${JSON.stringify([...kept, ...added].sort((a, b) => a - b))}\n`);
  return failed.length > 0 ? 1 : 0;
}

function usageOf<Entry>({ script, folder }: Room<Entry>): string {
  return `Usage: npm run ${script} -- [--seed N] [--from N] [--seeds N] [--only]
  --seed N    plays this one seed and shows its trace's hash
  --from N    the first seed (1)
  --seeds N   how many seeds, one after the other (${seedsDefault})
  --only      plays no others than these, and adds none
The seeds of test/${folder}/seeds.json are played before all others. Seeds that fail, ten of them at most, are added.
Exit codes: 0 all seeds passed, 1 some failed, 2 bad usage.`;
}

interface Given {
  readonly seed: number | undefined;
  readonly from: number;
  readonly seeds: number;
  /** These and no others. */
  readonly only: boolean;
}

function parseArguments(): Given | undefined {
  const option = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      options: { seed: option, from: option, seeds: option, only: { type: "boolean" } },
    });
    const number = (text: string | undefined): number | undefined => {
      if (text === undefined) return undefined;
      if (!/^\d{1,9}$/.test(text)) throw new RangeError(`"${text}" is no whole number from 0.`);
      return Number(text);
    };
    return {
      seed: number(values.seed),
      from: number(values.from) ?? 1,
      seeds: number(values.seeds) ?? seedsDefault,
      only: values.only ?? false,
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}
