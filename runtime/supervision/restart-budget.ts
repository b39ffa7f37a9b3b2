// How many restarts a supervisor may still make: more than `maxRestarts` within `withinMs` is one too many.

/** Counts restarts in a sliding window over a monotonic clock in milliseconds (OTP: supervisor.erl, add_restart). */
export class RestartBudget {
  readonly maxRestarts: number;
  readonly withinMs: number;
  /** Times of the restarts, oldest first; those before `#first` are outside of the window. */
  readonly #times: number[] = [];
  #first = 0;

  constructor(maxRestarts: number, withinMs: number) {
    this.maxRestarts = maxRestarts;
    this.withinMs = withinMs;
  }

  /** Restarts in the window that were allowed. */
  get count(): number {
    return this.#times.length - this.#first;
  }

  get left(): number {
    return this.maxRestarts - this.count;
  }

  /** Takes one restart at `nowMs` out of the budget; false when there is none left. */
  spend(nowMs: number): boolean {
    while (this.count > 0 && nowMs - (this.#times[this.#first] ?? nowMs) > this.withinMs) this.#first += 1;
    // What is outside of the window is let go of in batches, each paid for by as many restarts.
    if (this.#first > this.count) {
      this.#times.splice(0, this.#first);
      this.#first = 0;
    }
    if (this.count >= this.maxRestarts) return false;
    this.#times.push(nowMs);
    return true;
  }
}

/** What is wrong with a budget's figures, in words; undefined when nothing is. */
export function problemOfBudget(flags: {
  readonly maxRestarts?: number;
  readonly withinMs?: number;
}): string | undefined {
  const { maxRestarts = 0, withinMs = 1 } = flags;
  if (!Number.isInteger(maxRestarts) || maxRestarts < 0)
    return `maxRestarts is a whole number from 0; given was ${maxRestarts}.`;
  if (!(withinMs > 0)) return `withinMs is a number of milliseconds above 0; given was ${withinMs}.`;
  return undefined;
}
