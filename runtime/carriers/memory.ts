// Carriers inside one program, with faults on demand: the network of tests and simulations. The seed decides everything.
import type { Carrier } from "../carrier.ts";
import type { World } from "../world.ts";
import { InterestTable } from "./interest.ts";
import { MemoryCarrier, type MemorySubscription } from "./memory-carrier.ts";
import type { Delivery, MemoryHub } from "./memory-hub.ts";

/** What befalls messages from one node to another. Rates are from 0 to 1. */
export interface MemoryFaults {
  /** How long each takes, in milliseconds: from, and below. Without it the next turn of the event loop. */
  readonly delayMs?: readonly [min: number, max: number];
  readonly lossRate?: number;
  readonly duplicateRate?: number;
  /** Such a message does not keep its place behind those before it: it shows with a `delayMs` that has a range. */
  readonly reorderRate?: number;
}

export interface MemoryNetwork {
  /** A carrier of the node called `name`. Several may have one name. */
  carrier(name: string): Carrier;
  /** Sets the faults from one node to another; of what is there, nothing stays. */
  faults(from: string, to: string, faults: MemoryFaults): void;
  /** Nothing passes between the two any more, or nothing from the first to the second. */
  cut(from: string, to: string, ways?: "both" | "one"): void;
  /** Takes back every cut and every fault. */
  heal(): void;
  /** Takes a node's carriers off the network: they know, and what is under way to them is lost. */
  disconnect(name: string, why?: string): void;
  reconnect(name: string): void;
  /** A node that stands still: it hears nothing and says nothing, and nobody is told. */
  freeze(name: string): void;
  /** It hears and says all that was held up, in order. */
  thaw(name: string): void;
}

export function memoryNetwork(world: World): MemoryNetwork {
  return new Network(world);
}

/** Messages of one pair of nodes that keep their order: whatever comes due, the one at the head is next. */
interface Lane {
  readonly queue: (() => void)[];
  lastDueMs: number;
}

class Network implements MemoryNetwork, MemoryHub {
  readonly world: World;
  readonly interests = new InterestTable<MemorySubscription>();
  readonly #carriers = new Set<MemoryCarrier>();
  readonly #faults = new Map<string, MemoryFaults>();
  readonly #cuts = new Set<string>();
  readonly #lanes = new Map<string, Lane>();
  readonly #frozen = new Map<string, (() => void)[]>();
  readonly #away = new Set<string>();

  constructor(world: World) {
    this.world = world;
  }

  carrier(name: string): Carrier {
    const carrier = new MemoryCarrier(this, name, this.#away.has(name) ? "disconnected" : "connected");
    this.#carriers.add(carrier);
    return carrier;
  }

  remove(carrier: MemoryCarrier): void {
    this.#carriers.delete(carrier);
  }

  faults(from: string, to: string, faults: MemoryFaults): void {
    this.#faults.set(pairOf(from, to), faults);
  }

  cut(from: string, to: string, ways: "both" | "one" = "both"): void {
    this.#cuts.add(pairOf(from, to));
    if (ways === "both") this.#cuts.add(pairOf(to, from));
  }

  heal(): void {
    this.#cuts.clear();
    this.#faults.clear();
  }

  disconnect(name: string, why = "the network took it away"): void {
    this.#away.add(name);
    for (const carrier of this.#named(name)) carrier.disconnect(why);
  }

  reconnect(name: string): void {
    this.#away.delete(name);
    for (const carrier of this.#named(name)) carrier.reconnect();
  }

  freeze(name: string): void {
    if (!this.#frozen.has(name)) this.#frozen.set(name, []);
  }

  thaw(name: string): void {
    const held = this.#frozen.get(name) ?? [];
    this.#frozen.delete(name);
    for (const run of held) this.#whenAwake(name, run);
  }

  /** Carries one message; `to.receive` gets it, or not. */
  carry(from: MemoryCarrier, to: MemoryCarrier, delivery: Delivery): void {
    const sent = from.connection;
    this.#whenAwake(from.name, () => {
      if (from.connection === sent) this.#send(from.name, to, delivery);
    });
  }

  #send(from: string, to: MemoryCarrier, delivery: Delivery): void {
    const pair = pairOf(from, to.name);
    if (this.#cuts.has(pair)) return;
    const faults = this.#faults.get(pair) ?? {};
    if (this.#happens(faults.lossRate)) return;
    const connection = to.connection;
    const arrive = (): void => {
      this.#whenAwake(to.name, () => {
        if (to.connection === connection) to.receive(delivery);
      });
    };
    this.#schedule(pair, faults, arrive);
    if (this.#happens(faults.duplicateRate)) this.#schedule(pair, faults, arrive);
  }

  #schedule(pair: string, faults: MemoryFaults, arrive: () => void): void {
    const { clock, random, timers, turns } = this.world;
    const now = clock.now();
    const [min, max] = faults.delayMs ?? [0, 0];
    const ownDueMs = now + min + (max > min ? random.next() * (max - min) : 0);
    if (this.#happens(faults.reorderRate)) {
      timers.set(ownDueMs - now, arrive);
      return;
    }
    const lane = this.#laneOf(pair);
    lane.queue.push(arrive);
    const dueMs = Math.max(ownDueMs, lane.lastDueMs);
    lane.lastDueMs = dueMs;
    const next = (): void => lane.queue.shift()?.();
    if (dueMs > now) timers.set(dueMs - now, next);
    else turns.afterIo(next);
  }

  #laneOf(pair: string): Lane {
    const known = this.#lanes.get(pair);
    if (known !== undefined) return known;
    const lane = { queue: [], lastDueMs: 0 };
    this.#lanes.set(pair, lane);
    return lane;
  }

  // What never happens draws nothing, so that a fault more for one pair leaves the seeds of the others as they are.
  #happens(rate: number | undefined): boolean {
    return rate !== undefined && rate > 0 && this.world.random.next() < rate;
  }

  #whenAwake(name: string, run: () => void): void {
    const held = this.#frozen.get(name);
    if (held === undefined) run();
    else held.push(run);
  }

  #named(name: string): MemoryCarrier[] {
    return [...this.#carriers].filter((carrier) => carrier.name === name);
  }
}

function pairOf(from: string, to: string): string {
  return `${from}\n${to}`;
}
