import { describe, expect, test } from "vitest";
import { ClusterQuota } from "../../../../actors/llm/gate/cluster-quota.ts";
import { OwnQuota } from "../../../../actors/llm/gate/own-quota.ts";
import { everyEntry, type Quota } from "../../../../actors/llm/gate/quota.ts";
import type { Amounts, Rate, Rates } from "../../../../actors/llm/gate/rate.ts";
import { type SimulatedWorld, simulatedWorld } from "../../../../runtime/index.ts";
import { type ImperfectStore, imperfectStore } from "../../../../runtime/testing/imperfect-store.ts";

interface Went extends Amounts {
  readonly atMs: number;
}

const wide: ReadonlyMap<string, Rates> = new Map([
  ["one", { requests: { perMinute: 600, burst: 100 }, tokens: { perMinute: 30_000, burst: 30_000 } }],
  [everyEntry, { requests: { perMinute: 1_200, burst: 200 } }],
]);

/** Rates that are full again within seconds, and of which nothing is taken ahead. */
const narrow: ReadonlyMap<string, Rates> = new Map([
  ["one", { requests: { perMinute: 600, burst: 50 }, tokens: { perMinute: 30_000, burst: 2_000 } }],
]);

const want = (permit: string, tokens: number) => [{ permit, amounts: { requests: 1, tokens } }];

/** Asks on behalf of one node for `forMs`, as often as chance has it, and tells each request that went. */
async function ask(
  world: SimulatedWorld,
  quota: Quota,
  node: string,
  forMs: number,
  went: (one: Went) => void,
) {
  const sleep = (ms: number) => new Promise<void>((resolve) => world.timers.set(ms, resolve));
  const endMs = world.clock.now() + forMs;
  for (let id = 0; world.clock.now() < endMs; id += 1) {
    const count = 1 + Math.floor(world.random.next() * 6);
    const tokens = 50 + Math.floor(world.random.next() * 400);
    const wants = Array.from({ length: count }, (_, index) => ({
      permit: `${node}/${id}/${index}`,
      amounts: { requests: 1, tokens },
    }));
    const share = await quota.take("one", wants);
    for (const { permit } of wants.slice(0, share.count)) {
      // What it really used is known some time after it began.
      const used = Math.floor(tokens * (0.05 + world.random.next() * 0.9));
      went({ atMs: world.clock.now(), requests: 1, tokens: used });
      void sleep(world.random.next() * 8_000).then(() =>
        quota.done("one", permit, { requests: 1, tokens: used }),
      );
    }
    // Now and then for so long that the rate is full again.
    await sleep(world.random.next() < 0.03 ? 5_000 : world.random.next() * 60);
    if (quota instanceof ClusterQuota && quota.hasNews) void quota.flush();
  }
}

/** The most that went in any span of time beyond what a rate lets through in it. */
function excess(went: readonly Went[], dimension: keyof Amounts, { perMinute, burst }: Rate): number {
  let worst = Number.NEGATIVE_INFINITY;
  const sorted = went.toSorted((one, other) => one.atMs - other.atMs);
  for (let from = 0; from < sorted.length; from += 1) {
    let sum = 0;
    for (let to = from; to < sorted.length; to += 1) {
      sum += sorted[to]?.[dimension] ?? 0;
      const spanMs = (sorted[to]?.atMs ?? 0) - (sorted[from]?.atMs ?? 0);
      worst = Math.max(worst, sum - burst - (perMinute * spanMs) / 60_000);
    }
  }
  return worst;
}

function checkRates(went: readonly Went[], rates = wide): void {
  const one = rates.get("one");
  if (one?.requests === undefined || one.tokens === undefined) throw new Error("Expected rates.");
  expect(excess(went, "requests", one.requests)).toBeLessThanOrEqual(0.001);
  expect(excess(went, "tokens", one.tokens)).toBeLessThanOrEqual(0.001);
}

function sharedBy(nodes: number, seed: number, rates: ReadonlyMap<string, Rates> = wide) {
  const world = simulatedWorld({ seed });
  const store = imperfectStore(world);
  const quotas = Array.from({ length: nodes }, (_, index) => {
    const node = `node${index}`;
    return new ClusterQuota({ world, bucket: store.of(node).bucket("limits"), rates, writer: node });
  });
  return { world, store, quotas };
}

async function run(
  nodes: number,
  seed: number,
  prepare: (store: ImperfectStore, world: SimulatedWorld) => void,
  rates = wide,
) {
  const { world, store, quotas } = sharedBy(nodes, seed, rates);
  prepare(store, world);
  const went: Went[] = [];
  const asking = quotas.map((quota, index) =>
    ask(world, quota, `node${index}`, 30_000, (one) => went.push(one)),
  );
  await world.until(Promise.all(asking));
  for (const quota of quotas) quota.close();
  return went;
}

/** Takes all of a rate, lets it fill up again, takes all of it again, and only then gives back what the first did not use. */
async function giveBackLate(world: SimulatedWorld, first: Quota, second: Quota): Promise<number> {
  const take = (quota: Quota, permit: string) =>
    world.until(Promise.resolve(quota.take("one", want(permit, 2_000))));
  expect(await take(first, "1")).toMatchObject({ count: 1 });
  await world.advance(5_000);
  expect(await take(second, "2")).toMatchObject({ count: 1 });
  await world.advance(10);
  first.done("one", "1", { requests: 1, tokens: 10 });
  if (first instanceof ClusterQuota) await world.until(first.flush());
  await world.advance(10);
  return (await take(second, "3")).retryInMs;
}

describe("OwnQuota", () => {
  test("gives nothing back for which there would have been no room", async () => {
    const world = simulatedWorld();
    const quota = new OwnQuota(world.clock, narrow);
    // Of 2,000 tokens there are 10 after 20 ms, and 500 more come in each second.
    expect(await giveBackLate(world, quota, quota)).toBe(3_980);
  });

  test("never lets more through than the rate, whatever is given back", async () => {
    const world = simulatedWorld({ seed: 3 });
    const quota = new OwnQuota(world.clock, wide);
    const went: Went[] = [];
    await world.until(ask(world, quota, "alone", 60_000, (one) => went.push(one)));
    checkRates(went);
    const tokens = went.reduce((sum, one) => sum + one.tokens, 0);
    expect(tokens).toBeGreaterThan(30_000 * 1.6);
  });

  test("counts all entries against what they have together", () => {
    const world = simulatedWorld();
    const quota = new OwnQuota(
      world.clock,
      new Map([[everyEntry, { requests: { perMinute: 60, burst: 2 } }]]),
    );
    expect(quota.take("a", want("1", 1)).count).toBe(1);
    expect(quota.take("b", want("2", 1)).count).toBe(1);
    expect(quota.take("c", want("3", 1))).toEqual({ count: 0, retryInMs: 1_000, what: "llm.rate_limit" });
  });
});

describe("ClusterQuota", () => {
  const kinds = [
    ["wide", wide],
    ["narrow", narrow],
  ] as const;
  const cases = kinds.flatMap(([name, rates]) => [1, 2, 3].map((seed) => [name, seed, rates] as const));

  test.each(cases)(
    "never lets more through than a %s rate over all nodes (seed %i)",
    async (_, seed, rates) => {
      const went = await run(
        5,
        seed,
        (store) => store.faults({ latencyMs: [0.5, 3], watchLagMs: [0, 5] }),
        rates,
      );
      checkRates(went, rates);
      const tokens = went.reduce((sum, one) => sum + one.tokens, 0);
      // Most of what comes in within half a minute is used.
      expect(tokens).toBeGreaterThan(10_000);
    },
  );

  test.each(cases)(
    "keeps to a %s rate when the store loses, delays and is away (seed %i)",
    async (_, seed, rates) => {
      const prepare = (store: ImperfectStore, world: SimulatedWorld) => {
        store.faults({
          ...{ latencyMs: [1, 30], watchLagMs: [0, 200], rewatchRate: 0.05, skipRate: 0.3 },
          ...{ lostRate: 0.03, unackedRate: 0.05, lateRate: 0.03, lateMs: [10, 500], timeoutMs: 400 },
        });
        world.timers.set(5_000, () => store.elect(2_000));
        world.timers.set(12_000, () => store.cut("node1"));
        world.timers.set(20_000, () => store.heal("node1"));
      };
      const went = await run(4, seed, prepare, rates);
      checkRates(went, rates);
      expect(went.length).toBeGreaterThan(20);
    },
  );

  test("gives nothing back for which there would have been no room, whoever filled it", async () => {
    const { world, quotas } = sharedBy(2, 1, narrow);
    const [first, second] = quotas;
    if (first === undefined || second === undefined) throw new Error("Expected two.");
    const retryInMs = await giveBackLate(world, first, second);
    expect(retryInMs).toBeGreaterThanOrEqual(3_980);
    expect(retryInMs).toBeLessThan(4_100);
  });

  const rounds = [30, 31, 32, 33, 34, 35];
  test.each(rounds)(
    "lets no more go for what a node took ahead, and uses when others took all (%i)",
    async (count) => {
      const { world, quotas } = sharedBy(2, 1);
      const [steady, greedy] = quotas;
      if (steady === undefined || greedy === undefined) throw new Error("Expected two.");
      const went: Went[] = [];
      const take = async (quota: ClusterQuota, name: string, count: number): Promise<void> => {
        const wants = Array.from({ length: count }, (_, index) => ({
          permit: `${name}/${world.elapsedMs}/${index}`,
          amounts: { requests: 1, tokens: 1 },
        }));
        const share = await world.until(Promise.resolve(quota.take("one", wants)));
        for (let i = 0; i < share.count; i += 1) went.push({ atMs: world.elapsedMs, requests: 1, tokens: 1 });
      };
      // A little less than what comes in: all that may go at once is there, and some of it is taken ahead.
      for (let round = 0; round < count; round += 1) {
        await take(steady, "steady", 1);
        await world.advance(110);
      }
      await world.advance(350);
      await take(greedy, "greedy", 200);
      await take(steady, "steady", 1);
      await take(steady, "steady", 1);
      await take(steady, "steady", 1);
      checkRates(went);
    },
  );

  test("loses what a node had taken when it died, and gives it to nobody twice", async () => {
    const { world, quotas } = sharedBy(2, 7);
    const went: Went[] = [];
    const [dies, lives] = quotas;
    if (dies === undefined || lives === undefined) throw new Error("Expected two.");
    const wants = Array.from({ length: 60 }, (_, index) => ({
      permit: `dies/${index}`,
      amounts: { requests: 1, tokens: 100 },
    }));
    const share = await world.until(Promise.resolve(dies.take("one", wants)));
    dies.close();
    for (let i = 0; i < share.count; i += 1) went.push({ atMs: 0, requests: 1, tokens: 100 });
    await world.until(ask(world, lives, "lives", 20_000, (one) => went.push(one)));
    checkRates(went);
  });

  test("lets what nobody limits go without asking the store", () => {
    const { quotas } = sharedBy(1, 1);
    const world = simulatedWorld();
    const store = imperfectStore(world).of("a");
    const quota = new ClusterQuota({ world, bucket: store.bucket("limits"), rates: new Map(), writer: "a" });
    expect(quota.take("x", [{ permit: "1", amounts: { requests: 1, tokens: 1 } }])).toEqual({
      ...{ count: 1, retryInMs: 0, what: "" },
    });
    for (const each of quotas) each.close();
  });

  test("has all nodes keep to what a provider told one of them", async () => {
    const world = simulatedWorld();
    const store = imperfectStore(world);
    const quotaOf = (node: string) =>
      new ClusterQuota({ world, bucket: store.of(node).bucket("limits"), rates: new Map(), writer: node });
    const [a, b] = [quotaOf("a"), quotaOf("b")];
    a.take("x", want("1", 1));
    b.take("x", want("2", 1));
    a.told("x", { requests: { limit: 60, remaining: 1 } });
    await world.until(a.flush());
    await world.advance(10);
    expect(await world.until(Promise.resolve(b.take("x", want("3", 1))))).toMatchObject({ count: 1 });
    expect(await world.until(Promise.resolve(a.take("x", want("4", 1))))).toMatchObject({ count: 0 });
  });

  test("keeps to what is configured where the store is away, and lets go what only a provider limits", async () => {
    const { world, store, quotas } = sharedBy(1, 1);
    const [quota] = quotas;
    store.faults({ timeoutMs: 300 });
    store.cut("node0");
    const share = await world.until(Promise.resolve(quota?.take("one", want("1", 1))));
    expect(share).toMatchObject({ count: 0, what: expect.stringContaining("cannot be reached") });
  });
});
