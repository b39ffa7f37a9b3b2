// Hands runtime events to whoever subscribed. A subscriber that throws is let go: telling must never harm the teller.
import { reasonOfThrown } from "../process/exit-reason.ts";
import type { EventData, EventDefinition, NamedDefinition } from "./event-definition.ts";
import {
  type EventSubscriber,
  events,
  type RuntimeEvent,
  type RuntimeEventName,
  type RuntimeEvents,
} from "./events.ts";

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
    if (this.isHeard) this.#hand({ name, data } as RuntimeEvent, events[name]);
  }

  /** As `emit`, for an event of an application's own. */
  tell<D extends NamedDefinition>(definition: D, data: EventData<D>): void {
    if (this.isHeard) this.#hand({ name: definition.name, data } as RuntimeEvent, definition);
  }

  #hand(event: RuntimeEvent, definition: EventDefinition): void {
    for (const subscriber of this.#subscribers) {
      try {
        subscriber(event, definition);
      } catch (error) {
        this.#subscribers = this.#subscribers.filter((other) => other !== subscriber);
        this.emit("subscriber_failed", { reason: reasonOfThrown(error) });
      }
    }
  }
}
