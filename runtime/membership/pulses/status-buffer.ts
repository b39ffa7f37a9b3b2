// What the main thread and the one that beats know of each other: a few numbers in memory that both see.
import { nodeStates } from "../beat.ts";
import type { PulseStatus } from "../pulse.ts";

const places = { ticks: 0, state: 1, loadPermille: 2, sentBeats: 3 } as const;

export class SharedStatus {
  readonly memory: SharedArrayBuffer;
  readonly #numbers: Int32Array;

  constructor(memory = new SharedArrayBuffer(4 * Object.keys(places).length)) {
    this.memory = memory;
    this.#numbers = new Int32Array(memory);
  }

  /** Rises as long as the main thread goes on. */
  get ticks(): number {
    return Atomics.load(this.#numbers, places.ticks);
  }

  get status(): PulseStatus {
    const state = nodeStates[Atomics.load(this.#numbers, places.state)] ?? "up";
    return { state, load: Atomics.load(this.#numbers, places.loadPermille) / 1_000 };
  }

  get sentBeats(): number {
    return Atomics.load(this.#numbers, places.sentBeats);
  }

  set sentBeats(count: number) {
    Atomics.store(this.#numbers, places.sentBeats, count);
  }

  tick({ state, load }: PulseStatus): void {
    Atomics.store(this.#numbers, places.state, nodeStates.indexOf(state));
    Atomics.store(this.#numbers, places.loadPermille, Math.round(load * 1_000));
    Atomics.add(this.#numbers, places.ticks, 1);
  }
}
