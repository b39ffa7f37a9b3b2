// Three nodes over a real broker, with the real gate and the real adapters before servers that speak the vendors' wire formats:
// whatever is lost on the way, who reads has the whole text, in order.
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { attemptKey, llmAttempt } from "../../../../actors/llm/attempt.ts";
import { coordinator } from "../../../../actors/llm/complete.ts";
import { llmConfiguration } from "../../../../actors/llm/config.ts";
import { gateOf } from "../../../../actors/llm/gate/gate-of.ts";
import { attemptHost } from "../../../../actors/llm/processes.ts";
import { configuredProviders } from "../../../../actors/llm/providers/configured.ts";
import type { Node } from "../../../../runtime/index.ts";
import { llmSupervisor } from "../../../../supervisors/trees/llm.ts";
import { type Cluster, startCluster } from "../../../runtime/distribution/cluster.ts";
import { type Reply, type ScriptedServer, startScriptedServer } from "../scripted-server.ts";
import { hello, listening, shown } from "../simulation.ts";

const story = "Once upon a time there was a cluster that never lost a word, and nobody had to notice.";

// Loading an SDK for the first time takes long.
beforeAll(() => Promise.all([import("openai"), import("@anthropic-ai/sdk"), import("ollama")]));

async function serverOf(reply: Reply): Promise<ScriptedServer> {
  const server = await startScriptedServer({ replies: [reply] });
  onTestFinished(() => server.stop());
  return server;
}

async function member(cluster: Cluster, name: string, providers: object): Promise<Node> {
  const configuration = llmConfiguration.parse({ providers, max_retries: 0 });
  const adapters = configuredProviders(configuration);
  const host = attemptHost({ configuration, providers: adapters, gate: gateOf() });
  const node = await cluster.member(name, { logic: { [attemptKey]: llmAttempt(host) } });
  await node.spawn(llmSupervisor(configuration, adapters));
  return node;
}

/** Comes back when the node knows who has the entry. */
async function knows(node: Node, entry: string): Promise<void> {
  for (let isKnown = false; !isKnown; ) {
    const order = { ...hello, provider: entry, labels: ["none such"] };
    const result = await node.call(coordinator, "complete", order);
    isKnown = !result.ok && result.failure.message.includes("none such");
    if (!isKnown) await new Promise((resolve) => setImmediate(resolve));
  }
}

function wordsOf(from: number, to: number): readonly string[] {
  return story.slice(from, to).match(/.{1,4}/g) ?? [];
}

describe("a reader", () => {
  test("has the whole text although its node is lost, a provider is at its limit and another one is cut off", async () => {
    const cluster = await startCluster("nats");
    const [first, limited, second, last] = await Promise.all([
      serverOf({ say: wordsOf(0, 20), finish: null, stallAfter: 6 }),
      serverOf({ status: 429, headers: { "retry-after": "120" }, body: "{}" }),
      serverOf({ say: wordsOf(20, 48), finish: null }),
      serverOf({ say: wordsOf(30, story.length) }),
    ]);
    const entry = (kind: string, server: ScriptedServer, priority: number) => {
      return { kind, model: "m", api_key: "sk-test", base_url: server.baseUrl(kind as "openai"), priority };
    };
    const reader = await member(cluster, "n1", { gamma: entry("ollama", last, 4) });
    const lost = await member(cluster, "n2", { alpha: entry("openai", first, 1) });
    await member(cluster, "n3", {
      limited: entry("openai", limited, 2),
      beta: entry("anthropic", second, 3),
    });
    for (const name of ["alpha", "limited", "beta"]) await knows(reader, name);

    const { heard, outcome } = listening(reader, hello);
    await cluster.eventually(() => shown(heard).length === 20);
    // Nobody is told, and nothing comes from it any more.
    cluster.silence(lost.name);
    expect(await outcome).toMatchObject({
      completion: { text: story, finish: "stop" },
      entry: "gamma",
      parts: [
        { entry: "alpha", node: "n2", characters: 20 },
        { entry: "beta", node: "n3", characters: 28 },
        { entry: "gamma", node: "n1", characters: story.length - 48 },
      ],
    });
    expect(shown(heard)).toBe(story);
    expect(heard.flatMap((event) => (event.type === "continued" ? [event.entry] : []))).toEqual([
      "beta",
      "gamma",
    ]);
    expect(limited.requests).toHaveLength(1);
    const asked = last.requests.at(-1)?.body?.messages;
    expect(asked).toMatchObject([
      ...hello.request.messages,
      { role: "assistant", content: story.slice(0, 48) },
      { role: "user" },
    ]);
  });
});
