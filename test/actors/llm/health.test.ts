import { describe, expect, test } from "vitest";
import { type EntryHealth, llmHealth } from "../../../actors/llm/health.ts";
import { healthMsMax, lookMs } from "../../../actors/llm/limits.ts";
import { type Model, type Provider, ProviderError } from "../../../actors/llm/provider.ts";
import { Secret } from "../../../runtime/secret.ts";
import { hello, llmTree } from "./simulation.ts";

const intervalMs = 5_000;
const key = "sk-canary-0123456789";

/** A provider of which it is known how often it was looked at. `fares` may change at any time. */
class Looked implements Provider {
  readonly kind = "odd";
  readonly secrets = [new Secret(key)];
  looks = 0;
  aborted = 0;
  fares: readonly Model[] | Error | "hangs" = [{ name: "model-1", contextTokens: 100, tools: false }];

  async complete() {
    if (this.fares instanceof Error) throw this.fares;
    return { text: "Hi.", model: "model-1", finish: "stop" as const };
  }

  async models({ signal }: { readonly signal: AbortSignal }): Promise<readonly Model[]> {
    this.looks += 1;
    signal.addEventListener("abort", () => {
      this.aborted += 1;
    });
    if (this.fares === "hangs") return new Promise(() => {});
    if (this.fares instanceof Error) throw this.fares;
    return this.fares;
  }
}

async function looked(...names: readonly string[]) {
  const providers = Object.fromEntries(names.map((name) => [name, new Looked()]));
  const entries = Object.fromEntries(names.map((name) => [name, { model: "model-1" }]));
  const settings = { entries, max_retries: 0, spreading: { health_check_interval_ms: intervalMs } };
  const tree = await llmTree(providers, settings);
  const look = (entry?: string): Promise<readonly EntryHealth[]> =>
    tree.node.call(llmHealth, "look", entry === undefined ? {} : { entry }, {
      timeoutMs: healthMsMax + 1_000,
    });
  return { ...tree, providers, look };
}

describe("a look at the providers", () => {
  test("tells what each model costs, where that is known", async () => {
    const { until, look } = await looked("alpha");
    const [{ look: seen } = {}] = await until(look());
    expect(seen?.models?.[0]?.price).toEqual({ inputPerMillion: 0, outputPerMillion: 0, source: "local" });
  });

  test("tells of each what it has, and asks it once however many look", async () => {
    const { until, look, providers } = await looked("alpha", "beta");
    const [first, again] = await until(Promise.all([look(), look()]));
    expect(again).toEqual(first);
    expect(first).toMatchObject([
      { entry: "alpha", kind: "odd", look: { models: [{ name: "model-1" }], failure: undefined } },
      { entry: "beta" },
    ]);
    expect([providers.alpha?.looks, providers.beta?.looks]).toEqual([1, 1]);
    await until(look());
    expect(providers.alpha?.looks).toBe(1);
  });

  test("at one entry leaves the others alone", async () => {
    const { until, look, providers } = await looked("alpha", "beta");
    expect(await until(look("beta"))).toMatchObject([{ entry: "beta" }]);
    expect(await until(look("gamma"))).toEqual([]);
    expect(providers.alpha?.looks).toBe(0);
  });

  test("goes on for a while after somebody has looked, and then nobody is asked any more", async () => {
    const { until, look, providers, world } = await looked("alpha");
    await until(look());
    await world.advance(lookMs);
    const { looks = 0 } = providers.alpha ?? {};
    expect(looks).toBeGreaterThan(2);
    await world.advance(600_000);
    expect(providers.alpha?.looks).toBeLessThanOrEqual(looks + 1);
  });

  test("says why where a provider does not answer, without its key", async () => {
    const { until, look, providers } = await looked("alpha");
    if (providers.alpha !== undefined)
      providers.alpha.fares = new ProviderError("auth", `The key ${key} is wrong.`);
    const health = await until(look());
    expect(health).toMatchObject([{ look: { models: undefined, failure: { code: "auth" } } }]);
    expect(JSON.stringify(health)).not.toContain("canary");
  });

  test("gives one up that hangs, and tells it so", async () => {
    const { until, look, providers, world } = await looked("alpha");
    if (providers.alpha !== undefined) providers.alpha.fares = "hangs";
    expect(await until(look())).toMatchObject([
      { look: { tookMs: healthMsMax, failure: { code: "timeout" } } },
    ]);
    await world.settle();
    expect(providers.alpha?.aborted).toBe(1);
  });
});

describe("a provider", () => {
  test("that has failed is looked at until it is well, and never asked to write for that", async () => {
    const { until, complete, providers, world } = await looked("alpha");
    const { alpha } = providers;
    if (alpha === undefined) throw new Error("There is no provider.");
    await until(complete());
    await world.advance(60_000);
    expect(alpha.looks).toBe(0);
    const well = alpha.fares;
    alpha.fares = new ProviderError("connection", "It is down.");
    await until(complete());
    await world.advance(4 * intervalMs);
    expect(alpha.looks).toBeGreaterThanOrEqual(3);
    alpha.fares = well;
    await world.advance(2 * intervalMs);
    const { looks } = alpha;
    await world.advance(60_000);
    expect(alpha.looks).toBe(looks);
  });

  test("is chosen by what it said of its model", async () => {
    const { until, look, complete, providers, world } = await looked("alpha", "beta");
    if (providers.beta !== undefined) providers.beta.fares = [{ name: "model-1", tools: true }];
    const tools = [{ name: "look", description: "Looks.", parameters: { type: "object" } }];
    const order = { request: { ...hello.request, tools } };
    expect(await until(complete(order))).toMatchObject({ entry: "alpha" });
    await until(look());
    await world.settle();
    expect(await until(complete(order))).toMatchObject({ entry: "beta" });
    expect(await until(complete())).toMatchObject({ entry: "alpha" });
  });
});
