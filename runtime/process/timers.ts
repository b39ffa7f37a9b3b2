// All timers of a node on one timer of the world: a list for each duration, in order by itself, and a heap over the lists.
// Starting and stopping one costs a list operation (the design of Node's own `lib/internal/timers.js`), so that a deadline
// for every call is affordable.
import { limits } from "../limits.ts";
import type { TimerHandle, World } from "../world.ts";
import { Misuse } from "./failures.ts";

/** One armed timer. Lists are intrusive: the entry carries its neighbours. */
export class Timer {
  readonly due: number;
  readonly durationMs: number;
  readonly run: () => void;
  previous: Timer | undefined;
  next: Timer | undefined;
  list: DurationList | undefined;

  constructor(due: number, durationMs: number, run: () => void) {
    this.due = due;
    this.durationMs = durationMs;
    this.run = run;
  }

  get isArmed(): boolean {
    return this.list !== undefined;
  }
}

/** Timers of one duration: whoever was armed first is due first. */
class DurationList {
  readonly durationMs: number;
  head: Timer | undefined;
  tail: Timer | undefined;

  constructor(durationMs: number) {
    this.durationMs = durationMs;
  }

  append(timer: Timer): void {
    timer.list = this;
    timer.previous = this.tail;
    if (this.tail === undefined) this.head = timer;
    else this.tail.next = timer;
    this.tail = timer;
  }

  remove(timer: Timer): void {
    if (timer.previous === undefined) this.head = timer.next;
    else timer.previous.next = timer.next;
    if (timer.next === undefined) this.tail = timer.previous;
    else timer.next.previous = timer.previous;
    timer.previous = undefined;
    timer.next = undefined;
    timer.list = undefined;
  }
}

export class TimerService {
  readonly #world: World;
  readonly #lists = new Map<number, DurationList>();
  /** A binary heap of [due, list]; an entry whose list has moved on is put right when it surfaces. */
  readonly #heap: { due: number; list: DurationList }[] = [];
  #armed: TimerHandle | undefined;
  #armedDue = Number.POSITIVE_INFINITY;
  #firing = false;

  constructor(world: World) {
    this.#world = world;
  }

  /**
   * Runs `run` once after `delayMs` milliseconds (rounded up to whole ones; at least 0).
   * @throws {Misuse} it is not a number, which would put the whole heap out of order
   */
  start(delayMs: number, run: () => void): Timer {
    const durationMs = Math.max(0, Math.ceil(delayMs));
    if (Number.isNaN(durationMs)) {
      throw new Misuse(`A time is a number of milliseconds; given was ${delayMs}.`);
    }
    const timer = new Timer(this.#world.clock.now() + durationMs, durationMs, run);
    let list = this.#lists.get(durationMs);
    if (list === undefined) {
      list = new DurationList(durationMs);
      this.#lists.set(durationMs, list);
      list.append(timer);
      this.#heapPush({ due: timer.due, list });
      this.#arm();
    } else {
      list.append(timer);
    }
    return timer;
  }

  /** Disarms a timer; false when it has fired or was stopped before. */
  stop(timer: Timer): boolean {
    if (timer.list === undefined) return false;
    timer.list.remove(timer);
    return true;
  }

  /** Milliseconds until `timer` fires, 0 when it is overdue, undefined when it is not armed. */
  remaining(timer: Timer): number | undefined {
    if (timer.list === undefined) return undefined;
    return Math.max(0, timer.due - this.#world.clock.now());
  }

  /** Disarms everything: the node is going away. */
  stopAll(): void {
    this.#lists.clear();
    this.#heap.length = 0;
    if (this.#armed !== undefined) this.#world.timers.clear(this.#armed);
    this.#armed = undefined;
    this.#armedDue = Number.POSITIVE_INFINITY;
  }

  #arm(): void {
    const top = this.#heap[0];
    if (this.#firing || top === undefined || top.due >= this.#armedDue) return;
    if (this.#armed !== undefined) this.#world.timers.clear(this.#armed);
    this.#armedDue = top.due;
    const waitMs = Math.min(limits.timerMsMax, Math.max(0, top.due - this.#world.clock.now()));
    this.#armed = this.#world.timers.set(waitMs, this.#fire);
  }

  readonly #fire = (): void => {
    this.#armed = undefined;
    this.#armedDue = Number.POSITIVE_INFINITY;
    this.#firing = true;
    try {
      this.#runAllDue(this.#world.clock.now());
    } finally {
      // Even when a timer's own work throws, the others fire.
      this.#firing = false;
      this.#arm();
    }
  };

  #runAllDue(now: number): void {
    for (let top = this.#heap[0]; top !== undefined && top.due <= now; top = this.#heap[0]) {
      const { list } = top;
      this.#runDue(list, now);
      if (list.head === undefined) {
        this.#heapPop();
        this.#lists.delete(list.durationMs);
      } else {
        top.due = list.head.due;
        this.#heapSiftDown();
      }
    }
  }

  #runDue(list: DurationList, now: number): void {
    for (let timer = list.head; timer !== undefined && timer.due <= now; timer = list.head) {
      list.remove(timer);
      timer.run();
    }
  }

  #heapPush(entry: { due: number; list: DurationList }): void {
    const heap = this.#heap;
    heap.push(entry);
    let index = heap.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (dueAt(heap, parent) <= dueAt(heap, index)) return;
      swap(heap, parent, index);
      index = parent;
    }
  }

  #heapPop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#heapSiftDown();
  }

  #heapSiftDown(): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      let least = index;
      if (dueAt(heap, left) < dueAt(heap, least)) least = left;
      if (dueAt(heap, right) < dueAt(heap, least)) least = right;
      if (least === index) return;
      swap(heap, least, index);
      index = least;
    }
  }
}

function dueAt(heap: readonly { due: number }[], index: number): number {
  return heap[index]?.due ?? Number.POSITIVE_INFINITY;
}

function swap<T>(heap: T[], left: number, right: number): void {
  const a = heap[left];
  const b = heap[right];
  if (a === undefined || b === undefined) return;
  heap[left] = b;
  heap[right] = a;
}
