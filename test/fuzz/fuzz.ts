// `npm run fuzz`: reads millions of mutated frames, and tells of a crash, a slow frame or growing memory with the way to see it again.
import { parseArgs } from "node:util";
import { checkNames } from "./built-subjects.ts";
import { checkPrototypes, hostileFrame, readFrame } from "./round.ts";

const framesDefault = 1_000_000;
const namesDefault = 1_000_000;
/** A frame that holds a node up for longer could be sent on purpose. */
const frameMsMax = 50;
/** A slow frame is slow each time; the collector of garbage and the machine's other work are not. */
const againTimes = 5;
/** Memory is compared to what it is after this many frames, when code and buffers are there. */
const warmFrames = 50_000;
const growthBytesMax = 50 * 1024 * 1024;
const progressFrames = 500_000;

const usage = `Usage: npm run fuzz -- [--seed N] [--frames N] [--names N] [--only N]
  --seed N    what all frames are made from (1)
  --frames N  how many (${framesDefault})
  --names N   how many names go through the builder of subjects (${namesDefault})
  --only N    reads frame N of the seed alone, and shows it
Exit codes: 0 no frame did harm; 1 one crashed, one took more than ${frameMsMax} ms, or memory grew by more than 50 MB; 2 bad usage.`;

interface Given {
  readonly seed: number;
  readonly frames: number;
  readonly names: number;
  readonly only: number | undefined;
}

function run({ seed, frames, names, only }: Given): number {
  if (only !== undefined) return readOne(seed, only);
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

/**
 * What objects and buffers hold, garbage collected where that can be asked for. Not what the process has of the machine: the engine
 * takes some thirty megabytes for garbage to come while it works, and keeps them.
 */
function heldBytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function mebibytes(bytes: number): number {
  return Number((bytes / 1024 / 1024).toFixed(1));
}

function failure(seed: number, number: number, what: string): string {
  return `Frame ${number} of seed ${seed}: ${what}\nAgain: npm run fuzz -- --seed ${seed} --only ${number}`;
}

function parseArguments(): Given | undefined {
  const option = { type: "string" } as const;
  try {
    const { values } = parseArgs({ options: { seed: option, frames: option, names: option, only: option } });
    const number = (text: string | undefined): number | undefined => {
      if (text === undefined) return undefined;
      if (!/^\d{1,9}$/.test(text)) throw new RangeError(`"${text}" is no whole number from 0.`);
      return Number(text);
    };
    return {
      seed: number(values.seed) ?? 1,
      frames: number(values.frames) ?? framesDefault,
      names: number(values.names) ?? namesDefault,
      only: number(values.only),
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}

const given = parseArguments();
if (given === undefined) process.stderr.write(`${usage}\n`);
process.exitCode = given === undefined ? 2 : run(given);
