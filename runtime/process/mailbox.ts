// A process's queue: a ring that grows, in two lanes (priority messages first), with an optional bound on what users send.
import type { Ref } from "./pid.ts";
import type { Message } from "./protocol.ts";
import { SystemMessage } from "./system-message.ts";

/** A call or a cast on its way: the name, the payload, and for a call where the reply goes. */
export class Request {
  readonly type: string;
  readonly payload: unknown;
  readonly from: Ref | undefined;
  constructor(type: string, payload: unknown, from: Ref | undefined) {
    this.type = type;
    this.payload = payload;
    this.from = from;
  }
}

export type Item = Request | Message;

export interface MailboxBound {
  /** User messages that may wait. */
  readonly max: number;
  /**
   * What gives when one more comes: the process itself (`kill`, OTP's max_heap_size), the message that comes, or the
   * oldest that waits. Exits, downs and timeouts are neither counted nor dropped.
   */
  readonly onFull: "kill" | "dropNewest" | "dropOldest";
  /** False keeps the overflow out of the events; true by default. */
  readonly log?: boolean;
}

const firstCapacity = 8;

/** Most processes wait with an empty mailbox, so all of them share this until the first message asks for memory. */
const noSlots: undefined[] = [];

/** First in, first out, in one array whose size is a power of two. */
export class Ring<T> {
  #slots: (T | undefined)[] = noSlots;
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Items that fit without asking for more memory. */
  get capacity(): number {
    return this.#slots.length;
  }

  push(item: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = item;
    this.#length += 1;
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#length -= 1;
    if (this.#length > 0) this.#head = (this.#head + 1) & (this.#slots.length - 1);
    else this.#emptied();
    return item;
  }

  at(index: number): T | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    return this.#slots[(this.#head + index) & (this.#slots.length - 1)];
  }

  /** Takes the item at `index` out; those before it move up. */
  removeAt(index: number): T | undefined {
    const item = this.at(index);
    if (index < 0 || index >= this.#length) return undefined;
    const mask = this.#slots.length - 1;
    for (let i = index; i > 0; i -= 1) {
      this.#slots[(this.#head + i) & mask] = this.#slots[(this.#head + i - 1) & mask];
    }
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & mask;
    this.#length -= 1;
    return item;
  }

  /** Gives the memory back, all of it, if nothing is queued. */
  release(): void {
    if (this.#length > 0) return;
    this.#slots = noSlots;
    this.#head = 0;
  }

  /** A queue that was long once gives its memory back when it is empty. */
  #emptied(): void {
    this.#head = 0;
    if (this.#slots.length > 1024) this.#slots = noSlots;
  }

  #grow(): void {
    const old = this.#slots;
    const slots: (T | undefined)[] = new Array(Math.max(firstCapacity, old.length * 2));
    for (let i = 0; i < this.#length; i += 1) slots[i] = old[(this.#head + i) & (old.length - 1)];
    this.#slots = slots;
    this.#head = 0;
  }
}

/** The ring holds the ordinary messages; another one, where there are any, those of priority. */
export class Mailbox extends Ring<Item> {
  #priority: Ring<Item> | undefined;
  readonly #isBounded: boolean;
  /** User messages waiting: the only ones a bound counts, and counted only where there is one. */
  userMessages = 0;

  constructor(isBounded = false) {
    super();
    this.#isBounded = isBounded;
  }

  override get length(): number {
    return this.#priority === undefined ? super.length : super.length + this.#priority.length;
  }

  override get capacity(): number {
    return super.capacity + (this.#priority?.capacity ?? 0);
  }

  /** Gives back the memory of what is empty: for a process that will wait long (OTP: `hibernate`). */
  override release(): void {
    super.release();
    if (this.#priority?.length === 0) this.#priority = undefined;
  }

  override push(item: Item): void {
    if (this.#isBounded && isUserItem(item)) this.userMessages += 1;
    super.push(item);
  }

  /** Queues before every ordinary message, behind earlier ones of priority (EEP-76). */
  pushPriority(item: Item): void {
    if (this.#isBounded && isUserItem(item)) this.userMessages += 1;
    this.#priority ??= new Ring();
    this.#priority.push(item);
  }

  override shift(): Item | undefined {
    const item = this.#priority?.shift() ?? super.shift();
    if (this.#isBounded && item !== undefined && isUserItem(item)) this.userMessages -= 1;
    return item;
  }

  /** Takes the first item that `matches` out and leaves the others in order: selective receive. */
  take(matches: (item: Item) => boolean): Item | undefined {
    return this.#takeFrom(this.#priority, matches) ?? this.#takeFrom(this, matches);
  }

  /** Takes the oldest message of a user out: what `dropOldest` gives up. */
  takeOldestUserMessage(): Item | undefined {
    return this.take(isUserItem);
  }

  #takeFrom(ring: Ring<Item> | undefined, matches: (item: Item) => boolean): Item | undefined {
    if (ring === undefined) return undefined;
    for (let index = 0; ; index += 1) {
      const item = ring.at(index);
      if (item === undefined) return undefined;
      if (!matches(item)) continue;
      if (this.#isBounded && isUserItem(item)) this.userMessages -= 1;
      return ring.removeAt(index);
    }
  }
}

/** True for what users send: all but the runtime's own messages. */
export function isUserItem(item: Item): boolean {
  return !(item instanceof SystemMessage);
}
