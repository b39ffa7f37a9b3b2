// A simulated world: virtual time, randomness from a seed, nothing real. The same seed gives the same run.
import { memoryFileSystem } from "../file-systems/memory.ts";
import type { Programs } from "../program.ts";
import type { Random, TimerHandle, World } from "../world.ts";

interface VirtualTimer {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
}

export interface SimulatedWorld extends World {
  /** Virtual milliseconds since the world was made. */
  readonly elapsedMs: number;
  /**
   * Runs all that is due within `durationMs` of virtual time, in order, and lets the clock end there.
   * @throws where that is not a number of milliseconds from 0; and what the work throws that is run
   */
  advance(durationMs: number): Promise<void>;
  /** Runs until nothing is due now; the clock stands still. */
  settle(): Promise<void>;
  /**
   * Runs until `promise` settles, moving the clock as far as that needs, and gives what it gives.
   * @throws where nothing is left that could settle it, or `maxMs` of virtual time have passed
   */
  until<T>(promise: Promise<T>, maxMs?: number): Promise<T>;
}

export interface SimulatedWorldOptions {
  readonly seed?: number;
  /** Where the wall clock starts, in milliseconds since the epoch. */
  readonly wallTime?: number;
  readonly programs?: Programs;
  /** How likely each point of `maybe` is, from 0 to 1, by its name. One that is not among them never happens. */
  readonly odds?: Readonly<Record<string, number>>;
}

/** An hour: far beyond any deadline of the runtime, so a run that is still waiting then waits for nothing. */
const untilMsMax = 3_600_000;

export function simulatedWorld(options: SimulatedWorldOptions = {}): SimulatedWorld {
  return new Simulation(options);
}

class Simulation implements SimulatedWorld {
  readonly kind = "simulated";
  // The same on every machine.
  readonly parallelism = 4;
  readonly random: Random;
  readonly files;
  readonly programs: Programs;
  readonly #odds: ReadonlyMap<string, number>;
  readonly #wallStart: number;
  readonly #timers = new Set<VirtualTimer>();
  #tasks: (() => void)[] = [];
  #now = 0;
  #order = 0;

  constructor(options: SimulatedWorldOptions) {
    this.#wallStart = options.wallTime ?? Date.UTC(2026, 0, 1);
    this.random = seededRandom(options.seed ?? 1);
    this.files = memoryFileSystem();
    this.programs = options.programs ?? noPrograms;
    this.#odds = new Map(Object.entries(options.odds ?? {}));
  }

  readonly clock = {
    now: (): number => this.#now,
    wallTime: (): number => this.#wallStart + this.#now,
  };

  readonly timers = {
    set: (delayMs: number, run: () => void): TimerHandle => {
      this.#order += 1;
      // What is no number is due at once, as with the real timers.
      const timer = { due: this.#now + Math.max(0, delayMs || 0), order: this.#order, run };
      this.#timers.add(timer);
      return timer;
    },
    clear: (handle: TimerHandle): void => {
      this.#timers.delete(handle as VirtualTimer);
    },
  };

  readonly turns = {
    soon: (run: () => void): void => {
      this.#tasks.push(run);
    },
    afterIo: (run: () => void): void => {
      this.#tasks.push(run);
    },
  };

  readonly fetch = (): Promise<Response> => Promise.reject(new Error("A simulated world has no network."));

  get elapsedMs(): number {
    return this.#now;
  }

  // A point without odds draws nothing, so that one more of them leaves the seeds of others as they are.
  maybe(point: string): boolean {
    const odds = this.#odds.get(point) ?? 0;
    return odds > 0 && this.random.next() < odds;
  }

  async advance(durationMs: number): Promise<void> {
    if (!(durationMs >= 0)) throw new RangeError(`The clock cannot be moved by ${durationMs} ms.`);
    const end = this.#now + durationMs;
    await this.settle();
    for (let next = this.#nextTimer(); next !== undefined && next.due <= end; next = this.#nextTimer()) {
      this.#fire(next);
      await this.settle();
    }
    this.#now = Math.max(this.#now, end);
  }

  async settle(): Promise<void> {
    for (;;) {
      await microtasksToEnd();
      const tasks = this.#tasks;
      if (tasks.length === 0) return;
      this.#tasks = [];
      this.#run(tasks);
    }
  }

  async until<T>(promise: Promise<T>, maxMs = untilMsMax): Promise<T> {
    let settled = false;
    const note = (): void => {
      settled = true;
    };
    promise.then(note, note);
    const end = this.#now + maxMs;
    for (;;) {
      await this.settle();
      if (settled) return promise;
      const next = this.#nextTimer();
      if (next === undefined) {
        throw new Error(
          `The simulated world stands still at ${this.#now} ms: nothing is due that could settle the promise.`,
        );
      }
      if (next.due > end)
        throw new Error(`The promise has not settled within ${maxMs} ms of virtual time, until ${end} ms.`);
      this.#fire(next);
    }
  }

  #run(tasks: readonly (() => void)[]): void {
    for (const [index, run] of tasks.entries()) {
      try {
        run();
      } catch (thrown) {
        // Those behind it are no part of the failure: they run when the world goes on.
        this.#tasks = [...tasks.slice(index + 1), ...this.#tasks];
        throw thrown;
      }
    }
  }

  #nextTimer(): VirtualTimer | undefined {
    let next: VirtualTimer | undefined;
    for (const timer of this.#timers) {
      if (next === undefined || timer.due < next.due || (timer.due === next.due && timer.order < next.order))
        next = timer;
    }
    return next;
  }

  #fire(timer: VirtualTimer): void {
    this.#timers.delete(timer);
    this.#now = Math.max(this.#now, timer.due);
    timer.run();
  }
}

const noPrograms: Programs = {
  start: (options) => {
    throw new Error(
      `A simulated world starts no programs, and ${options.command} is one. Give it a simulated one.`,
    );
  },
};

/** Mulberry32 (T. Ettinger): small, quick and good enough to choose schedules; never for secrets. */
function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(next() * 256)),
  };
}

/** Promises settle on the real microtask queue, which is empty once a real macrotask has run. */
function microtasksToEnd(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
