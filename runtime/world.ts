// The one seam to everything outside: clock, randomness, timers, turns of the event loop, files, programs and fetch.
// Nothing else in the four chapters touches those directly, so a simulated world can stand in for the real one.
import type { FileSystem } from "./file-system.ts";
import type { Programs } from "./program.ts";

export interface Clock {
  /** Monotonic milliseconds since an arbitrary start; never goes back. */
  now(): number;
  /** Wall-clock milliseconds since the epoch; may jump. For people, never for deadlines. */
  wallTime(): number;
}

export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** `count` random bytes, fit for names of temporary files and tokens. */
  bytes(count: number): Uint8Array;
}

/** What `Timers.set` gives back: opaque to everyone but the world that made it. */
export type TimerHandle = unknown;

export interface Timers {
  /** Runs `run` once, not before `delayMs` milliseconds have passed. */
  set(delayMs: number, run: () => void): TimerHandle;
  clear(handle: TimerHandle): void;
}

export interface Turns {
  /** Runs `run` before the event loop goes on to timers and I/O. */
  soon(run: () => void): void;
  /** Runs `run` after the event loop has had a chance to serve timers and I/O. */
  afterIo(run: () => void): void;
}

export interface World {
  readonly kind: "real" | "simulated";
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
  readonly turns: Turns;
  readonly files: FileSystem;
  readonly programs: Programs;
  readonly fetch: typeof globalThis.fetch;
  /** How much can be done at once here, from 1: the cores that this program may use. */
  readonly parallelism: number;
  /**
   * True where the unlikely shall happen at the point called `point`: a fault that a simulated world injects, by its seed.
   * Never true in the real world.
   */
  maybe(point: string): boolean;
}
