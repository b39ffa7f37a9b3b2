// Who runs next: processes take turns; between slices of about a millisecond the event loop serves timers and I/O.
import { limits } from "../limits.ts";
import type { World } from "../world.ts";
import { Ring } from "./mailbox.ts";

/** What the scheduler runs. `turn` handles some messages and asks `spend` after each whether to stop. */
export interface Runnable {
  turn(): void;
}

/** Is told how long each turn took. */
export interface TurnMeter {
  turned(runnable: Runnable, turnMs: number): void;
  /** Milliseconds of all its turns so far. */
  turnMsOf(runnable: Runnable): number;
}

export class Scheduler {
  /** Undefined while nobody wants to know: two looks at the clock can cost more than the turn between them. */
  meter: TurnMeter | undefined;
  /** Runs before anybody has a turn, after the event loop was let through: what must be known first, after however long a time. */
  guard: (() => void) | undefined;
  readonly #world: World;
  readonly #ready = new Ring<Runnable>();
  /** Processes that must end: a kill does not wait behind a long queue. */
  readonly #urgent = new Ring<Runnable>();
  #scheduled = false;
  #nested = 0;
  /** Milliseconds of measured turns; what is added within one belongs to those inside of it. */
  #nestedMs = 0;
  #sliceStart = Number.NEGATIVE_INFINITY;
  #sinceClock = 0;
  #sliceOver = false;

  constructor(world: World) {
    this.#world = world;
  }

  /** Queues a process that has something to do. The caller sees to it that it is queued once. */
  ready(runnable: Runnable): void {
    this.#ready.push(runnable);
    this.#wake();
  }

  urgent(runnable: Runnable): void {
    this.#urgent.push(runnable);
    this.#wake();
  }

  /**
   * Gives a process that is not queued its turn inside of the one that runs, for code that cannot go on before. False where
   * the slice is over, or turns stand in one another too deep: then it has to be queued.
   */
  now(runnable: Runnable): boolean {
    if (this.#nested >= limits.nestedTurnsMax) return false;
    // A start is long beside a message, and the clock is nothing beside a start.
    this.#lookAtClock();
    if (this.#sliceOver) return false;
    this.#nested += 1;
    try {
      this.#take(runnable);
    } finally {
      this.#nested -= 1;
    }
    return true;
  }

  /** Counts one handled message; true when the slice is over and the turn should end. */
  spend(): boolean {
    this.#sinceClock += 1;
    if (this.#sinceClock >= limits.clockCheckMessages) this.#lookAtClock();
    return this.#sliceOver;
  }

  #lookAtClock(): void {
    this.#sinceClock = 0;
    this.#sliceOver = this.#world.clock.now() - this.#sliceStart >= limits.sliceMs;
  }

  #wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#world.turns.soon(this.#runSoon);
  }

  // A microtask runs before timers and I/O. So that a chain of them cannot starve those, a slice is counted from the last
  // time the event loop was let through, and when it is over the next run goes the long way round.
  readonly #runSoon = (): void => {
    if (this.spend()) this.#world.turns.afterIo(this.#runAfterIo);
    else this.#run();
  };

  readonly #runAfterIo = (): void => {
    this.#sliceStart = this.#world.clock.now();
    this.#sinceClock = 0;
    this.#sliceOver = false;
    this.#run();
  };

  #run(): void {
    this.guard?.();
    for (;;) {
      const next = this.#urgent.shift() ?? this.#ready.shift();
      if (next === undefined) {
        this.#scheduled = false;
        return;
      }
      try {
        this.#take(next);
      } catch (thrown) {
        // A turn does not throw; if one does, that must not stop everybody else.
        this.#world.turns.afterIo(this.#runAfterIo);
        throw thrown;
      }
      if (this.spend()) break;
    }
    this.#world.turns.afterIo(this.#runAfterIo);
  }

  #take(runnable: Runnable): void {
    if (this.meter === undefined) runnable.turn();
    else this.#measure(runnable, this.meter);
  }

  /** The time of the turns inside of a turn is theirs. */
  #measure(runnable: Runnable, meter: TurnMeter): void {
    const { clock } = this.#world;
    const nestedMs = this.#nestedMs;
    const start = clock.now();
    runnable.turn();
    const tookMs = clock.now() - start;
    meter.turned(runnable, tookMs - (this.#nestedMs - nestedMs));
    this.#nestedMs = nestedMs + tookMs;
  }
}
