// Watches that an answer begins, and that it goes on. Its one timer is set again when it rings and not with each piece: pieces
// come by the hundred thousand.
import type { TimerHandle, World } from "../../../runtime/world.ts";

export interface Patience {
  /** Milliseconds until an answer begins. */
  readonly firstByteMs: number;
  /** Milliseconds between two pieces of it. */
  readonly silenceMs: number;
}

export class Watchdog {
  readonly #world: World;
  readonly #patience: Patience;
  readonly #bark: (phase: "first_byte" | "silence") => void;
  #timer: TimerHandle;
  #heardMs: number | undefined;

  /** `bark` is called once, unless it is stopped before. */
  constructor(world: World, patience: Patience, bark: (phase: "first_byte" | "silence") => void) {
    this.#world = world;
    this.#patience = patience;
    this.#bark = bark;
    this.#timer = world.timers.set(patience.firstByteMs, () => bark("first_byte"));
  }

  /** Some of the answer has come just now. */
  heard(): void {
    const isFirst = this.#heardMs === undefined;
    this.#heardMs = this.#world.clock.now();
    if (isFirst) this.#listen(this.#patience.silenceMs);
  }

  stop(): void {
    this.#world.timers.clear(this.#timer);
  }

  #listen(forMs: number): void {
    const { clock, timers } = this.#world;
    timers.clear(this.#timer);
    this.#timer = timers.set(forMs, () => {
      const leftMs = (this.#heardMs ?? 0) + this.#patience.silenceMs - clock.now();
      if (leftMs > 0) this.#listen(leftMs);
      else this.#bark("silence");
    });
  }
}
