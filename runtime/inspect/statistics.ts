// Counts what a process does, from when it is asked to (OTP: `sys:statistics`).
import type { Process } from "../process/process.ts";
import type { Sight, Watcher } from "./watch.ts";

export interface Statistics {
  /** When counting began, and when it was read: wall-clock milliseconds since the epoch. */
  readonly startedAtMs: number;
  readonly atMs: number;
  readonly turns: number;
  readonly messagesIn: number;
  /** Messages, casts, calls and replies that it sent. */
  readonly messagesOut: number;
}

export class StatisticsWatcher implements Watcher {
  readonly #process: Process;
  readonly #startedAtMs: number;
  #turns = 0;
  #in = 0;
  #out = 0;

  constructor(process: Process) {
    this.#process = process;
    this.#startedAtMs = process.kernel.world.clock.wallTime();
  }

  see({ is }: Sight): void {
    if (is === "turn") this.#turns += 1;
    else if (is === "in") this.#in += 1;
    else if (is === "out" || is === "reply") this.#out += 1;
  }

  read(): Statistics {
    return {
      startedAtMs: this.#startedAtMs,
      atMs: this.#process.kernel.world.clock.wallTime(),
      turns: this.#turns,
      messagesIn: this.#in,
      messagesOut: this.#out,
    };
  }
}
