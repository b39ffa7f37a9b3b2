import { describe, expect, test } from "vitest";
import { gateAlone } from "./scene.ts";

const failing = { outcome: "failure", usage: undefined, costUsd: undefined } as const;

describe("gateOf()", () => {
  test("lets a request through, and has its place back with the report", async () => {
    const gate = await gateAlone({ max_concurrent_requests: 1 });
    const holder = await gate.holder();
    const first = await gate.world.until(holder.acquire());
    expect(first).toMatchObject({ granted: true });
    expect(await gate.world.until(holder.acquire())).toEqual({
      granted: false,
      refusal: { reason: "limit", retryInMs: 1_000, what: "max_concurrent_requests" },
    });
    if (first.granted) holder.report(first.permit);
    await gate.world.settle();
    expect(await gate.world.until(holder.acquire())).toMatchObject({ granted: true });
  });

  test("gives everything back of a holder that ends without a report", async () => {
    const gate = await gateAlone({
      max_concurrent_requests: 1,
      circuit_breaker: { recovery_time_ms: 1_000 },
    });
    const holder = await gate.holder();
    await gate.world.until(holder.acquire());
    await gate.kill(holder.pid);
    expect(await gate.request()).toMatchObject({ granted: true });
    expect(await gate.breaker()).toMatchObject({ permits: 0, failures: 0 });
    expect((await gate.limits())?.running).toBe(0);
  });

  test("keeps entries, and models of one entry, apart", async () => {
    const gate = await gateAlone({ circuit_breaker: { failure_threshold: 1 } });
    await gate.request({}, failing);
    expect(await gate.request()).toMatchObject({ refusal: { reason: "breaker", retryInMs: 60_000 } });
    expect(await gate.request({ model: "other" })).toMatchObject({ granted: true });
    expect(await gate.request({ entry: "two" })).toMatchObject({ granted: true });
  });

  test("takes nothing of a rate for who is refused by a budget", async () => {
    const rate_limit = { requests_per_minute: 60, burst_size: 1 };
    const gate = await gateAlone({ rate_limit, budgets: { per_day_usd: 1 } });
    expect(await gate.request({ costMaxUsd: 2 })).toMatchObject({ refusal: { reason: "budget" } });
    expect(await gate.request({ costMaxUsd: 0.5 })).toMatchObject({ granted: true });
  });

  test("lets nobody through who waited in line while the provider failed", async () => {
    const gate = await gateAlone({ max_concurrent_requests: 1, circuit_breaker: { failure_threshold: 1 } });
    const [first, second] = [await gate.holder(), await gate.holder()];
    const granted = await gate.world.until(first.acquire());
    const waits = second.acquire({ waitMsMax: 60_000 });
    await gate.world.advance(20);
    if (granted.granted) first.report(granted.permit, failing);
    expect(await gate.world.until(waits)).toMatchObject({ refusal: { reason: "breaker" } });
    expect((await gate.limits())?.running).toBe(0);
  });

  test("throws where a part of it does not run", async () => {
    const gate = await gateAlone();
    const holder = await gate.holder();
    await expect(gate.world.until(holder.acquire({ entry: "nobody" }))).rejects.toThrow("llm.breaker.nobody");
  });

  test("takes no word of permits that it has not given", async () => {
    const gate = await gateAlone({ circuit_breaker: { failure_threshold: 1 } });
    const holder = await gate.holder();
    for (const permit of ["one#nobody/1/1", "one#", "#", "", "one"]) holder.report(permit, failing);
    await gate.world.settle();
    expect(await gate.breaker()).toMatchObject({ state: "closed", failures: 0 });
    expect(await gate.request()).toMatchObject({ granted: true });
  });

  test("goes on after any of its parts was lost", async () => {
    const gate = await gateAlone();
    await gate.request();
    for (const name of ["llm.limiter", "llm.budget", "llm.breaker.one"]) {
      const pid = gate.node.whereis(name);
      if (pid === undefined) throw new Error(`Nobody is named ${name}.`);
      await gate.kill(pid);
      await gate.world.advance(100);
      expect(await gate.request()).toMatchObject({ granted: true });
    }
  });
});

describe("the breakers of a node", () => {
  test("try with one request, and close when that succeeds", async () => {
    const gate = await gateAlone({ circuit_breaker: { failure_threshold: 2, recovery_time_ms: 1_000 } });
    await gate.request({}, failing);
    await gate.request({}, failing);
    expect(gate.told("llm.breaker_opened")).toBe(1);
    await gate.world.advance(1_000);
    expect(await gate.breaker()).toMatchObject({ state: "half_open", retryInMs: 0 });
    const [first, second] = [await gate.holder(), await gate.holder()];
    const probe = await gate.world.until(first.acquire());
    expect(await gate.world.until(second.acquire())).toMatchObject({ refusal: { reason: "breaker" } });
    const waiting = second.acquire({ waitMsMax: 5_000 });
    await gate.world.advance(500);
    if (probe.granted) first.report(probe.permit);
    expect(await gate.world.until(waiting)).toMatchObject({ granted: true });
    expect(gate.told("llm.breaker_closed")).toBe(1);
    expect(await gate.breaker()).toMatchObject({ state: "closed", failures: 0 });
  });

  test("say what each model comes to, and the worst of them as the entry's", async () => {
    const gate = await gateAlone({ circuit_breaker: { failure_threshold: 1 } });
    await gate.request({ model: "good" });
    await gate.request({ model: "bad" }, failing);
    expect(await gate.breaker()).toEqual({
      ...{ entry: "one", state: "open", held: false, failures: 1, permits: 0, retryInMs: 60_000 },
      models: [
        { model: "good", state: "closed", held: false, failures: 0, permits: 0, retryInMs: 0 },
        { model: "bad", state: "open", held: false, failures: 1, permits: 0, retryInMs: 60_000 },
      ],
    });
  });

  test("stay open where a person said so, for models too that were not asked for yet", async () => {
    const gate = await gateAlone();
    expect(await gate.order("open")).toMatchObject({ state: "open", held: true });
    await gate.world.advance(3_600_000);
    expect(await gate.request({ model: "new" })).toMatchObject({ refusal: { reason: "breaker" } });
    expect(await gate.order("close")).toMatchObject({ state: "closed", held: false });
    expect(await gate.request({ model: "new" })).toMatchObject({ granted: true });
    await gate.order("open", "m");
    expect(await gate.request()).toMatchObject({ granted: false });
    expect(await gate.request({ model: "new" })).toMatchObject({ granted: true });
    expect(await gate.order("reset")).toMatchObject({ state: "closed" });
    expect(await gate.request()).toMatchObject({ granted: true });
  });

  test("hold a bounded number of models", async () => {
    const gate = await gateAlone();
    for (let i = 0; i < 100; i += 1) await gate.request({ model: `m${i}` });
    const { models } = await gate.breaker();
    expect(models.length).toBeLessThanOrEqual(64);
    expect(models.at(-1)?.model).toBe("m99");
  });
});

describe("the limiter of a node", () => {
  test("lets those go first that a person waits for, and nobody wait for ever", async () => {
    const gate = await gateAlone({ max_concurrent_requests: 1 });
    const busy = await gate.holder();
    const permit = await gate.world.until(busy.acquire());
    const order: string[] = [];
    const come = async (lane: "interactive" | "normal" | "background", name: string) => {
      const holder = await gate.holder();
      void holder.acquire({ lane, waitMsMax: 600_000 }).then((granted) => {
        order.push(name);
        if (granted.granted) holder.report(granted.permit);
      });
      await gate.world.settle();
    };
    await come("background", "old background");
    await come("normal", "normal");
    await come("interactive", "interactive");
    await gate.world.advance(61_000);
    await come("interactive", "late interactive");
    if (permit.granted) busy.report(permit.permit);
    await gate.world.settle();
    expect(order).toEqual(["interactive", "normal", "old background", "late interactive"]);
  });

  test("lets no more go than a rate says, and says when to come back", async () => {
    const gate = await gateAlone({
      providers: { one: { kind: "ollama", rate_limit: { requests_per_minute: 30, burst_size: 2 } } },
    });
    await gate.request();
    await gate.request();
    expect(await gate.request()).toEqual({
      granted: false,
      refusal: { reason: "limit", retryInMs: 2_000, what: "llm.providers.one.rate_limit" },
    });
    expect(await gate.request({ waitMsMax: 1_999 })).toMatchObject({ granted: false });
    const started = gate.world.elapsedMs;
    expect(await gate.request({ waitMsMax: 2_000 })).toMatchObject({ granted: true });
    expect(gate.world.elapsedMs - started).toBe(2_000);
  });

  test("gives back tokens that a request did not use", async () => {
    const gate = await gateAlone({ rate_limit: { tokens_per_minute: 1_000 } });
    const usage = { input_tokens: 10, output_tokens: 40 };
    for (let i = 0; i < 5; i += 1)
      expect(await gate.request({ tokens: 800 }, { usage })).toMatchObject({ granted: true });
    expect(await gate.request({ tokens: 800 }, { usage: undefined, costUsd: undefined })).toMatchObject({
      granted: false,
    });
  });

  test("counts what nobody knows as used", async () => {
    const gate = await gateAlone({ rate_limit: { tokens_per_minute: 1_000 } });
    await gate.request({ tokens: 800 }, failing);
    expect(await gate.request({ tokens: 800 })).toMatchObject({
      refusal: { reason: "limit", retryInMs: 36_000 },
    });
  });

  test("leaves an entry alone for as long as its provider asks, up to a minute", async () => {
    const gate = await gateAlone();
    await gate.request({}, { outcome: "neutral", retryAfterMs: 5_000 });
    expect(await gate.request({ model: "another" })).toMatchObject({
      refusal: { reason: "limit", retryInMs: 5_000 },
    });
    expect(await gate.request({ entry: "two" })).toMatchObject({ granted: true });
    await gate.world.advance(5_000);
    await gate.request({}, { outcome: "neutral", retryAfterMs: 1e9 });
    expect(await gate.limits()).toMatchObject({ pausedMs: 60_000 });
  });

  test("keeps to what a provider tells of its limits", async () => {
    const gate = await gateAlone();
    await gate.request({}, { limits: { requests: { limit: 60, remaining: 1 } } });
    expect(await gate.request()).toMatchObject({ granted: true });
    expect(await gate.request()).toMatchObject({ refusal: { reason: "limit", retryInMs: 1_000 } });
    await gate.world.advance(180_000);
    for (let i = 0; i < 70; i += 1) expect(await gate.request()).toMatchObject({ granted: true });
  });

  test("does not let who has ended hold up who waits", async () => {
    const gate = await gateAlone({ max_concurrent_requests: 1 });
    const busy = await gate.holder();
    const permit = await gate.world.until(busy.acquire());
    const [gone, next] = [await gate.holder(), await gate.holder()];
    gone.acquire({ waitMsMax: 60_000, lane: "interactive" }).catch(() => {});
    await gate.world.settle();
    const waits = next.acquire({ waitMsMax: 60_000 });
    await gate.world.settle();
    await gate.kill(gone.pid);
    if (permit.granted) busy.report(permit.permit);
    expect(await gate.world.until(waits)).toMatchObject({ granted: true });
  });

  test("refuses when too many wait", async () => {
    const gate = await gateAlone({ max_concurrent_requests: 1 });
    const holder = await gate.holder();
    const waiting = Array.from({ length: 1_002 }, () => holder.acquire({ waitMsMax: 60_000 }));
    expect(await gate.world.until(Promise.any([waiting.at(-1)]))).toMatchObject({
      refusal: { reason: "limit", what: expect.stringContaining("1000 requests") },
    });
  });
});
