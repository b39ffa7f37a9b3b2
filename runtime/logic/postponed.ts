// Events that a machine puts aside: they wait for its state to change, and then come again, oldest first.
import { limits } from "../limits.ts";
import { refuseCall } from "../process/calls.ts";
import { isUserItem, Ring } from "../process/mailbox.ts";
import type { Ref } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { Message } from "../process/protocol.ts";

export class Postponed {
  readonly #process: Process;
  #waiting = new Ring<Message>();
  /** Those that come again. What was put aside last was put aside by the event at hand, so it comes before the rest. */
  readonly #recalled: Ring<Message>[] = [];
  #length = 0;

  constructor(process: Process) {
    this.#process = process;
  }

  /** Events put aside that the machine has not been given again yet. */
  get length(): number {
    return this.#length;
  }

  get hasRecalled(): boolean {
    return this.#recalled.length > 0;
  }

  /** Events that wait for the state to change, oldest first. */
  waiting(): readonly Message[] {
    const events: Message[] = [];
    for (let event = this.#waiting.at(0); event !== undefined; event = this.#waiting.at(events.length))
      events.push(event);
    return events;
  }

  /** Puts an event aside. In a bounded mailbox it still counts as waiting. */
  add(event: Message): void {
    this.#waiting.push(event);
    this.#length += 1;
    this.#count(event, 1);
    this.#keepBound();
    if (this.#length !== limits.mailboxHighWaterMessages) return;
    const { kernel, pid, name } = this.#process;
    kernel.events.emit("mailbox_long", { pid, name, messages: this.#length });
  }

  /** The state has changed: all that waits comes again, before what is left of an earlier change. */
  recall(): void {
    if (this.#waiting.length === 0) return;
    this.#recalled.push(this.#waiting);
    this.#waiting = new Ring();
  }

  /** Takes the next event that comes again. */
  shift(): Message | undefined {
    const ring = this.#recalled.at(-1);
    const event = ring?.shift();
    if (ring === undefined || event === undefined) return undefined;
    if (ring.length === 0) this.#recalled.pop();
    this.#length -= 1;
    this.#count(event, -1);
    return event;
  }

  #count(event: Message, more: 1 | -1): void {
    const { bound, mailbox } = this.#process;
    if (bound !== undefined && isUserItem(event)) mailbox.userMessages += more;
  }

  /** The mailbox keeps its own bound when a message comes; the oldest may by then be one that was put aside. */
  #keepBound(): void {
    const { bound, mailbox, kernel, pid, name } = this.#process;
    if (bound?.onFull !== "dropOldest" || mailbox.userMessages <= bound.max) return;
    const dropped = this.#waiting.shift();
    if (dropped === undefined) return;
    this.#length -= 1;
    this.#count(dropped, -1);
    if (bound.log !== false)
      kernel.events.emit("mailbox_overflow", { pid, name, policy: bound.onFull, dropped: dropped.type });
    const { replyTo } = dropped as { readonly replyTo?: Ref };
    if (replyTo?.ref !== undefined && kernel.isLocal(replyTo)) refuseCall(this.#process, replyTo, bound.max);
  }
}
