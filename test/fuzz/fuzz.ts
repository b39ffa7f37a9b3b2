// `npm run fuzz`: reads millions of mutated frames, of hostile paths, of pipelines and of models' answers, and tells of a crash, of one that is slow and of growing
// memory with the way to see it again.
import { parseArgs } from "node:util";
import { type Dialect, dialects } from "../actors/llm/wire-formats.ts";
import { checkNames } from "./built-subjects.ts";
import { heldBytes, mebibytes } from "./held.ts";
import { playOne, playTranscripts } from "./llm/transcript-run.ts";
import { checkPaths } from "./paths.ts";
import { checkPipelines } from "./pipelines.ts";
import { checkPrototypes, hostileFrame, readFrame } from "./round.ts";

const framesDefault = 1_000_000;
const namesDefault = 1_000_000;
const pathsDefault = 1_000_000;
const pipelinesDefault = 200_000;
/** Of each provider. */
const transcriptsDefault = 100_000;
/** A frame that holds a node up for longer could be sent on purpose. */
const frameMsMax = 50;
/** The longest text that is read takes longer only where time grows faster than the length. */
const pipelineMsMax = 1_000;
/** A slow frame is slow each time; the collector of garbage and the machine's other work are not. */
const againTimes = 5;
/** Memory is compared to what it is after this many frames, when code and buffers are there. */
const warmFrames = 50_000;
const growthBytesMax = 50 * 1024 * 1024;
const progressFrames = 500_000;

const usage = `Usage: npm run fuzz -- [--seed N] [--frames N] [--names N] [--paths N] [--pipelines N]
    [--transcripts N] [--only N [--dialect NAME]]
  --seed N    what all frames are made from (1)
  --frames N  how many (${framesDefault})
  --names N   how many names go through the builder of subjects (${namesDefault})
  --paths N   how many paths go through the guard of a workspace (${pathsDefault})
  --pipelines N  how many texts are read as pipelines (${pipelinesDefault})
  --transcripts N  how many answers of each of ${dialects.join(", ")} (${transcriptsDefault})
  --only N    reads frame N of the seed alone, and shows it; with --dialect the answer N of that provider
Exit codes: 0 nothing did harm; 1 something crashed, a frame took more than ${frameMsMax} ms, an answer did not end as it must, or memory
grew by more than 50 MB; 2 bad usage.`;

interface Given {
  readonly seed: number;
  readonly frames: number;
  readonly names: number;
  readonly paths: number;
  readonly pipelines: number;
  readonly transcripts: number;
  readonly only: number | undefined;
  readonly dialect: Dialect | undefined;
}

async function run(given: Given): Promise<number> {
  const { seed, only, dialect, transcripts } = given;
  if (only !== undefined) return dialect === undefined ? readOne(seed, only) : playOne(dialect, seed, only);
  const frames = runFrames(given);
  process.stdout.write(`${JSON.stringify({ seed, ...(await checkPaths(seed, given.paths)) })}\n`);
  process.stdout.write(
    `${JSON.stringify({ seed, ...checkPipelines(seed, given.pipelines, pipelineMsMax) })}\n`,
  );
  return Math.max(frames, await playTranscripts(seed, transcripts));
}

function runFrames({ seed, frames, names }: Given): number {
  const outcomes = { frame: 0, malformed: 0, unknown: 0 };
  let slowest = { ms: 0, number: 0 };
  let warmBytes = 0;
  const failed: string[] = [];
  const startMs = performance.now();
  for (let number = 0; number < frames && failed.length === 0; number += 1) {
    const bytes = hostileFrame(seed, number);
    const beforeMs = performance.now();
    try {
      outcomes[readFrame(bytes).outcome] += 1;
    } catch (error) {
      failed.push(
        failure(seed, number, error instanceof Error ? (error.stack ?? error.message) : String(error)),
      );
    }
    const ms = performance.now() - beforeMs;
    if (ms > slowest.ms) slowest = { ms: ms > frameMsMax ? leastMs(bytes, ms) : ms, number };
    if (number === Math.min(warmFrames, frames - 1)) warmBytes = heldBytes();
    if ((number + 1) % progressFrames === 0) process.stderr.write(`${number + 1} of ${frames} frames\n`);
  }
  const seconds = (performance.now() - startMs) / 1000;
  const grownBytes = heldBytes() - warmBytes;
  if (slowest.ms > frameMsMax)
    failed.push(failure(seed, slowest.number, `It took ${slowest.ms.toFixed(1)} ms.`));
  if (grownBytes > growthBytesMax)
    failed.push(
      `Memory has grown by ${grownBytes} bytes. Again: npm run fuzz -- --seed ${seed} --frames ${frames}`,
    );
  checkPrototypes();
  const subjects = checkNames(seed, names);
  for (const text of failed) process.stderr.write(`${text}\n`);
  const figures = {
    seed,
    frames,
    framesPerSecond: Math.round(frames / seconds),
    slowestMs: Number(slowest.ms.toFixed(1)),
    slowestFrame: slowest.number,
    grownMiB: mebibytes(grownBytes),
    residentMiB: mebibytes(process.memoryUsage.rss()),
    ...outcomes,
    names,
    subjects,
    failed: failed.length,
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  return failed.length > 0 ? 1 : 0;
}

function readOne(seed: number, number: number): number {
  const bytes = hostileFrame(seed, number);
  process.stderr.write(`${bytes.length} bytes: ${Buffer.from(bytes.subarray(0, 400)).toString("hex")}\n`);
  const beforeMs = performance.now();
  const read = readFrame(bytes);
  const ms = performance.now() - beforeMs;
  process.stdout.write(`${JSON.stringify({ seed, frame: number, ...read, ms: Number(ms.toFixed(1)) })}\n`);
  return leastMs(bytes, ms) > frameMsMax ? 1 : 0;
}

function leastMs(bytes: Uint8Array, firstMs: number): number {
  let least = firstMs;
  for (let time = 0; time < againTimes && least > frameMsMax; time += 1) {
    const beforeMs = performance.now();
    readFrame(bytes);
    least = Math.min(least, performance.now() - beforeMs);
  }
  return least;
}

function failure(seed: number, number: number, what: string): string {
  return `Frame ${number} of seed ${seed}: ${what}\nAgain: npm run fuzz -- --seed ${seed} --only ${number}`;
}

function parseArguments(): Given | undefined {
  const option = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      options: {
        seed: option,
        frames: option,
        names: option,
        paths: option,
        pipelines: option,
        transcripts: option,
        only: option,
        dialect: option,
      },
    });
    const dialect = dialects.find((name) => name === values.dialect);
    if (values.dialect !== undefined && dialect === undefined) {
      throw new RangeError(`"${values.dialect}" is none of ${dialects.join(", ")}.`);
    }
    const number = (text: string | undefined): number | undefined => {
      if (text === undefined) return undefined;
      if (!/^\d{1,9}$/.test(text)) throw new RangeError(`"${text}" is no whole number from 0.`);
      return Number(text);
    };
    return {
      seed: number(values.seed) ?? 1,
      frames: number(values.frames) ?? framesDefault,
      names: number(values.names) ?? namesDefault,
      paths: number(values.paths) ?? pathsDefault,
      pipelines: number(values.pipelines) ?? pipelinesDefault,
      transcripts: number(values.transcripts) ?? transcriptsDefault,
      only: number(values.only),
      dialect,
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}

const given = parseArguments();
if (given === undefined) process.stderr.write(`${usage}\n`);
process.exitCode = given === undefined ? 2 : await run(given);
