import { describe, expect, test } from "vitest";
import { complete } from "../../../actors/llm/complete.ts";
import { waitingRequestsMax } from "../../../actors/llm/limits.ts";
import { ProviderError } from "../../../actors/llm/provider.ts";
import { hello, llmTree, outcomeOf } from "./simulation.ts";

const overloaded = { fail: new ProviderError("overloaded", "Too busy.") };
const slow = { answer: "slow", afterMs: 1_000 };

describe("the coordinator", () => {
  test("answers with the completion and who gave it", async () => {
    const tree = await llmTree({ one: [{ answer: "Hi." }] });
    expect(await tree.until(tree.complete())).toEqual({ text: "Hi.", entry: "one" });
    expect(tree.calls("one")[0]?.request).toEqual(hello.request);
  });

  test("answers its status while a provider hangs", async () => {
    const tree = await llmTree({ one: [{ hang: true }] });
    void tree.complete();
    await tree.world.settle();
    expect(await tree.status()).toMatchObject({
      running: 1,
      waiting: 0,
      entries: [{ name: "one", kind: "memory", running: 1 }],
    });
    expect(tree.world.elapsedMs).toBe(0);
  });

  test.each([
    undefined,
    7,
    {},
    { request: {} },
    { request: { messages: [] } },
    { request: { messages: [{ role: "robot", content: "x" }] } },
    { request: hello.request, deadline_ms: -1 },
    { request: hello.request, more: true },
    { request: hello.request, caller: 7, hears: 7, lane: "fast" },
    { request: { ...hello.request, model: "big" } },
  ])("refuses the order %j and lives on", async (payload) => {
    const tree = await llmTree({ one: [{ answer: "Hi." }] });
    expect(await tree.order(payload)).toMatchObject({ ok: false, failure: { code: "invalid_order" } });
    expect(await tree.until(tree.complete())).toMatchObject({ text: "Hi." });
  });

  test("without any entry answers how to set one up", async () => {
    const tree = await llmTree({});
    expect(await tree.until(tree.complete())).toMatchObject({
      error: { code: "no_provider", retryable: false, message: expect.stringContaining("OPENAI_API_KEY") },
    });
  });

  test("passes by what nobody waits for", async () => {
    const tree = await llmTree({ one: [{ answer: "Hi." }] });
    tree.node.send({ name: "llm.coordinator", node: "local" }, { type: "complete", ...hello });
    await tree.world.settle();
    expect(tree.calls("one")).toHaveLength(0);
  });
});

describe("the choice of an entry", () => {
  const scripts = {
    alpha: [{ answer: "a" }],
    beta: [{ answer: "b" }],
    gamma: [{ answer: "c" }],
  } as const;

  test("is the one that is named", async () => {
    const tree = await llmTree(scripts, { default_provider: "alpha" });
    expect(await tree.until(tree.complete({ provider: "gamma" }))).toMatchObject({ entry: "gamma" });
  });

  test("is the default where none is named", async () => {
    const tree = await llmTree(scripts, { default_provider: "beta", entries: { gamma: { priority: 1 } } });
    expect(await tree.until(tree.complete())).toMatchObject({ entry: "beta" });
  });

  test("goes by priority where there is no default, and by name where that is equal", async () => {
    const first = await llmTree(scripts, { entries: { gamma: { priority: 1 } } });
    expect(await first.until(first.complete())).toMatchObject({ entry: "gamma" });
    const second = await llmTree(scripts);
    expect(await second.until(second.complete())).toMatchObject({ entry: "alpha" });
  });

  test("tells those that there are when the one that is named is not among them", async () => {
    const tree = await llmTree(scripts);
    expect(await tree.until(tree.complete({ provider: "delta" }))).toMatchObject({
      error: { code: "unknown_provider", message: expect.stringContaining("alpha, beta, gamma") },
    });
  });
});

describe("failover", () => {
  test("goes on to the fallback and then by priority, when retries are used up", async () => {
    const tree = await llmTree(
      { alpha: [{ answer: "a" }], beta: [overloaded], gamma: [overloaded] },
      { default_provider: "gamma", fallback_provider: "beta", max_retries: 1 },
    );
    expect(await tree.until(tree.complete())).toMatchObject({ entry: "alpha" });
    expect([tree.calls("gamma").length, tree.calls("beta").length]).toEqual([2, 2]);
  });

  test("skips an entry that the gate refuses, without asking it", async () => {
    const tree = await llmTree({ alpha: [{ answer: "a" }], beta: [{ answer: "b" }] });
    tree.gate.refuse = ({ entry }) =>
      entry === "alpha" ? { reason: "breaker", retryInMs: 60_000 } : undefined;
    expect(await tree.until(tree.complete())).toMatchObject({ entry: "beta" });
    expect(tree.calls("alpha")).toHaveLength(0);
  });

  test("ends with all_unavailable and when to come back, when the gate refuses every entry", async () => {
    const tree = await llmTree({ alpha: [overloaded], beta: [overloaded] });
    tree.gate.refuse = ({ entry }) => ({ reason: "breaker", retryInMs: entry === "beta" ? 50_000 : 60_000 });
    expect(await tree.until(tree.complete())).toMatchObject({
      error: { code: "all_unavailable", retryable: true, retryAfterMs: 50_000 },
    });
  });

  test("does not happen for a request that no provider would take, nor does its breaker count it", async () => {
    const tree = await llmTree({
      alpha: [{ fail: new ProviderError("invalid_request", "Too long.") }],
      beta: [{ answer: "b" }],
    });
    expect(await tree.until(tree.complete())).toMatchObject({
      error: { code: "invalid_request", message: 'Provider "alpha": Too long.', retryable: false },
    });
    expect(tree.calls("alpha")).toHaveLength(1);
    expect(tree.gate.reports).toMatchObject([{ outcome: "neutral", costUsd: 0 }]);
  });

  test("happens at once for a key that is denied", async () => {
    const tree = await llmTree({
      alpha: [{ fail: new ProviderError("auth", "Wrong key.") }],
      beta: [{ answer: "b" }],
    });
    expect(await tree.until(tree.complete())).toMatchObject({ entry: "beta" });
    expect([tree.calls("alpha").length, tree.world.elapsedMs]).toEqual([1, 0]);
  });

  test("leaves the entry that was named alone", async () => {
    const tree = await llmTree({ alpha: [overloaded], beta: [{ answer: "b" }] }, { max_retries: 0 });
    expect(await tree.until(tree.complete({ provider: "alpha" }))).toMatchObject({
      error: { code: "overloaded" },
    });
    expect(tree.calls("beta")).toHaveLength(0);
  });
});

describe("retries", () => {
  async function timesOf(seed: number) {
    const tree = await llmTree({ one: [overloaded] }, {}, seed);
    const times: number[] = [];
    const done = tree.complete();
    for (let ms = 0; ms < 10_000; ms += 1) {
      await tree.world.advance(1);
      while (times.length < tree.calls("one").length) times.push(tree.world.elapsedMs);
      if (times.length === 4) break;
    }
    return { tree, times, outcome: await tree.until(done) };
  }

  test("wait exponentially longer, by chance between half and all of it, and then end with the last error", async () => {
    const { times, outcome, tree } = await timesOf(1);
    expect(tree.calls("one")).toHaveLength(4);
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    for (const [index, pause] of pauses.entries()) {
      const ceiling = 500 * 2 ** index;
      expect(pause).toBeGreaterThanOrEqual(ceiling / 2);
      expect(pause).toBeLessThanOrEqual(ceiling + 1);
    }
    expect(outcome).toMatchObject({ error: { code: "overloaded", entry: "one" } });
  });

  test("wait the same for the same seed and not for another", async () => {
    const [first, again, other] = [await timesOf(1), await timesOf(1), await timesOf(2)];
    expect(again.times).toEqual(first.times);
    expect(other.times).not.toEqual(first.times);
  });

  test("wait as long as the provider asked for", async () => {
    const limited = { fail: new ProviderError("rate_limited", "Slow down.", { retryAfterMs: 20_000 }) };
    const tree = await llmTree({ one: [limited, { answer: "Hi." }] });
    expect(await tree.until(tree.complete())).toMatchObject({ text: "Hi." });
    expect(tree.world.elapsedMs).toBeGreaterThanOrEqual(20_000);
    expect(tree.world.elapsedMs).toBeLessThan(20_300);
  });

  test("do not wait long for a provider where another one can answer, and come back to it where none could", async () => {
    const limited = { fail: new ProviderError("rate_limited", "Slow down.", { retryAfterMs: 20_000 }) };
    const well = await llmTree({ alpha: [limited], beta: [{ answer: "b" }] });
    expect(await well.until(well.complete())).toMatchObject({ entry: "beta" });
    expect([well.calls("alpha").length, well.world.elapsedMs]).toEqual([1, 0]);
    const denied = { fail: new ProviderError("auth", "No.") };
    const back = await llmTree({ alpha: [limited, { answer: "a" }], beta: [denied] });
    expect(await back.until(back.complete())).toMatchObject({ entry: "alpha" });
  });

  test("do not wait for a provider that asked for too long; the next is asked at once", async () => {
    const limited = { fail: new ProviderError("rate_limited", "Tomorrow.", { retryAfterMs: 60_001 }) };
    const tree = await llmTree({ alpha: [limited], beta: [{ answer: "b" }] });
    expect(await tree.until(tree.complete())).toMatchObject({ entry: "beta" });
    expect([tree.calls("alpha").length, tree.world.elapsedMs]).toEqual([1, 0]);
    expect(await tree.until(tree.complete({ provider: "alpha" }))).toMatchObject({
      error: { code: "rate_limited", retryAfterMs: 60_001 },
    });
  });

  test("are not planned for after the deadline", async () => {
    const tree = await llmTree({ one: [overloaded] });
    const outcome = await tree.until(tree.complete({ deadline_ms: 200 }));
    expect(outcome).toMatchObject({ error: { code: "overloaded" } });
    expect(tree.world.elapsedMs).toBe(0);
  });
});

describe("the queue of an entry", () => {
  test("lets max_concurrent_requests run at a time, and the others in order of arrival", async () => {
    const tree = await llmTree({ one: [slow] }, { max_concurrent_requests: 2 });
    const order: number[] = [];
    const all = [0, 1, 2, 3, 4].map((index) => tree.complete().then(() => order.push(index)));
    await tree.world.settle();
    expect(await tree.status()).toMatchObject({ running: 2, waiting: 3 });
    expect(tree.calls("one")).toHaveLength(2);
    await tree.until(Promise.all(all));
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect(tree.world.elapsedMs).toBe(3_000);
    expect(await tree.status()).toMatchObject({ running: 0, waiting: 0 });
  });

  test("has the bound of its entry where that has one, and does not hold up another entry", async () => {
    const tree = await llmTree(
      { alpha: [slow], beta: [slow] },
      { entries: { alpha: { max_concurrent_requests: 1 } } },
    );
    void tree.complete({ provider: "alpha" });
    void tree.complete({ provider: "alpha" });
    void tree.complete({ provider: "beta" });
    await tree.world.settle();
    expect(await tree.status()).toMatchObject({
      entries: [
        { name: "alpha", running: 1, waiting: 1 },
        { name: "beta", running: 1, waiting: 0 },
      ],
    });
  });

  test("refuses what is more than it holds, and keeps the others", async () => {
    const tree = await llmTree({ one: [slow] }, { max_concurrent_requests: 1 });
    void tree.complete();
    await tree.world.settle();
    for (let i = 0; i < waitingRequestsMax; i += 1) void tree.complete();
    const last = await tree.until(tree.complete());
    expect(last).toMatchObject({ error: { code: "too_many_waiting", retryable: true } });
    expect(await tree.status()).toMatchObject({ running: 1, waiting: waitingRequestsMax });
  });

  test("takes what need not wait, however many wait for another entry", async () => {
    const tree = await llmTree({ alpha: [slow], beta: [slow] }, { max_concurrent_requests: 1 });
    for (let i = 0; i <= waitingRequestsMax; i += 1) void tree.complete({ provider: "alpha" });
    expect(await tree.until(tree.complete({ provider: "alpha" }))).toMatchObject({
      error: { code: "too_many_waiting" },
    });
    expect(await tree.until(tree.complete({ provider: "beta" }))).toMatchObject({ entry: "beta" });
  });

  test("gives a place free while its request pauses", async () => {
    const tree = await llmTree({ one: [overloaded, { answer: "b" }] }, { max_concurrent_requests: 1 });
    const finished: string[] = [];
    const first = tree.complete().then(() => finished.push("first"));
    const second = tree.complete().then(() => finished.push("second"));
    await tree.until(Promise.all([first, second]));
    expect(finished).toEqual(["second", "first"]);
  });
});

describe("the deadline of a request", () => {
  test("ends its attempt, whose signal fires, and frees its place", async () => {
    const tree = await llmTree({ one: [{ hang: true }, { answer: "Hi." }] }, { max_concurrent_requests: 1 });
    const first = tree.complete({ deadline_ms: 2_000 });
    const second = tree.complete();
    expect(await tree.until(first)).toMatchObject({ error: { code: "deadline", retryable: true } });
    expect(tree.calls("one")[0]?.signal.aborted).toBe(true);
    expect(await tree.until(second)).toMatchObject({ text: "Hi." });
    expect(tree.world.elapsedMs).toBe(2_000);
    expect(await tree.attempts()).toEqual([]);
  });

  test("is not blamed on the provider, and its permit comes back", async () => {
    const tree = await llmTree({ one: [{ hang: true }] });
    await tree.until(tree.complete({ deadline_ms: 50 }));
    await tree.world.settle();
    expect(tree.gate.reports).toEqual([]);
    expect(tree.gate.givenBack).toEqual(["permit-1"]);
  });

  test("wakes nobody once the request has its answer", async () => {
    const tree = await llmTree({ one: [overloaded, { answer: "Hi." }] });
    await tree.until(tree.complete());
    // Until the provider that has failed was seen to be well.
    await tree.world.advance(60_000);
    const handled = () => tree.node.processInfo(tree.pidOf("llm.coordinator"))?.messagesHandled;
    const before = handled();
    await tree.world.advance(600_000);
    expect(before).toBeGreaterThan(0);
    expect(handled()).toBe(before);
  });

  test("holds for a request that still waits for a place", async () => {
    const tree = await llmTree({ one: [{ hang: true }] }, { max_concurrent_requests: 1 });
    void tree.complete();
    expect(await tree.until(tree.complete({ deadline_ms: 500 }))).toMatchObject({
      error: { code: "deadline" },
    });
    expect(tree.calls("one")).toHaveLength(1);
  });

  test("tells the failure before it", async () => {
    const late = { hang: true } as const;
    const tree = await llmTree({ one: [overloaded, late] });
    expect(await tree.until(tree.complete({ deadline_ms: 5_000 }))).toMatchObject({
      error: { code: "deadline", message: expect.stringContaining("Too busy.") },
    });
  });
});

test("complete() from outside waits for the coordinator's own answer about the deadline", async () => {
  const tree = await llmTree({ one: [{ hang: true }] });
  const outcome = await tree.until(outcomeOf(complete(tree.node.call, { ...hello, deadline_ms: 20_000 })));
  expect(outcome).toMatchObject({ error: { code: "deadline" } });
});
