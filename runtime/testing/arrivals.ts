// What came to a test, in order, until the test has taken it; and the waiting for what has not come yet, in virtual time.
import { inspect } from "node:util";
import { AiexError } from "../errors.ts";
import type { SimulatedWorld } from "../worlds/simulated.ts";
import { testingLimits } from "./limits.ts";

/** What a test waits for did not come, or what was not to come did. */
export class ExpectationFailed extends AiexError {
  readonly code = "expectation_failed";
}

export class Arrivals<T extends object> {
  readonly #world: SimulatedWorld;
  readonly #items: T[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(world: SimulatedWorld) {
    this.#world = world;
  }

  /** What came and was not taken. */
  get items(): readonly T[] {
    return [...this.#items];
  }

  add(item: T): void {
    this.#items.push(item);
    for (const look of [...this.#waiting]) look();
  }

  /**
   * Takes the first that matches, at once or when it comes.
   * @throws {ExpectationFailed} none comes within `withinMs` of virtual time
   */
  async expect(what: string, matches: (item: T) => boolean, withinMs: number): Promise<T> {
    const found = await this.#next(matches, withinMs);
    if (found !== undefined) return found;
    throw new ExpectationFailed(`${what} did not come within ${withinMs} ms. ${this.#shown()}`);
  }

  /** @throws {ExpectationFailed} one that matches is there already, or comes within `forMs` of virtual time */
  async expectNone(what: string, matches: (item: T) => boolean, forMs: number): Promise<void> {
    const found = await this.#next(matches, forMs);
    if (found === undefined) return;
    throw new ExpectationFailed(`${what} was not to come, and within ${forMs} ms came ${inspect(found)}.`);
  }

  #next(matches: (item: T) => boolean, withinMs: number): Promise<T | undefined> {
    const found = this.#take(matches);
    if (found !== undefined) return Promise.resolve(found);
    const { timers } = this.#world;
    const arrival = new Promise<T | undefined>((resolve, reject) => {
      const settle = (outcome: () => void): void => {
        this.#waiting.delete(look);
        timers.clear(deadline);
        outcome();
      };
      const look = (): void => {
        try {
          const come = this.#take(matches);
          if (come !== undefined) settle(() => resolve(come));
        } catch (error) {
          settle(() => reject(error));
        }
      };
      const deadline = timers.set(withinMs, () => settle(() => resolve(undefined)));
      this.#waiting.add(look);
    });
    return this.#world.until(arrival, withinMs);
  }

  #take(matches: (item: T) => boolean): T | undefined {
    const index = this.#items.findIndex(matches);
    return index < 0 ? undefined : this.#items.splice(index, 1)[0];
  }

  #shown(): string {
    const last = this.#items.slice(-testingLimits.shownMax);
    if (last.length === 0) return "Nothing came that was not expected before.";
    const more = this.#items.length - last.length;
    const lines = last.map(
      (item) => `\n  ${inspect(item, { depth: 3, compact: true, breakLength: Number.POSITIVE_INFINITY })}`,
    );
    return `What came and was not expected before${more > 0 ? `, ${more} earlier ones left out` : ""}:${lines.join("")}`;
  }
}
