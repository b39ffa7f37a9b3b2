// Functions that watch a process on a programmer's behalf: installed ones with a state (OTP: `sys:install`), and writers of lines.
import type { Process } from "../process/process.ts";
import { formatTraceEvent, shownEvent, type TraceEvent } from "./shown-event.ts";
import type { Sight, Watcher } from "./watch.ts";

/** What `step` of a debug function gives when it wants to see no more. */
export const debugDone = Symbol("debug function is done");

export interface DebugFunction<S = unknown> {
  /** What the first `step` is given as its state. */
  readonly initial: S;
  /** Called with each event in the turn of the watched; gives the state for the next. One that throws is removed. */
  readonly step: (state: S, event: TraceEvent) => S | typeof debugDone;
}

export class InstalledFunction implements Watcher {
  readonly id: string;
  readonly #step: DebugFunction["step"];
  #state: unknown;

  constructor(id: string, { initial, step }: DebugFunction) {
    this.id = id;
    this.#state = initial;
    this.#step = step;
  }

  see(sight: Sight, process: Process): "done" | undefined {
    const event = shownEvent(sight, process);
    if (event === undefined) return undefined;
    this.#state = this.#step(this.#state, event);
    return this.#state === debugDone ? "done" : undefined;
  }
}

export class LineWriter implements Watcher {
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  see(sight: Sight, process: Process): void {
    const event = shownEvent(sight, process);
    if (event !== undefined) this.#write(formatTraceEvent(event));
  }
}
