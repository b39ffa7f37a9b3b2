// Choosing by chance: everything that a play decides at random comes from the one source of its world.
import type { World } from "../../runtime/index.ts";

export class Draw {
  readonly #random: World["random"];

  constructor(random: World["random"]) {
    this.#random = random;
  }

  /** True once in `1 / odds` times. */
  chance(odds: number): boolean {
    return this.#random.next() < odds;
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.#random.next() * (most - least + 1));
  }

  one<const T>(from: readonly T[]): T {
    const found = this.maybeOne(from);
    if (found === undefined) throw new RangeError("There is nothing to choose from.");
    return found;
  }

  /** Undefined where there is nothing to choose from. */
  maybeOne<const T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.#random.next() * from.length)];
  }
}
