// Hands runtime events to whoever subscribed. A subscriber that throws is let go: telling must never harm the teller.
import { reasonOfThrown } from "../process/exit-reason.ts";
import type { EventSubscriber, RuntimeEvent, RuntimeEventName, RuntimeEvents } from "./events.ts";

export class EventBus {
  #subscribers: readonly EventSubscriber[] = [];

  /** Calls `subscriber` for every event from now on, in the turn in which it happens. Gives back how to stop that. */
  subscribe(subscriber: EventSubscriber): () => void {
    this.#subscribers = [...this.#subscribers, subscriber];
    return () => {
      this.#subscribers = this.#subscribers.filter((other) => other !== subscriber);
    };
  }

  /** False where nobody would hear: what is costly to tell need not be put together. */
  get isHeard(): boolean {
    return this.#subscribers.length > 0;
  }

  emit<N extends RuntimeEventName>(name: N, data: RuntimeEvents[N]): void {
    if (!this.isHeard) return;
    const event = { name, data } as RuntimeEvent;
    for (const subscriber of this.#subscribers) {
      try {
        subscriber(event);
      } catch (error) {
        this.#subscribers = this.#subscribers.filter((other) => other !== subscriber);
        this.emit("subscriber_failed", { reason: reasonOfThrown(error) });
      }
    }
  }
}
