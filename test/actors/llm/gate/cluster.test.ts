import { describe, expect, test } from "vitest";
import type { Granted } from "../../../../actors/llm/gate.ts";
import { named } from "../../../../runtime/index.ts";
import { type GateScene, gateCluster } from "./scene.ts";

const failing = { outcome: "failure", usage: undefined, costUsd: undefined } as const;
const settings = { circuit_breaker: { failure_threshold: 2, recovery_time_ms: 5_000 } };

async function three(more: Readonly<Record<string, unknown>> = {}) {
  const at = await gateCluster(["alpha", "beta", "gamma"], { ...settings, ...more });
  const [alpha, beta, gamma] = at.scenes;
  if (alpha === undefined || beta === undefined || gamma === undefined)
    throw new Error("Expected three nodes.");
  return { ...at, alpha, beta, gamma };
}

async function open(scene: GateScene, model = "m"): Promise<void> {
  for (let i = 0; i < 2; i += 1) await scene.request({ model }, failing);
}

async function states(scenes: readonly GateScene[]): Promise<readonly string[]> {
  const all: string[] = [];
  for (const scene of scenes) all.push((await scene.breaker()).state);
  return all;
}

/** Whether it was let through, of all that ask at the same time, each on its node. */
async function together(scenes: readonly GateScene[], waitMsMax = 0): Promise<readonly Granted[]> {
  const holders = [];
  for (const scene of scenes) holders.push(await scene.holder());
  const [first] = scenes;
  return first?.world.until(Promise.all(holders.map((holder) => holder.acquire({ waitMsMax })))) ?? [];
}

describe("the breakers of a cluster", () => {
  test("are open everywhere as soon as a message is there", async () => {
    const { world, scenes, alpha } = await three();
    await open(alpha);
    await world.advance(20);
    expect(await states(scenes)).toEqual(["open", "open", "open"]);
    expect(scenes.map((scene) => scene.told("llm.breaker_opened"))).toEqual([1, 1, 1]);
  });

  test("let one request of the whole cluster try, and close everywhere when it succeeds", async () => {
    const { world, scenes, alpha } = await three();
    await open(alpha);
    await world.advance(5_020);
    const holders = [];
    for (const scene of [...scenes, ...scenes]) holders.push(await scene.holder());
    const asked = await world.until(Promise.all(holders.map((holder) => holder.acquire())));
    const through = asked.flatMap((granted, index) => (granted.granted ? [{ granted, index }] : []));
    expect(through).toHaveLength(1);
    const [probe] = through;
    if (probe?.granted.granted) holders[probe.index]?.report(probe.granted.permit);
    await world.advance(50);
    expect(await states(scenes)).toEqual(["closed", "closed", "closed"]);
    expect((await together(scenes)).every(({ granted }) => granted)).toBe(true);
  });

  test("let nobody else try after a probe that failed, until the time is over again", async () => {
    const { world, scenes, alpha, beta } = await three();
    await open(alpha);
    await world.advance(5_020);
    expect(await beta.request({}, failing)).toMatchObject({ granted: true });
    let through = 0;
    for (let passedMs = 0; passedMs < 4_500; passedMs += 250) {
      through += (await together(scenes)).filter(({ granted }) => granted).length;
      await world.advance(250);
    }
    expect(through).toBe(0);
    await world.advance(1_000);
    expect((await together(scenes)).filter(({ granted }) => granted)).toHaveLength(1);
  });

  test("let nobody else try although what the probe came to is told late", async () => {
    const { world, network, alpha, beta } = await three();
    await open(alpha);
    await world.advance(5_020);
    network.faults("alpha", "beta", { delayMs: [400, 401] });
    expect(await alpha.request({}, failing)).toMatchObject({ granted: true });
    await world.advance(100);
    for (let passedMs = 0; passedMs < 1_500; passedMs += 50) {
      expect(await beta.request()).toMatchObject({ granted: false });
      await world.advance(50);
    }
  });

  test("let another node try when the one that tried was killed", async () => {
    const at = await three();
    await open(at.alpha);
    await at.world.advance(5_020);
    const holder = await at.alpha.holder();
    expect(await at.world.until(holder.acquire())).toMatchObject({ granted: true });
    expect(await at.beta.request()).toMatchObject({ granted: false });
    const [owner] = at.all;
    if (owner === undefined) throw new Error("Expected an owner.");
    at.kill(owner);
    await at.world.advance(15_000);
    expect(await at.beta.request()).toMatchObject({ granted: true });
    await at.world.advance(50);
    expect(await states([at.beta, at.gamma])).toEqual(["closed", "closed"]);
  });

  test("have those wait who may, and let them go when the other node's probe succeeds", async () => {
    const { world, alpha, beta } = await three();
    await open(alpha);
    await world.advance(5_020);
    const holder = await alpha.holder();
    const probe = await world.until(holder.acquire());
    const waits = (await beta.holder()).acquire({ waitMsMax: 10_000 });
    await world.advance(500);
    if (probe.granted) holder.report(probe.permit);
    const startedMs = world.elapsedMs;
    expect(await world.until(waits)).toMatchObject({ granted: true });
    expect(world.elapsedMs - startedMs).toBeLessThan(50);
  });

  test("are told to a node that joins, and obey a person on any node", async () => {
    const { world, scenes, gamma, startGate } = await three();
    await gamma.order("open", "m");
    const delta = await startGate("delta");
    await world.advance(3_000);
    expect(await states([...scenes, delta])).toEqual(["open", "open", "open", "open"]);
    expect(await delta.breaker()).toMatchObject({ held: true });
    await delta.order("close");
    await world.advance(50);
    expect(await states([...scenes, delta])).toEqual(["closed", "closed", "closed", "closed"]);
  });

  test("agree again after nodes were apart", async () => {
    const at = await three();
    for (const other of ["alpha", "beta"]) at.network.cut(other, "gamma");
    at.store.cut("gamma");
    await at.world.advance(10_000);
    await at.alpha.order("open");
    await at.world.advance(1_000);
    expect(await states(at.scenes)).toEqual(["open", "open", "closed"]);
    at.network.heal();
    at.store.heal();
    await at.world.advance(20_000);
    expect(await states(at.scenes)).toEqual(["open", "open", "open"]);
  });

  test("go on alone on a node that is cut off", async () => {
    const at = await three();
    for (const other of ["alpha", "beta"]) at.network.cut(other, "gamma");
    at.store.cut("gamma");
    await at.world.advance(10_000);
    await open(at.gamma);
    expect(await states([at.gamma])).toEqual(["open"]);
    await at.world.advance(5_000);
    expect(await at.gamma.request()).toMatchObject({ granted: true });
    expect(await states([at.gamma])).toEqual(["closed"]);
  });
});

describe("the limiters of a cluster", () => {
  test("leave an entry alone together", async () => {
    const { world, alpha, beta, startGate } = await three();
    await alpha.request({}, { outcome: "neutral", retryAfterMs: 30_000 });
    await world.advance(20);
    expect(await beta.request()).toMatchObject({ refusal: { reason: "limit" } });
    const delta = await startGate("delta");
    await world.advance(3_000);
    expect((await delta.limits())?.pausedMs).toBeGreaterThan(20_000);
    await world.advance(30_000);
    expect(await beta.request()).toMatchObject({ granted: true });
    expect(await delta.request()).toMatchObject({ granted: true });
  });

  test("are told nothing new by what comes late or twice", async () => {
    const { world, alpha } = await three();
    const news = (number: number, leftMs: number) =>
      alpha.node.send(named("llm.limiter"), {
        type: "limiter_pause",
        from: "<x>",
        number,
        entry: "one",
        leftMs,
      } as never);
    news(2, 1_000);
    await world.advance(900);
    for (const number of [1, 2, 0]) news(number, 1_000);
    await world.advance(200);
    expect(await alpha.request()).toMatchObject({ granted: true });
  });

  test("let through together what one node may alone", async () => {
    const { world, scenes } = await three({
      max_concurrent_requests: 1_000,
      rate_limit: { requests_per_minute: 60, burst_size: 5 },
    });
    let through = 0;
    for (let round = 0; round < 60; round += 1) {
      for (const granted of await together([...scenes, ...scenes], 100)) if (granted.granted) through += 1;
      await world.advance(1_000);
    }
    expect(through).toBeLessThanOrEqual(5 + world.elapsedMs / 1_000);
    expect(through).toBeGreaterThan(50);
  });

  test("have who waits for a share go when there is one", async () => {
    const { world, alpha, beta } = await three({ rate_limit: { requests_per_minute: 60, burst_size: 1 } });
    expect(await alpha.request()).toMatchObject({ granted: true });
    expect(await beta.request()).toMatchObject({ refusal: { reason: "limit", what: "llm.rate_limit" } });
    const startedMs = world.elapsedMs;
    expect(await beta.request({ waitMsMax: 10_000 })).toMatchObject({ granted: true });
    expect(world.elapsedMs - startedMs).toBeLessThan(3_000);
  });

  test("give back to all what was taken for who was refused afterwards", async () => {
    const more = { rate_limit: { requests_per_minute: 60, burst_size: 1 }, budgets: { cluster_day_usd: 1 } };
    const { world, alpha, beta } = await three(more);
    expect(await alpha.request({ costMaxUsd: 5 })).toMatchObject({ refusal: { reason: "budget" } });
    await world.advance(300);
    expect(await beta.request({ costMaxUsd: 0.1 })).toMatchObject({ granted: true });
  });
});

describe("the budgets of a cluster", () => {
  const budget = (usd: Readonly<Record<string, number>>) => three({ budgets: usd });

  test("are one for all nodes, and a hard stop", async () => {
    const { scenes } = await budget({ cluster_day_usd: 1 });
    let through = 0;
    for (let round = 0; round < 5; round += 1) {
      for (const scene of scenes) {
        const granted = await scene.request({ costMaxUsd: 0.3 }, { costUsd: 0.15 });
        if (granted.granted) through += 1;
        else expect(granted.refusal).toMatchObject({ reason: "budget", what: "llm.budgets.cluster_day_usd" });
      }
    }
    // Five cost 0.75, and of a sixth nobody knows beforehand that it will not cost 0.3.
    expect(through).toBe(5);
  });

  test("are never passed by nodes that ask at the same time", async () => {
    const { scenes } = await budget({ cluster_day_usd: 1 });
    const many = [...scenes, ...scenes, ...scenes, ...scenes];
    const holders = [];
    for (const scene of many) holders.push(await scene.holder());
    const asked = holders.map((holder) => holder.acquire({ costMaxUsd: 0.3 }));
    const granted = await scenes[0]?.world.until(Promise.all(asked));
    expect(granted?.filter((one) => one.granted)).toHaveLength(3);
  });

  test("count what a node had reserved when it was killed", async () => {
    const at = await budget({ cluster_day_usd: 1 });
    const holder = await at.alpha.holder();
    expect(await at.world.until(holder.acquire({ costMaxUsd: 0.9 }))).toMatchObject({ granted: true });
    const [owner] = at.all;
    if (owner === undefined) throw new Error("Expected an owner.");
    at.kill(owner);
    await at.world.advance(15_000);
    expect(await at.beta.request({ costMaxUsd: 0.2 })).toMatchObject({ granted: false });
    expect(await at.beta.request({ costMaxUsd: 0.1 })).toMatchObject({ granted: true });
  });

  test("count a node's own, a person's and a run's apart", async () => {
    const { alpha, beta } = await budget({ per_day_usd: 10, per_user_day_usd: 1, per_run_usd: 0.5 });
    const spend = (scene: GateScene, user: string, run: string, usd: number) =>
      scene.request({ user, run, costMaxUsd: usd }, { costUsd: usd });
    expect(await spend(alpha, "ann", "r1", 0.5)).toMatchObject({ granted: true });
    expect(await spend(beta, "ann", "r1", 0.1)).toMatchObject({
      refusal: { what: "llm.budgets.per_run_usd", retryInMs: null },
    });
    expect(await spend(beta, "ann", "r2", 0.5)).toMatchObject({ granted: true });
    expect(await spend(alpha, "ann", "r3", 0.1)).toMatchObject({
      refusal: { what: "llm.budgets.per_user_day_usd" },
    });
    expect(await spend(alpha, "bob", "r3", 0.1)).toMatchObject({ granted: true });
  });

  test("let nothing through while nobody can tell what is left", async () => {
    const at = await budget({ cluster_day_usd: 1 });
    at.store.cut("alpha");
    expect(await at.alpha.request({ costMaxUsd: 0.1 })).toMatchObject({
      refusal: { reason: "budget", what: expect.stringContaining("llm.budgets.cluster_day_usd") },
    });
    expect(await at.alpha.request({ costMaxUsd: 0 })).toMatchObject({ granted: true });
    expect(await at.beta.request({ costMaxUsd: 0.9 })).toMatchObject({ granted: true });
  });

  test("tell what all nodes have used", async () => {
    const { world, scenes, beta } = await budget({ cluster_day_usd: 10 });
    for (const scene of scenes) {
      const usage = { input_tokens: 10, output_tokens: 5 };
      await scene.request({ costMaxUsd: 0.5 }, { costUsd: 0.25, usage });
    }
    await world.advance(2_000);
    const [today] = await beta.usage();
    expect(today?.costUsd).toBeCloseTo(0.75, 9);
    expect(today?.models).toMatchObject([
      { entry: "one", model: "m", requests: 3, input_tokens: 30, output_tokens: 15 },
    ]);
  });
});
