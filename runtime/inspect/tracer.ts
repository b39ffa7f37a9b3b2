// The events of one process as they happen, for whoever reads them: bounded in rate and in number, and told of what is left out.

import { Ring } from "../process/mailbox.ts";
import type { Process } from "../process/process.ts";
import type { Timer } from "../process/timers.ts";
import { inspectLimits } from "./limits.ts";
import { shownEvent, type TraceEvent } from "./shown-event.ts";
import { type Sight, type Watcher, watchProcess } from "./watch.ts";

export type TraceKind = "in" | "out" | "state" | "exit";

export interface TraceOptions {
  /** What is told; everything by default. */
  readonly events?: readonly TraceKind[];
  /** Of more events within a second the rest is left out and counted; 1,000 by default. The exit is always told. */
  readonly eventsPerSecondMax?: number;
}

/** Ends with the process, or when its reader returns; then nothing of it is left at the process. */
export interface Trace extends AsyncIterableIterator<TraceEvent>, AsyncDisposable {
  next(): Promise<IteratorResult<TraceEvent, undefined>>;
  return(): Promise<IteratorResult<TraceEvent, undefined>>;
  [Symbol.asyncIterator](): Trace;
}

type Result = IteratorResult<TraceEvent, undefined>;

const end: Result = Object.freeze({ done: true, value: undefined });

export class Tracer implements Watcher, Trace {
  readonly #process: Process;
  readonly #kinds: ReadonlySet<string>;
  readonly #eventsMax: number;
  readonly #waiting = new Ring<TraceEvent>();
  readonly #readers = new Ring<(result: Result) => void>();
  readonly #detach: () => void;
  #windowStart = Number.NEGATIVE_INFINITY;
  #inWindow = 0;
  #dropped = 0;
  #deadline: Timer | undefined;
  #isOver = false;
  #whenOver: (() => void) | undefined;

  constructor(process: Process, { events, eventsPerSecondMax }: TraceOptions) {
    this.#process = process;
    this.#kinds = new Set(events ?? ["in", "out", "state", "exit"]);
    this.#eventsMax = eventsPerSecondMax ?? inspectLimits.traceEventsPerSecondDefault;
    this.#detach = watchProcess(process, this);
  }

  /** Runs `whenOver` once nothing more is seen: at the end of the process, or of the reader's interest. */
  onOver(whenOver: () => void): void {
    this.#whenOver = whenOver;
  }

  see(sight: Sight, process: Process): "done" | undefined {
    if (sight.is === "exit") {
      if (this.#kinds.has("exit")) this.#tell(shownEvent(sight, process));
      this.#stop();
      return "done";
    }
    const kind = sight.is === "reply" ? "out" : sight.is;
    if (!this.#kinds.has(kind)) return undefined;
    if (this.#isTooMuch()) this.#drop();
    else this.#tell(shownEvent(sight, process));
    return undefined;
  }

  next(): Promise<Result> {
    const value = this.#waiting.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#isOver) return Promise.resolve(end);
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  /** Ends the trace; what waits to be read is given up. */
  return(): Promise<Result> {
    while (this.#waiting.length > 0) this.#waiting.shift();
    this.#dropped = 0;
    this.#stop();
    return Promise.resolve(end);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #isTooMuch(): boolean {
    const now = this.#process.kernel.world.clock.now();
    if (now - this.#windowStart >= inspectLimits.traceWindowMs) {
      this.#windowStart = now;
      this.#inWindow = 0;
    }
    if (this.#waiting.length >= inspectLimits.traceWaitingEventsMax) return true;
    this.#inWindow += 1;
    return this.#inWindow > this.#eventsMax;
  }

  /** It is counted, and told of before the next event or when the second is over: a reader of a flood reads events, not counts. */
  #drop(): void {
    this.#dropped += 1;
    if (this.#deadline !== undefined) return;
    const { timers } = this.#process.kernel;
    this.#deadline = timers.start(inspectLimits.traceWindowMs, () => {
      this.#deadline = undefined;
      if (this.#waiting.length < inspectLimits.traceWaitingEventsMax) this.#tellDropped();
    });
  }

  #tell(event: TraceEvent | undefined): void {
    if (event === undefined) return;
    this.#tellDropped();
    this.#hand(event);
  }

  #hand(value: TraceEvent): void {
    const reader = this.#readers.shift();
    if (reader === undefined) this.#waiting.push(value);
    else reader({ done: false, value });
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    const { pid, kernel } = this.#process;
    const events = this.#dropped;
    this.#dropped = 0;
    this.#hand({ is: "dropped", atMs: kernel.world.clock.wallTime(), pid, events });
  }

  #stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#tellDropped();
    if (this.#deadline !== undefined) this.#process.kernel.timers.stop(this.#deadline);
    this.#detach();
    for (let reader = this.#readers.shift(); reader !== undefined; reader = this.#readers.shift())
      reader(end);
    this.#whenOver?.();
  }
}
