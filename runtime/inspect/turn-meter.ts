// Measures turns while somebody wants to know (OTP: `erlang:system_monitor`). A look at the clock costs as much as a cheap message.

import { Misuse } from "../process/failures.ts";
import type { Kernel } from "../process/kernel.ts";
import type { Process } from "../process/process.ts";
import type { Runnable, TurnMeter } from "../process/scheduler.ts";

export interface SystemMonitorOptions {
  /** A turn that takes this many milliseconds, or more, is told as the event `long_turn`. */
  readonly longTurnMs: number;
}

/** Adds up the turns of each process, and tells of long ones: once each, by the shortest limit that is asked for. */
class ProcessTurns implements TurnMeter {
  readonly limits = new Set<SystemMonitorOptions>();
  readonly #kernel: Kernel;
  readonly #turnMs = new WeakMap<Runnable, number>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  turned(runnable: Runnable, turnMs: number): void {
    this.#turnMs.set(runnable, this.turnMsOf(runnable) + turnMs);
    for (const { longTurnMs } of this.limits) {
      if (turnMs < longTurnMs) continue;
      const { pid, name, logicName } = runnable as Process;
      this.#kernel.events.emit("long_turn", { pid, name, logic: logicName, turnMs });
      return;
    }
  }

  turnMsOf(runnable: Runnable): number {
    return this.#turnMs.get(runnable) ?? 0;
  }
}

/**
 * Measures every turn from now on. Gives back how to stop that. What a process does behind an `await` belongs to no turn; where
 * that holds everybody up, `event_loop_lag` tells.
 * @throws {Misuse} `longTurnMs` is no number of milliseconds from 0
 */
export function monitorSystem(kernel: Kernel, options: SystemMonitorOptions): () => void {
  const { longTurnMs } = options;
  if (typeof longTurnMs !== "number" || !(longTurnMs >= 0)) {
    throw new Misuse(`longTurnMs is a number of milliseconds from 0; given was ${String(longTurnMs)}.`);
  }
  const { scheduler } = kernel;
  const turns = scheduler.meter instanceof ProcessTurns ? scheduler.meter : new ProcessTurns(kernel);
  // An own copy: asked twice with the same object, it has to be stopped twice.
  const asked = { ...options };
  turns.limits.add(asked);
  scheduler.meter = turns;
  return () => {
    turns.limits.delete(asked);
    if (turns.limits.size === 0 && scheduler.meter === turns) scheduler.meter = undefined;
  };
}
