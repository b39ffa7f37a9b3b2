// Watches what no process can see of itself: how late the event loop is, and how full the heap.
import type { Kernel } from "../process/kernel.ts";
import { HeapExhausted, HeapFull, type HeapLevel, type HeapReading, heapLevel, readHeap } from "./heap.ts";
import { nodeLimits } from "./limits.ts";

export interface HealthOptions {
  /** Reads the heap. By default that of this program; in a simulated world none, so that a run depends on its seed alone. */
  readonly heap?: () => HeapReading;
}

export class Health {
  readonly #kernel: Kernel;
  readonly #readHeap: (() => HeapReading) | undefined;
  readonly #exhausted: (error: HeapExhausted) => void;
  #due = 0;
  #level: HeapLevel = "fine";
  #reading: HeapReading | undefined;

  /** Looks from now on until the timers of the node are stopped. `exhausted` is called where the node has to end. */
  constructor(kernel: Kernel, { heap }: HealthOptions, exhausted: (error: HeapExhausted) => void) {
    this.#kernel = kernel;
    this.#readHeap = heap ?? (kernel.world.kind === "real" ? readHeap : undefined);
    this.#exhausted = exhausted;
    this.#plan();
  }

  /** Why no new work is started, where that is so. */
  get refusal(): HeapFull | undefined {
    if (this.#reading === undefined || this.#level === "fine" || this.#level === "high") return undefined;
    return new HeapFull(this.#kernel.name, this.#reading);
  }

  #plan(): void {
    this.#due = this.#kernel.world.clock.now() + nodeLimits.healthCheckMs;
    this.#kernel.timers.start(nodeLimits.healthCheckMs, () => {
      this.#lookAtEventLoop();
      const exhausted = this.#lookAtHeap();
      if (exhausted === undefined) this.#plan();
      else this.#exhausted(exhausted);
    });
  }

  #lookAtEventLoop(): void {
    const lagMs = this.#kernel.world.clock.now() - this.#due;
    if (lagMs > nodeLimits.eventLoopLagMsMax) this.#kernel.events.emit("event_loop_lag", { lagMs });
  }

  /** Gives the error to end with where it was exhausted twice in a row: after the first time it may still collect. */
  #lookAtHeap(): HeapExhausted | undefined {
    const reading = this.#readHeap?.();
    if (reading === undefined) return undefined;
    const before = this.#level;
    this.#level = heapLevel(reading, before);
    this.#reading = reading;
    if (before === "fine" && this.#level !== "fine") this.#kernel.events.emit("heap_high", reading);
    const isExhausted = before === "exhausted" && this.#level === "exhausted";
    return isExhausted ? new HeapExhausted(this.#kernel.name, reading) : undefined;
  }
}
