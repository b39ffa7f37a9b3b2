// A world whose network is one body, and whose time stands still until somebody lets it pass.
import { realWorld, type World } from "../../../runtime/index.ts";

/** How a body ends: as it should, with the connection cut, or not at all. */
export type BodyEnd = "closed" | "cut" | "never";

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

export class StillWorld implements World {
  readonly kind = "simulated";
  readonly random = realWorld().random;
  readonly turns = realWorld().turns;
  readonly files = realWorld().files;
  readonly programs = realWorld().programs;
  readonly parallelism = 1;
  readonly maybe = (): boolean => false;
  readonly fetch: World["fetch"];
  readonly #timers = new Set<Timer>();
  #nowMs = 0;

  /** `size`: bytes that come at a time. */
  constructor(body: Uint8Array, size: number, end: BodyEnd) {
    this.fetch = async (_, init) => new Response(streamOf(body, size, end, init?.signal ?? undefined));
  }

  readonly clock: World["clock"] = {
    now: () => this.#nowMs,
    wallTime: () => 1_790_000_000_000 + this.#nowMs,
  };

  readonly timers: World["timers"] = {
    set: (delayMs, run) => {
      const timer = { atMs: this.#nowMs + delayMs, run };
      this.#timers.add(timer);
      return timer;
    },
    clear: (timer) => {
      this.#timers.delete(timer as Timer);
    },
  };

  get running(): number {
    return this.#timers.size;
  }

  /** Lets time pass, and what is due happen. */
  pass(ms: number): void {
    this.#nowMs += ms;
    for (const timer of [...this.#timers]) {
      if (timer.atMs <= this.#nowMs && this.#timers.delete(timer)) timer.run();
    }
  }
}

function streamOf(body: Uint8Array, size: number, end: BodyEnd, signal: AbortSignal | undefined) {
  let at = 0;
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        signal?.addEventListener("abort", () => controller.error(signal.reason));
      },
      pull: (controller) => {
        if (at < body.length) {
          controller.enqueue(body.subarray(at, at + size));
          at += size;
          return undefined;
        }
        if (end === "closed") controller.close();
        else if (end === "cut") controller.error(new TypeError("terminated"));
        // Whoever waits for more waits for ever.
        return end === "never" ? new Promise<void>(() => {}) : undefined;
      },
    },
    { highWaterMark: 0 },
  );
}
