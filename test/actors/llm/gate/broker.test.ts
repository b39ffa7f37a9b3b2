// Three nodes over a real broker that ask one provider at the same time: the breaker, its probe and the rate are the cluster's.
import { describe, expect, test } from "vitest";
import { attemptKey, llmAttempt } from "../../../../actors/llm/attempt.ts";
import { complete } from "../../../../actors/llm/complete.ts";
import { llmConfiguration } from "../../../../actors/llm/config.ts";
import { CompletionFailed } from "../../../../actors/llm/failure.ts";
import { type BreakerStatus, breakerOf } from "../../../../actors/llm/gate/breaker-protocol.ts";
import { gateOf } from "../../../../actors/llm/gate/gate-of.ts";
import { attemptHost } from "../../../../actors/llm/processes.ts";
import { type Provider, ProviderError } from "../../../../actors/llm/provider.ts";
import { call } from "../../../../runtime/index.ts";
import { llmSupervisor } from "../../../../supervisors/trees/llm.ts";
import { type OwnedCluster, ownedCluster } from "../../../runtime/ownership/owned-cluster.ts";
import type { Owner } from "../../../runtime/ownership/owners.ts";
import { hello } from "../simulation.ts";

/** One provider, whichever node asks it, that fares as it is told. */
class Asked implements Provider {
  readonly kind = "openai";
  readonly secrets = [];
  /** When each request came, in milliseconds. */
  readonly at: number[] = [];
  fares: "well" | "ill" | Promise<void> = "well";

  async complete() {
    this.at.push(performance.now());
    if (this.fares === "ill") throw new ProviderError("overloaded", "It is ill.");
    if (this.fares !== "well") await this.fares;
    return { text: "Hi.", model: "m", finish: "stop" as const };
  }

  async models() {
    return [];
  }
}

interface Scene {
  readonly cluster: OwnedCluster;
  readonly owners: readonly Owner[];
  readonly provider: Asked;
}

async function three(settings: object): Promise<Scene> {
  const cluster = await ownedCluster("nats");
  const provider = new Asked();
  const providers = new Map<string, Provider>([["one", provider]]);
  const declared = { one: { kind: "openai", model: "m" } };
  const configuration = llmConfiguration.parse({ providers: declared, max_retries: 0, ...settings });
  const owners: Owner[] = [];
  for (const name of ["alpha", "beta", "gamma"]) {
    const host = attemptHost({ configuration, providers, gate: gateOf() });
    const owner = await cluster.start(name, { logic: { [attemptKey]: llmAttempt(host) } });
    await owner.node.spawn(llmSupervisor(configuration, providers, { store: () => owner.ownership.store }));
    owners.push(owner);
  }
  return { cluster, owners, provider };
}

/** What orders come to that are given on the nodes by turns, all at once. */
function ordered({ cluster, owners }: Scene, count: number, limit_wait_ms = 0): Promise<readonly string[]> {
  const orders = Array.from({ length: count }, (_, index) => {
    const owner = owners[index % owners.length] as Owner;
    const asked = cluster.inside(owner, () => complete(call, { ...hello, limit_wait_ms }));
    return asked.then(() => "answered", codeOf);
  });
  return Promise.all(orders);
}

function codeOf(error: unknown): string {
  if (error instanceof CompletionFailed) return error.code;
  throw error;
}

/** Comes back when the breakers of all nodes are so. */
async function breakers(owners: readonly Owner[], isSo: (breaker: BreakerStatus) => boolean): Promise<void> {
  for (const { node } of owners)
    while (!isSo(await node.call(breakerOf("one"), "status")))
      await new Promise((resolve) => setImmediate(resolve));
}

describe("three nodes over a real broker", () => {
  test("all leave alone what one of them has seen fail, try it once together, and are told that it is well", async () => {
    const scene = await three({ circuit_breaker: { failure_threshold: 2, recovery_time_ms: 2_000 } });
    const { cluster, owners, provider } = scene;
    provider.fares = "ill";
    const [alpha] = owners as [Owner, ...Owner[]];
    for (let failures = 0; failures < 2; failures += 1)
      await cluster.inside(alpha, () => complete(call, hello).catch(codeOf));
    await breakers(owners, ({ state }) => state === "open");
    expect(provider.at).toHaveLength(2);
    expect(new Set(await ordered(scene, 9))).toEqual(new Set(["all_unavailable"]));
    expect(provider.at).toHaveLength(2);

    let recover: () => void = () => {};
    provider.fares = new Promise((resolve) => {
      recover = resolve;
    });
    await breakers(owners, ({ retryInMs }) => retryInMs === 0);
    let left = 30;
    const settled = Array.from({ length: left }, async (_, index) => {
      const [code] = await ordered({ ...scene, owners: [owners[index % 3] as Owner] }, 1);
      left -= 1;
      return code;
    });
    // All but the one that tries have come back, and it still does.
    await cluster.eventually(() => left === 1);
    expect(provider.at).toHaveLength(3);
    recover();
    const codes = await Promise.all(settled);
    expect(codes.filter((code) => code === "answered")).toHaveLength(1);
    provider.fares = "well";
    await breakers(owners, ({ state }) => state === "closed");
    expect(await ordered(scene, 3)).toEqual(["answered", "answered", "answered"]);
  });

  test("keep together to the rate of one, whoever of them asks", async () => {
    const burst = 6;
    const perSecond = 5;
    const rate = { requests_per_minute: perSecond * 60, burst_size: burst };
    const scene = await three({ rate_limit: rate, max_concurrent_requests: 100 });
    const beganMs = performance.now();
    const codes = await ordered(scene, 90, 3_000);
    const { at } = scene.provider;
    expect(codes.filter((code) => code === "answered")).toHaveLength(at.length);
    expect(new Set(codes)).toEqual(new Set(["answered", "limited"]));
    for (const [index, ms] of at.toSorted((one, other) => one - other).entries())
      expect(index + 1).toBeLessThanOrEqual(burst + ((ms - beganMs) / 1_000) * perSecond + 1);
    // The rate was there to be used: those who waited went.
    expect(at.length).toBeGreaterThan(burst);
  });
});
