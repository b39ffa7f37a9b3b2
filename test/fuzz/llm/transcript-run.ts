// Plays damaged transcripts of every provider, and tells of the first that did harm with the way to see it again.
import { type Dialect, dialects } from "../../actors/llm/wire-formats.ts";
import { heldBytes, mebibytes } from "../held.ts";
import { hostileBody, play, warmUp } from "./play.ts";

/** Memory is compared to what it is after this many, when code and buffers are there. */
const warmTranscripts = 2_000;
const growthBytesMax = 50 * 1_048_576;
/** What all objects may take at any moment: the answer with the most characters, its body and the garbage of a few of them. */
const heapBytesMax = 512 * 1_048_576;
/** To ask for it costs more than to play a short one. */
const sampledEvery = 20;
const progressTranscripts = 20_000;

/** The code to exit with. */
export async function playTranscripts(seed: number, count: number): Promise<number> {
  await warmUp();
  let code = 0;
  for (const dialect of dialects) code = Math.max(code, await playDialect(dialect, seed, count));
  return code;
}

/** Plays one alone, and shows it. */
export async function playOne(dialect: Dialect, seed: number, number: number): Promise<number> {
  await warmUp();
  const body = hostileBody(dialect, seed, number);
  process.stderr.write(`${JSON.stringify(Buffer.from(body.bytes.subarray(0, 2_000)).toString("latin1"))}\n`);
  const outcome = await play(dialect, body);
  const { size, end } = body;
  process.stdout.write(
    `${JSON.stringify({ seed, dialect, number, bytes: body.bytes.length, size, end, outcome })}\n`,
  );
  return 0;
}

async function playDialect(dialect: Dialect, seed: number, count: number): Promise<number> {
  const outcomes: Record<string, number> = {};
  const failed: string[] = [];
  let warmBytes = 0;
  let peakBytes = 0;
  const startMs = performance.now();
  for (let number = 0; number < count && failed.length === 0; number += 1) {
    try {
      const outcome = await play(dialect, hostileBody(dialect, seed, number));
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    } catch (error) {
      failed.push(failure(dialect, seed, number, error));
    }
    if (number % sampledEvery === 0) peakBytes = Math.max(peakBytes, process.memoryUsage().heapUsed);
    if (number === Math.min(warmTranscripts, count - 1)) warmBytes = heldBytes();
    if ((number + 1) % progressTranscripts === 0)
      process.stderr.write(`${number + 1} of ${count} answers of ${dialect}\n`);
  }
  const seconds = (performance.now() - startMs) / 1_000;
  const grownBytes = heldBytes() - warmBytes;
  if (grownBytes > growthBytesMax) failed.push(`Memory has grown by ${grownBytes} bytes with ${dialect}.`);
  if (peakBytes > heapBytesMax) failed.push(`Objects took ${peakBytes} bytes with ${dialect}.`);
  for (const text of failed) process.stderr.write(`${text}\n`);
  const figures = {
    dialect,
    seed,
    transcripts: count,
    perSecond: Math.round(count / seconds),
    grownMiB: mebibytes(grownBytes),
    peakMiB: mebibytes(peakBytes),
    ...outcomes,
    failed: failed.length,
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  return failed.length > 0 ? 1 : 0;
}

function failure(dialect: Dialect, seed: number, number: number, error: unknown): string {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `Answer ${number} of ${dialect}, seed ${seed}: ${what}\nAgain: npm run fuzz -- --seed ${seed} --dialect ${dialect} --only ${number}`;
}
