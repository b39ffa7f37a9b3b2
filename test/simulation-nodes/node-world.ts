// What one simulated node has of the world: it can stand still, be gone from one moment to the next, and be wrong about the date.
import type { SimulatedWorld, World } from "../../runtime/index.ts";
import type { TimerHandle } from "../../runtime/world.ts";

interface NodeTimer {
  handle: TimerHandle;
  isArmed: boolean;
}

interface Held {
  readonly isTimer: boolean;
  readonly run: () => void;
}

export class NodeWorld implements World {
  readonly kind = "simulated";
  readonly parallelism;
  readonly random;
  readonly files;
  readonly programs;
  readonly fetch;
  /** How far the wall clock is off, in milliseconds. */
  wallOffsetMs = 0;
  readonly #base: SimulatedWorld;
  readonly #armed = new Set<NodeTimer>();
  #held: Held[] | undefined;
  #isDead = false;

  constructor(base: SimulatedWorld) {
    this.#base = base;
    this.parallelism = base.parallelism;
    this.random = base.random;
    this.files = base.files;
    this.programs = base.programs;
    this.fetch = base.fetch;
  }

  readonly clock = {
    now: (): number => this.#base.clock.now(),
    wallTime: (): number => this.#base.clock.wallTime() + this.wallOffsetMs,
  };

  readonly timers = {
    set: (delayMs: number, run: () => void): TimerHandle => {
      const timer: NodeTimer = { handle: undefined, isArmed: true };
      const fire = (): void => {
        if (!timer.isArmed) return;
        this.timers.clear(timer);
        run();
      };
      timer.handle = this.#base.timers.set(delayMs, () => this.whenAwake(fire, true));
      this.#armed.add(timer);
      return timer;
    },
    clear: (handle: TimerHandle): void => {
      const timer = handle as NodeTimer | undefined;
      if (timer === undefined) return;
      timer.isArmed = false;
      this.#armed.delete(timer);
      this.#base.timers.clear(timer.handle);
    },
  };

  readonly turns = {
    soon: (run: () => void): void => this.#base.turns.soon(() => this.whenAwake(run)),
    afterIo: (run: () => void): void => this.#base.turns.afterIo(() => this.whenAwake(run)),
  };

  get isDead(): boolean {
    return this.#isDead;
  }

  get isFrozen(): boolean {
    return this.#held !== undefined;
  }

  /** Timers that are set and have not fired. */
  get armed(): number {
    return this.#armed.size;
  }

  maybe(point: string): boolean {
    return this.#base.maybe(point);
  }

  /** Runs something that reaches the node from outside: now, when it is awake again, or never. */
  whenAwake(run: () => void, isTimer = false): void {
    if (this.#isDead) return;
    if (this.#held === undefined) run();
    else this.#held.push({ isTimer, run });
  }

  freeze(): void {
    this.#held ??= [];
  }

  /** Everything that was held up comes now, one after the other: what is due by the clock first, or all as it came. */
  thaw(timersFirst: boolean): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    const order = timersFirst
      ? [...held.filter(({ isTimer }) => isTimer), ...held.filter(({ isTimer }) => !isTimer)]
      : held;
    for (const { run, isTimer } of order) this.#base.timers.set(0, () => this.whenAwake(run, isTimer));
  }

  /** The program is gone: nothing of it runs any more. */
  kill(): void {
    this.#isDead = true;
    this.#held = undefined;
    for (const { handle } of this.#armed) this.#base.timers.clear(handle);
    this.#armed.clear();
  }
}
