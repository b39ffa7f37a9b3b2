// The simulated store against what anybody may expect of one, with every fault at once: seeds decide what happens.
import { describe, expect, it } from "vitest";
import type { Bucket } from "../../../runtime/store/bucket.ts";
import { StoreUnavailable } from "../../../runtime/store/failures.ts";
import { imperfectStore } from "../../../runtime/testing/imperfect-store.ts";
import { type AppliedChange, type ImperfectStore, simulatedWorld } from "../../../runtime/testing/index.ts";
import type { SimulatedWorld } from "../../../runtime/worlds/simulated.ts";
import { bytesOf, Told, textOf } from "./told.ts";

const seeds = 150;
const nodes = ["n1", "n2", "n3", "n4", "n5"];
const keys = ["a", "b", "c.c"];
const rounds = 60;

/** A change of a key as it was made, and when: since the bucket was made anew for the last time or before. */
interface Made {
  readonly key: string;
  readonly value: string | undefined;
  readonly revision: number;
  readonly remakes: number;
}

class Play {
  readonly world: SimulatedWorld;
  readonly store: ImperfectStore;
  readonly made: Made[] = [];
  readonly told = nodes.map(() => new Told());
  readonly wrong: string[] = [];
  readonly trace: string[] = [];
  readonly #acknowledged: Made[] = [];
  /** By value: none is written twice, so that each can be told apart. */
  readonly #expected = new Map<string, { readonly key: string; readonly expected: number }>();
  #remakes = 0;
  #last = 0;
  #underWay = 0;

  constructor(seed: number) {
    this.world = simulatedWorld({ seed });
    this.store = imperfectStore(this.world, { applied: (change) => this.#note(change) });
    this.#drawFaults();
    for (const [index, node] of nodes.entries()) {
      const bucket = this.store.of(node).bucket("leases");
      const told = this.told[index];
      if (told !== undefined) bucket.watch(told);
      void this.#work(node, bucket);
    }
  }

  async run(): Promise<void> {
    for (let round = 0; round < rounds; round += 1) {
      this.#strike();
      await this.world.advance(this.#between(1, 300));
    }
    this.store.heal();
    await this.world.advance(60_000);
    this.#judge();
  }

  /** One program: it reads and changes keys for as long as the faults last, and tries whatever it may. */
  async #work(node: string, bucket: Bucket): Promise<void> {
    for (let step = 0; step < 40; step += 1) {
      const key = keys[this.#between(0, keys.length - 1)] ?? "a";
      const revision = await this.#read(node, bucket, key);
      if (revision === undefined) continue;
      // Several at once, from the same program: one of them may be made.
      const writes = this.#chance(0.2) ? 3 : 1;
      await Promise.all(Array.from({ length: writes }, () => this.#change(node, bucket, key, revision)));
    }
  }

  async #read(node: string, bucket: Bucket, key: string): Promise<number | undefined> {
    const remakes = this.#remakes;
    const known = this.#acknowledged.filter((each) => each.key === key && each.remakes === remakes);
    const least = Math.max(0, ...known.map(({ revision }) => revision));
    try {
      const entry = await bucket.read(key);
      this.trace.push(`${this.world.elapsedMs} ${node} read ${key} ${entry?.revision}`);
      if (this.#remakes !== remakes) return entry?.revision ?? 0;
      const wasThere =
        entry === undefined
          ? least === 0 || this.#since(key, least).some(({ value }) => value === undefined)
          : this.#since(key, least).some(({ revision }) => revision === entry.revision);
      if (!wasThere) this.wrong.push(`${node} read ${key} at ${entry?.revision}, before ${least}`);
      return entry?.revision ?? 0;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) this.wrong.push(String(error));
      return undefined;
    }
  }

  async #change(node: string, bucket: Bucket, key: string, expected: number): Promise<void> {
    this.#last += 1;
    this.#underWay += 1;
    const isRemoval = expected > 0 && this.#chance(0.2);
    const value = isRemoval ? undefined : `${node} ${this.#last}`;
    if (value !== undefined) this.#expected.set(value, { key, expected });
    const written =
      value === undefined
        ? await bucket.remove(key, expected)
        : await bucket.write(key, bytesOf(value), expected);
    this.#underWay -= 1;
    this.trace.push(`${this.world.elapsedMs} ${node} ${key} ${JSON.stringify(written)}`);
    if (written.kind !== "written") return;
    const { revision } = written;
    const own = this.made.filter((each) => each.revision === revision && each.key === key);
    const made = own.find((each) => each.value === value);
    if (made === undefined) this.wrong.push(`${node} was told of ${key} at ${revision}, which was not made`);
    else this.#acknowledged.push(made);
  }

  /** The changes of a key from a revision on, in order, since the bucket was made anew. */
  #since(key: string, revision: number): readonly Made[] {
    return this.made.filter(
      (each) => each.key === key && each.remakes === this.#remakes && each.revision >= revision,
    );
  }

  #note({ key, value, revision }: AppliedChange): void {
    const text = value && textOf(value);
    const before = this.made.filter((each) => each.key === key && each.remakes === this.#remakes).at(-1);
    const now = before?.value === undefined ? 0 : before.revision;
    if (text !== undefined) {
      const wanted = this.#expected.get(text);
      if (wanted?.expected !== now) this.wrong.push(`${text} was made at ${now}, for ${wanted?.expected}`);
      if (this.made.some((each) => each.value === text)) this.wrong.push(`${text} was made twice`);
    }
    const last = this.made.at(-1);
    const isNext = last === undefined || last.remakes < this.#remakes || revision > last.revision;
    if (!isNext) this.wrong.push(`${key} was made at ${revision}, behind ${last?.revision}`);
    this.made.push({ key, value: text, revision, remakes: this.#remakes });
  }

  #strike(): void {
    const node = nodes[this.#between(0, nodes.length - 1)] ?? "n1";
    if (this.#chance(0.1)) this.#drawFaults();
    if (this.#chance(0.1)) this.store.cut(node);
    if (this.#chance(0.2)) this.store.heal(node);
    if (this.#chance(0.03)) this.store.elect(this.#between(10, 2_000));
    if (this.#chance(0.02)) this.store.powerCut(this.#between(10, 2_000));
    if (this.#chance(0.01)) {
      this.#remakes += 1;
      this.store.remake("leases");
    }
  }

  #drawFaults(): void {
    const rate = (): number => (this.#chance(0.5) ? 0 : this.world.random.next() * 0.3);
    this.store.faults({
      latencyMs: [0, this.#between(1, 100)],
      commitMs: [0, this.#between(1, 50)],
      watchLagMs: [0, this.#between(1, 300)],
      lateMs: [0, 3_000],
      lostRate: rate(),
      unackedRate: rate(),
      lateRate: rate(),
      rewatchRate: rate(),
      skipRate: rate(),
      timeoutMs: 200,
    });
  }

  #judge(): void {
    const { wrong } = this;
    if (this.#underWay > 0) wrong.push(`${this.#underWay} changes were never answered`);
    const stands = new Map<string, string>();
    for (const { key, value } of this.made.filter(({ remakes }) => remakes === this.#remakes)) {
      if (value === undefined) stands.delete(key);
      else stands.set(key, value);
    }
    const all = Object.fromEntries([...stands].sort(([a], [b]) => (a < b ? -1 : 1)));
    const truth = this.store.entries("leases").map(({ key, value }) => [key, textOf(value)] as const);
    if (JSON.stringify([...truth].sort()) !== JSON.stringify([...stands].sort())) {
      wrong.push(`${JSON.stringify(truth)} stands there, and ${JSON.stringify(all)} was made`);
    }
    for (const [index, told] of this.told.entries()) {
      wrong.push(...told.wrong);
      if (JSON.stringify(told.values()) !== JSON.stringify(all))
        wrong.push(
          `${nodes[index]} was told ${JSON.stringify(told.values())} and not ${JSON.stringify(all)}`,
        );
    }
  }

  #between(min: number, max: number): number {
    return min + Math.floor(this.world.random.next() * (max - min + 1));
  }

  #chance(rate: number): boolean {
    return this.world.random.next() < rate;
  }
}

async function played(seed: number): Promise<Play> {
  const play = new Play(seed);
  await play.run();
  return play;
}

describe("The simulated store, with every fault at once,", () => {
  it("loses no change that it acknowledged, makes none twice, and tells everybody in the end", async () => {
    let made = 0;
    for (let seed = 1; seed <= seeds; seed += 1) {
      const play = await played(seed);
      expect({ seed, wrong: play.wrong }).toEqual({ seed, wrong: [] });
      made += play.made.length;
    }
    expect(made).toBeGreaterThan(seeds * 20);
  });

  it("does the same for the same seed, and something else for another one", async () => {
    const [first, again, other] = [await played(7), await played(7), await played(8)];
    expect(first.trace.length).toBeGreaterThan(50);
    expect(again.trace).toEqual(first.trace);
    expect(other.trace).not.toEqual(first.trace);
  });
});
