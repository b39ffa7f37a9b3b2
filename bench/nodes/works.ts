// The works of a comparison between nodes, the same for everybody in JavaScript, and how a program under test is asked for them.
import { percentile } from "../measure.ts";
import { inFlight, type Size } from "./sizes.ts";

export type Work =
  | { readonly kind: "latency" }
  | { readonly kind: "calls"; readonly callers: number }
  | { readonly kind: "flood"; readonly size: Size };

export type Figures = Readonly<Record<string, number>>;
export type Answer = { readonly figures: Figures } | { readonly problem: string };

/** What a program under test offers to the works. */
export interface Contestant {
  /** Runs the loop of one caller, each in a process of its own where there are such. */
  caller(loop: (call: () => Promise<unknown>) => Promise<void>): Promise<void>;
  /** Sends one way for `forMs`, and gives how many messages the receiver has counted when it had the last of them. */
  flood(size: Size, forMs: number): Promise<number>;
}

/** Milliseconds of one round: some thousand calls one after the other. */
const roundMs = 700;

/** Says that the program is ready, and does what it is asked for from then on. */
export function contest(contestant: Contestant): void {
  answerWith<Work>((work) => figuresOf(contestant, work));
}

/** Says that the program is ready, and answers each work with its figures from then on. */
export function answerWith<T>(figuresOf: (work: T) => Promise<Figures>): void {
  process.on("message", (work: T) => {
    figuresOf(work).then(
      (figures) => answer({ figures }),
      (error: unknown) => answer({ problem: String(error) }),
    );
  });
  ready();
}

/** Says that the program is ready, with what is to be known of it. */
export function ready(figures: Figures = {}): void {
  answer({ figures });
  // Without the program that asks there is nothing to do.
  process.on("disconnect", () => process.exit());
}

/** Milliseconds of a clock that all programs of this machine share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1_000_000;
}

function answer(given: Answer): void {
  process.send?.(given);
}

async function figuresOf(contestant: Contestant, work: Work): Promise<Figures> {
  switch (work.kind) {
    case "latency":
      return latency(contestant);
    case "calls":
      return { value: await callsASecond(contestant, work.callers) };
    case "flood": {
      const start = performance.now();
      const count = await contestant.flood(work.size, roundMs);
      return { value: (count / (performance.now() - start)) * 1_000 };
    }
  }
}

/** Microseconds of a call, one after the other. */
async function latency(contestant: Contestant): Promise<{ readonly p50: number; readonly p99: number }> {
  const tookUs: number[] = [];
  await contestant.caller(async (call) => {
    const end = performance.now() + roundMs;
    for (let start = performance.now(); start < end; ) {
      await call();
      const now = performance.now();
      tookUs.push((now - start) * 1_000);
      start = now;
    }
  });
  return { p50: percentile(tookUs, 50), p99: percentile(tookUs, 99) };
}

/** Calls that were answered, by many callers, each of which waits for one answer at a time. */
async function callsASecond(contestant: Contestant, callers: number): Promise<number> {
  let answered = 0;
  const start = performance.now();
  const end = start + roundMs;
  const loop = async (call: () => Promise<unknown>): Promise<void> => {
    while (performance.now() < end) {
      await call();
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, () => contestant.caller(loop)));
  return (answered / (performance.now() - start)) * 1_000;
}

/** Sends batches for `forMs`, as many at once as may be in flight; `counted` asks the receiver for its count, behind what was sent. */
export async function batches(
  size: Size,
  forMs: number,
  send: () => void,
  counted: () => Promise<number>,
): Promise<number> {
  const { batch, batchesMax } = inFlight[size];
  const end = performance.now() + forMs;
  const before = await counted();
  let sent = 0;
  let seen = before;
  const running = new Set<Promise<void>>();
  while (performance.now() < end) {
    for (let left = batch; left > 0; left -= 1) send();
    sent += batch;
    const one: Promise<void> = counted().then((count) => {
      seen = count;
      running.delete(one);
    });
    running.add(one);
    if (running.size >= batchesMax) await Promise.race(running);
    else await new Promise<void>((resolve) => setImmediate(resolve));
  }
  await Promise.all(running);
  if (seen - before !== sent) throw new Error(`${sent} messages were sent, and ${seen - before} came.`);
  return sent;
}
