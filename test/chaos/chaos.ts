// `npm run chaos`: plays every row of the matrix of faults, measures, and plays random schedules until the time is over.
import { copyFileSync, cpSync } from "node:fs";
import { parseArgs } from "node:util";
import { measure } from "./figures.ts";
import { playPipelines } from "./pipeline-figures.ts";
import { playSchedule } from "./play.ts";
import { playRow, type Row } from "./row.ts";
import { rows } from "./rows.ts";
import { playRuns } from "./run-figures.ts";
import { stepText } from "./schedule.ts";

const minutesDefault = 5;
const roundsDefault = 20;
const runsDefault = 1_000;
const roomsDefault = 20;
const parts = ["rows", "figures", "runs", "pipelines", "schedules"] as const;

const usage = `Usage: npm run chaos -- [--only rows|figures|runs|pipelines|schedules] [--fault N] [--about WORD] [--rounds N] [--runs N] [--rooms N] [--minutes N] [--seed N]
  --only PART   this part alone; all of them by default
  --fault N     of the rows, those of this fault
  --about WORD  of the rows, those with this word in their subjects
  --rounds N    deaths and restarts of the broker to measure (${roundsDefault})
  --runs N      runs whose owners are killed wherever they stand (${runsDefault})
  --rooms N     rooms of pipelines whose owners are killed wherever a seed says (${roomsDefault})
  --minutes N   for how long schedules are played, one at least (${minutesDefault})
  --seed N      that of the first schedule, and of the first room of pipelines; by chance by default
Exit codes: 0 all went well, 1 something did not, 2 bad usage.`;

interface Given {
  readonly only: (typeof parts)[number] | undefined;
  readonly fault: number | undefined;
  readonly about: string;
  readonly rounds: number;
  readonly runs: number;
  readonly rooms: number;
  readonly minutes: number;
  readonly seed: number;
}

async function run(): Promise<number> {
  const given = parseArguments();
  if (given === undefined) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  bringFiles();
  const { only, rounds, rooms, minutes, seed } = given;
  const told = (line: string): void => void process.stderr.write(`${line}\n`);
  const wants = (part: (typeof parts)[number]): boolean => (only ?? part) === part;
  const failedRows = wants("rows") ? await playRows(given) : 0;
  const figures = wants("figures") ? await measure(rounds) : undefined;
  const runs = wants("runs") ? await playRuns(given.runs, told) : undefined;
  const pipelines = wants("pipelines") ? await playPipelines(seed, rooms, told) : undefined;
  const schedules = wants("schedules") ? await playSchedules(seed, minutes) : undefined;
  process.stdout.write(`${JSON.stringify({ failedRows, figures, runs, pipelines, schedules })}\n`);
  const failed = [runs, pipelines, schedules].reduce(
    (sum, played) => sum + (played?.failed.length ?? 0),
    failedRows,
  );
  return failed === 0 ? 0 : 1;
}

async function playRows({ fault, about }: Given): Promise<number> {
  let failed = 0;
  const isMeant = (row: Row): boolean => (fault ?? row.fault) === row.fault && row.subject.includes(about);
  for (const row of rows.filter(isMeant)) {
    const title = `fault ${row.fault}: ${row.subject} ${row.name}`;
    try {
      await playRow(row);
      process.stderr.write(`well   ${title}\n`);
    } catch (error) {
      failed += 1;
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stderr.write(`FAILED ${title}\n${text}\n`);
    }
  }
  return failed;
}

async function playSchedules(first: number, minutes: number) {
  const end = performance.now() + minutes * 60_000;
  const failed: number[] = [];
  let entries = 0;
  let seed = first;
  do {
    const played = await playSchedule(seed);
    entries += played.entries;
    process.stderr.write(`${played.failure === undefined ? "well  " : "FAILED"} seed ${seed}\n`);
    if (played.failure !== undefined) {
      failed.push(seed);
      const steps = played.steps.map((step) => `  ${stepText(step)}`).join("\n");
      const again = `npm run chaos -- --only schedules --minutes 0 --seed ${seed}`;
      process.stderr.write(`What was done:\n${steps}\n${played.failure}\nDo it again: ${again}\n`);
    }
    seed += 1;
  } while (performance.now() < end);
  return { first, played: seed - first, failed, entries };
}

/** What is looked for beside the compiled program: what the broker is installed by, where this machine has none, and the prompts. */
function bringFiles(): void {
  for (const name of ["nats/package.json", "nats/package-lock.json"])
    copyFileSync(new URL(`../../../../${name}`, import.meta.url), new URL(`../${name}`, import.meta.url));
  const templates = "actors/prompts/templates/";
  cpSync(
    new URL(`../../../../../${templates}`, import.meta.url),
    new URL(`../../${templates}`, import.meta.url),
    {
      recursive: true,
    },
  );
}

function parseArguments(): Given | undefined {
  const option = { type: "string" } as const;
  const options = {
    only: option,
    fault: option,
    about: option,
    rounds: option,
    runs: option,
    rooms: option,
    minutes: option,
    seed: option,
  };
  try {
    const { only, fault, about = "", rounds, runs, rooms, minutes, seed } = parseArgs({ options }).values;
    const part = parts.find((each) => each === only);
    if (only !== undefined && part === undefined) throw new RangeError(`There is no part "${only}".`);
    return {
      only: part,
      fault: fault === undefined ? undefined : wholeNumber(fault),
      about,
      rounds: wholeNumber(rounds ?? String(roundsDefault)),
      runs: wholeNumber(runs ?? String(runsDefault)),
      rooms: wholeNumber(rooms ?? String(roomsDefault)),
      minutes: wholeNumber(minutes ?? String(minutesDefault)),
      seed: wholeNumber(seed ?? String(Math.floor(Math.random() * 1_000_000))),
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError(`"${text}" is no whole number from 0.`);
  return Number(text);
}

process.exitCode = await run();
