// The timeouts of a machine, as gen_statem has them: one that any event ends, one that a change of state ends, and any
// number that have a name and end only when they are told to.
import type { Message } from "../process/protocol.ts";
import type { HostRef } from "./host-ref.ts";
import type { HostSystem } from "./host-system.ts";

/**
 * Which timeout. A machine has at most one of each:
 * - `"event"`: any event stops it, one that nothing handles and one that was raised too (OTP: `timeout`);
 * - `"state"`: a change of state stops it (OTP: `state_timeout`);
 * - `{ name }`: only `cancelTimeout` stops it (OTP: `{timeout, Name}`).
 */
export type TimeoutKey = "event" | "state" | { readonly name: string };

export class Timeouts {
  readonly #system: HostSystem;
  readonly #owner: HostRef;
  /** Those without a delay need no timer: they come before the next message, in the order in which they were started. */
  readonly #immediate = new Map<string, Message>();

  constructor(system: HostSystem, owner: HostRef) {
    this.#system = system;
    this.#owner = owner;
  }

  get hasImmediate(): boolean {
    return this.#immediate.size > 0;
  }

  /** Starts a timeout in place of the one that runs under that key. `delayMs` is at least 0; Infinity only stops. */
  start(key: TimeoutKey, delayMs: number, event: Message): void {
    this.cancel(key);
    if (delayMs === 0) this.#immediate.set(text(key), event);
    else if (delayMs !== Number.POSITIVE_INFINITY)
      this.#system.schedule(this, this.#owner, event, delayMs, text(key));
  }

  /** Stops a timeout: even if its time has come already, its event is not seen. */
  cancel(key: TimeoutKey): void {
    this.#immediate.delete(text(key));
    this.#system.cancel(this, text(key));
  }

  /** Gives a timeout that runs another event; where none runs, that event comes at once. */
  update(key: TimeoutKey, event: Message): void {
    if (!this.#system.replaceEvent(this, text(key), event)) this.#immediate.set(text(key), event);
  }

  /** Takes the first timeout that has no delay. */
  shift(): Message | undefined {
    for (const [key, event] of this.#immediate) {
      this.#immediate.delete(key);
      return event;
    }
    return undefined;
  }
}

function text(key: TimeoutKey): string {
  return typeof key === "string" ? key : `name:${key.name}`;
}
