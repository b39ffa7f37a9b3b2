// All timers of a node on one timer of the world: a list for each duration, in order by itself, and a heap over the lists.
// Starting and stopping one costs a list operation (the design of Node's own `lib/internal/timers.js`), so that a deadline
// for every call is affordable.
import { limits } from "../limits.ts";
import type { TimerHandle, World } from "../world.ts";
import { Chain, type Chained } from "./chain.ts";
import { outsideProcesses } from "./current.ts";
import { Misuse } from "./failures.ts";

/** One timer; it is in a list while it is armed. */
export class Timer implements Chained<Timer> {
  readonly due: number;
  readonly run: () => void;
  list: DurationList | undefined;
  previous: Timer | undefined;
  next: Timer | undefined;

  constructor(due: number, run: () => void, list: DurationList) {
    this.due = due;
    this.run = run;
    this.list = list;
  }

  get isArmed(): boolean {
    return this.list !== undefined;
  }
}

/** Timers of one duration: whoever was armed first is due first. */
class DurationList extends Chain<Timer> {
  readonly durationMs: number;
  isInHeap = false;

  constructor(durationMs: number) {
    super();
    this.durationMs = durationMs;
  }
}

export class TimerService {
  readonly #world: World;
  readonly #lists = new Map<number, DurationList>();
  /** A binary heap of [due, list]; an entry whose list has moved on is put right when it surfaces. */
  readonly #heap: { due: number; list: DurationList }[] = [];
  #lastList: DurationList | undefined;
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
    const list = this.#listOf(durationMs);
    const timer = new Timer(this.#world.clock.now() + durationMs, run, list);
    list.append(timer);
    if (!list.isInHeap) {
      list.isInHeap = true;
      this.#heapPush({ due: timer.due, list });
      this.#arm();
    }
    return timer;
  }

  /** Disarms a timer; false when it has fired or was stopped before. */
  stop(timer: Timer): boolean {
    if (timer.list === undefined) return false;
    timer.list.remove(timer);
    timer.list = undefined;
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
    this.#lastList = undefined;
    this.#heap.length = 0;
    if (this.#armed !== undefined) this.#world.timers.clear(this.#armed);
    this.#armed = undefined;
    this.#armedDue = Number.POSITIVE_INFINITY;
  }

  /** Deadlines are of few durations, and most of one: that list is asked for again and again. */
  #listOf(durationMs: number): DurationList {
    if (this.#lastList?.durationMs === durationMs) return this.#lastList;
    let list = this.#lists.get(durationMs);
    if (list === undefined) {
      list = new DurationList(durationMs);
      this.#lists.set(durationMs, list);
    }
    this.#lastList = list;
    return list;
  }

  #arm(): void {
    const top = this.#heap[0];
    if (this.#firing || top === undefined || top.due >= this.#armedDue) return;
    if (this.#armed !== undefined) this.#world.timers.clear(this.#armed);
    this.#armedDue = top.due;
    const waitMs = Math.min(limits.timerMsMax, Math.max(0, top.due - this.#world.clock.now()));
    // Whoever happens to be first has no part in the timers of the others.
    this.#armed = outsideProcesses(() => this.#world.timers.set(waitMs, this.#fire));
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
      if (list.first === undefined) {
        this.#heapPop();
        list.isInHeap = false;
        this.#lists.delete(list.durationMs);
        this.#lastList = undefined;
      } else {
        top.due = list.first.due;
        this.#heapSiftDown();
      }
    }
  }

  #runDue(list: DurationList, now: number): void {
    for (let timer = list.first; timer !== undefined && timer.due <= now; timer = list.first) {
      list.remove(timer);
      timer.list = undefined;
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
