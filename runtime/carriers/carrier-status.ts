// The state of a carrier and those who want to hear of it; and how a receiver is run so that its failure stays its own.
import type { CarrierState, Incoming } from "../carrier.ts";
import type { World } from "../world.ts";

type Listener = (state: CarrierState, why: string) => void;

export class CarrierStatus {
  readonly #world: World;
  readonly #listeners = new Set<Listener>();
  #state: CarrierState;

  constructor(world: World, state: CarrierState) {
    this.#world = world;
    this.#state = state;
  }

  get state(): CarrierState {
    return this.#state;
  }

  /** False where nothing changes: `closed` is for good. */
  become(state: CarrierState, why: string): boolean {
    if (this.#state === state || this.#state === "closed") return false;
    this.#state = state;
    for (const listener of [...this.#listeners]) runSafely(this.#world, () => listener(state, why));
    return true;
  }

  listen(listener: Listener): () => void {
    // A function that is given twice is told twice, and taken away once.
    const own: Listener = (state, why) => listener(state, why);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }
}

/** Hands a message over, so that the messages behind it come whatever the receiver does. */
export function receiveSafely(world: World, receive: (incoming: Incoming) => void, incoming: Incoming): void {
  runSafely(world, () => receive(incoming));
}

/** Runs what is not ours. What it throws is thrown by nobody's turn, and stops nothing here. */
export function runSafely(world: World, run: () => void): void {
  try {
    run();
  } catch (error) {
    world.turns.soon(() => {
      throw error;
    });
  }
}
