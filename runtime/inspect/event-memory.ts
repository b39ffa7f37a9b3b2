// Remembers the last events of a process (OTP: `sys:log`).
import { Ring } from "../process/mailbox.ts";
import type { Process } from "../process/process.ts";
import { shownEvent, type TraceEvent } from "./shown-event.ts";
import type { Sight, Watcher } from "./watch.ts";

export class EventMemory implements Watcher {
  readonly #events = new Ring<TraceEvent>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get length(): number {
    return this.#events.length;
  }

  see(sight: Sight, process: Process): void {
    const event = shownEvent(sight, process);
    if (event === undefined) return;
    if (this.#events.length >= this.#max) this.#events.shift();
    this.#events.push(event);
  }

  /** The oldest first. */
  read(): readonly TraceEvent[] {
    return Array.from({ length: this.#events.length }, (_, index) => this.#events.at(index) as TraceEvent);
  }
}
