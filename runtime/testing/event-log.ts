// Every runtime event of a node under test, from its start.
import type { Node } from "../node/node.ts";
import type { RuntimeEvent, RuntimeEventName, RuntimeEvents } from "../observe/events.ts";
import type { SimulatedWorld } from "../worlds/simulated.ts";
import { Arrivals } from "./arrivals.ts";
import { testingLimits } from "./limits.ts";
import { matchesPattern, type Pattern } from "./pattern.ts";

export interface ExpectOptions {
  /** Milliseconds of virtual time to wait; 1,000 by default. */
  readonly withinMs?: number;
}

export interface ExpectNoneOptions {
  /** Milliseconds of virtual time in which it must not come; 100 by default. */
  readonly forMs?: number;
}

export class EventLog {
  readonly #all: RuntimeEvent[] = [];
  readonly #arrivals: Arrivals<RuntimeEvent>;

  constructor(node: Node, world: SimulatedWorld) {
    this.#arrivals = new Arrivals(world);
    node.subscribe((event) => {
      this.#all.push(event);
      this.#arrivals.add(event);
    });
  }

  /** Every event so far, in order, expected or not. */
  get all(): readonly RuntimeEvent[] {
    return [...this.#all];
  }

  /** What was told so far under one name. */
  of<N extends RuntimeEventName>(name: N): readonly RuntimeEvents[N][] {
    return this.#all.filter((event) => event.name === name).map((event) => event.data as RuntimeEvents[N]);
  }

  /**
   * The first event of that name that matches and was not expected before: one that came already, or the next.
   * @throws {ExpectationFailed}
   */
  async expect<N extends RuntimeEventName>(
    name: N,
    pattern: Pattern<RuntimeEvents[N]> = () => true,
    { withinMs = testingLimits.expectMsDefault }: ExpectOptions = {},
  ): Promise<RuntimeEvents[N]> {
    const event = await this.#arrivals.expect(`An event "${name}"`, matching(name, pattern), withinMs);
    return event.data as RuntimeEvents[N];
  }

  /** @throws {ExpectationFailed} such an event came and was not expected before, or comes */
  async expectNone<N extends RuntimeEventName>(
    name: N,
    pattern: Pattern<RuntimeEvents[N]> = () => true,
    { forMs = testingLimits.quietMsDefault }: ExpectNoneOptions = {},
  ): Promise<void> {
    await this.#arrivals.expectNone(`An event "${name}"`, matching(name, pattern), forMs);
  }
}

function matching<N extends RuntimeEventName>(
  name: N,
  pattern: Pattern<RuntimeEvents[N]>,
): (event: RuntimeEvent) => boolean {
  return (event) => event.name === name && matchesPattern(pattern, event.data as RuntimeEvents[N]);
}
