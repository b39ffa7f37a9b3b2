// The whole layer over real HTTP: coordinator, breaker, attempts and adapters on a real node, before the scripted server.
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { complete, coordinator } from "../../../actors/llm/complete.ts";
import type { CompletionOrder } from "../../../actors/llm/completion.ts";
import { llmConfiguration, type ProviderKind } from "../../../actors/llm/config.ts";
import { configuredProviders } from "../../../actors/llm/providers/configured.ts";
import { realWorld, startNode } from "../../../runtime/index.ts";
import { llmSupervisor } from "../../../supervisors/trees/llm.ts";
import { key, kinds } from "./providers/adapters.ts";
import { type Reply, type ScriptedServer, startScriptedServer } from "./scripted-server.ts";
import { hello, outcomeOf } from "./simulation.ts";

/** The time that a request has which is to run out of it. */
const shortMs = 200;

// Loading an SDK for the first time takes longer than that.
beforeAll(() => Promise.all([import("openai"), import("@anthropic-ai/sdk"), import("ollama")]));

async function serverOf(replies: readonly [Reply, ...Reply[]]): Promise<ScriptedServer> {
  const server = await startScriptedServer({ replies });
  onTestFinished(() => server.stop());
  return server;
}

/** A node with one entry for each server, in order, of the given kind. `reply`: what the first one answers. */
async function layer(
  kind: ProviderKind,
  servers: readonly ScriptedServer[],
  settings: Readonly<Record<string, unknown>> = {},
  reply: Reply | undefined = undefined,
) {
  const patience = reply?.stallAfter === undefined ? {} : { timeout_ms: shortMs };
  const entries = servers.map((server, at) => [
    `entry-${at}`,
    {
      kind,
      base_url: server.baseUrl(kind),
      model: "m",
      api_key: key,
      priority: at + 1,
      ...(at === 0 ? patience : {}),
    },
  ]);
  const configuration = llmConfiguration.parse({
    providers: Object.fromEntries(entries),
    max_retries: 0,
    circuit_breaker: { failure_threshold: 2 },
    ...settings,
  });
  const node = startNode({ world: realWorld(), boundary: "freeze" });
  const top = await node.spawn(llmSupervisor(configuration, configuredProviders(configuration)));
  onTestFinished(async () => {
    await node.stop(top);
  });
  return {
    complete: (order: Partial<CompletionOrder> = {}) =>
      outcomeOf(complete(node.call, { ...hello, ...order })),
    breakers: async () => {
      const { entries: all } = await node.call(coordinator, "status");
      return all.map(({ breaker }) => breaker?.state);
    },
  };
}

const faults: readonly (readonly [string, Reply, string])[] = [
  ["refuses its key", { status: 401, body: "no" }, "auth"],
  ["is overloaded", { status: 529, body: "busy" }, "overloaded"],
  ["cuts the connection", { say: "Hi", cutAfter: "request" }, "connection"],
  ["says nothing", { say: "Hi", stallAfter: "request" }, "timeout"],
  ["stops in the middle", { say: ["Hel", "lo"], finish: null, stallAfter: 99 }, "timeout"],
  ["cuts an answer off", { say: "Hel", finish: null }, "protocol"],
  ["answers with a page", { body: "<html></html>" }, "protocol"],
];

describe.each(kinds)("A provider of kind %s", (kind) => {
  test("answers through the whole layer", async () => {
    const { complete: ask } = await layer(kind, [await serverOf([{ say: ["Hel", "lo."] }])]);
    expect(await ask()).toEqual({ text: "Hello.", entry: "entry-0" });
  });

  test.each(faults)("that %s costs the request nothing where another one is well", async (_, reply, code) => {
    const [bad, good] = [await serverOf([reply]), await serverOf([{ say: "Hello." }])];
    const { complete: ask } = await layer(kind, [bad, good], {}, reply);
    expect(await ask()).toEqual({ text: "Hello.", entry: "entry-1" });
    expect(await ask({ provider: "entry-0" })).toMatchObject({ error: { code, entry: "entry-0" } });
    expect(bad.requests.length).toBeGreaterThan(0);
  });
});

describe("The breaker of a provider", () => {
  test.each(faults.slice(1))("that %s opens, and nobody asks it any more", async (_, reply, code) => {
    const server = await serverOf([reply]);
    const { complete: ask, breakers } = await layer("openai", [server], {}, reply);
    for (let failures = 0; failures < 2; failures += 1) {
      expect(await breakers()).toEqual(["closed"]);
      expect(await ask()).toMatchObject({ error: { code } });
    }
    expect(await breakers()).toEqual(["open"]);
    expect(await ask()).toMatchObject({ error: { code: "all_unavailable" } });
    expect(server.requests).toHaveLength(2);
  });

  test("that refuses its key stays closed, so that the reason is seen", async () => {
    const server = await serverOf([{ status: 401, body: "no" }]);
    const { complete: ask, breakers } = await layer("openai", [server]);
    for (let failures = 0; failures < 3; failures += 1)
      expect(await ask()).toMatchObject({ error: { code: "auth" } });
    expect(await breakers()).toEqual(["closed"]);
  });
});

describe("A request", () => {
  test("that is too slow as a whole says so, and its connection is closed", async () => {
    const server = await serverOf([{ say: ["Hel"], finish: null, stallAfter: 99 }]);
    const { complete: ask } = await layer("ollama", [server], { timeout_ms: shortMs });
    const { error } = (await ask()) as { error: Error };
    expect(error.message).toBe(
      `Provider "entry-0": Its answer was not whole within ${shortMs} ms, the time for one request. Raise timeout_ms, or ask for less.`,
    );
    await (await server.request(0)).givenUp;
  });

  test("is tried again after the pause that a provider asks for", async () => {
    const server = await serverOf([
      { status: 429, headers: { "retry-after-ms": "1" }, body: "slow down" },
      { say: "Hello." },
    ]);
    const { complete: ask } = await layer("openai", [server], { max_retries: 1 });
    expect(await ask()).toMatchObject({ text: "Hello." });
    expect(server.requests).toHaveLength(2);
  });

  test("that no provider takes is tried at no other", async () => {
    const [bad, good] = [await serverOf([{ status: 400, body: "no" }]), await serverOf([{ say: "Hi" }])];
    const { complete: ask } = await layer("openai", [bad, good], { max_retries: 3 });
    expect(await ask()).toMatchObject({ error: { code: "invalid_request" } });
    expect([bad.requests.length, good.requests.length]).toEqual([1, 0]);
  });
});
