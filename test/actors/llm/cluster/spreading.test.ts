// Orders in a cluster: attempts on the node that has the provider, whose end stops no answer.
import { describe, expect, test } from "vitest";
import { attemptKey, llmAttempt } from "../../../../actors/llm/attempt.ts";
import { type Answered, complete, coordinator } from "../../../../actors/llm/complete.ts";
import type { CompletionOrder } from "../../../../actors/llm/completion.ts";
import { attemptHost } from "../../../../actors/llm/processes.ts";
import { ProviderError } from "../../../../actors/llm/provider.ts";
import type { MemoryProvider } from "../../../../actors/llm/providers/memory.ts";
import { call, type Node, sleep } from "../../../../runtime/index.ts";
import { type Cluster, clusterKinds, startCluster } from "../../../runtime/distribution/cluster.ts";
import { OpenGate } from "../open-gate.ts";
import { hello, listening, ordersTree, type Scripts, shown } from "../simulation.ts";

const story = "Once upon a time there was a cluster that never lost a word";

interface Member {
  readonly node: Node;
  readonly gate: OpenGate;
  readonly calls: (entry: string) => MemoryProvider["calls"];
  readonly ask: (order?: Partial<CompletionOrder>) => Promise<Answered>;
  readonly listen: (order?: Partial<CompletionOrder>) => ReturnType<typeof listening>;
}

async function member(
  cluster: Cluster,
  name: string,
  scripts: Scripts,
  spreading: object = {},
): Promise<Member> {
  const gate = new OpenGate();
  const settings = { spreading, max_retries: 1 };
  const { tree, providers, configuration } = ordersTree(scripts, settings, gate);
  const logic = { [attemptKey]: llmAttempt(attemptHost({ configuration, providers, gate })) };
  const node = await cluster.member(name, { logic });
  await cluster.when(node.spawn(tree));
  return {
    node,
    gate,
    calls: (entry) => (providers.get(entry) as MemoryProvider).calls,
    ask: (order) => cluster.when(cluster.inside(node, () => complete(call, { ...hello, ...order }))),
    listen: (order) => listening(node, { ...hello, ...order }),
  };
}

/** Comes back when the nodes know of the entries, whoever has them. */
async function acquainted(
  cluster: Cluster,
  members: readonly Pick<Member, "node">[],
  entries: readonly string[],
): Promise<void> {
  for (const { node } of members)
    for (const entry of entries) while (!(await knows(cluster, node, entry))) await pass(cluster);
}

async function knows(cluster: Cluster, node: Node, provider: string): Promise<boolean> {
  const order = { ...hello, provider, labels: ["none such"] };
  const result = await cluster.when(node.call(coordinator, "complete", order));
  return !result.ok && result.failure.message.includes("none such");
}

/** Lets some time pass, virtual or real. */
async function pass(cluster: Cluster): Promise<void> {
  let polls = 0;
  await cluster.eventually(() => {
    polls += 1;
    return polls > 1;
  });
}

describe.each(clusterKinds)("in a cluster over %s, an order", (kind) => {
  test("for what another node has is answered by it, and heard as it comes", async () => {
    const cluster = await startCluster(kind);
    const one = await member(cluster, "n1", { alpha: [{ answer: "a" }] });
    const two = await member(cluster, "n2", { beta: [{ say: ["Good ", "day", "."], everyMs: 5 }] });
    await acquainted(cluster, [one, two], ["alpha", "beta"]);
    const { heard, outcome } = one.listen({ provider: "beta" });
    expect(await cluster.when(outcome)).toMatchObject({
      completion: { text: "Good day." },
      entry: "beta",
      parts: [{ entry: "beta", node: "n2", characters: 9 }],
    });
    expect(shown(heard)).toBe("Good day.");
    expect(two.gate.asks).toMatchObject([{ entry: "beta" }]);
    expect([one.gate.asks, two.calls("beta").length]).toEqual([[], 1]);
  });

  test("that fails over there says here what its provider has said", async () => {
    const cluster = await startCluster(kind);
    const one = await member(cluster, "n1", {});
    const more = { phase: "silence", requestId: "req_123" } as const;
    await member(cluster, "n2", { beta: [{ fail: new ProviderError("timeout", "Late.", more) }] });
    await acquainted(cluster, [one], ["beta"]);
    await expect(one.ask()).rejects.toMatchObject({
      message: expect.stringContaining("(request req_123)"),
      failure: { code: "timeout", entry: "beta", ...more },
    });
  });

  test("is answered here where this node has it too", async () => {
    const cluster = await startCluster(kind);
    const one = await member(cluster, "n1", { alpha: [{ answer: "here" }] });
    const two = await member(cluster, "n2", { alpha: [{ answer: "there" }] });
    await acquainted(cluster, [one, two], ["alpha"]);
    expect(await one.ask()).toMatchObject({ completion: { text: "here" }, parts: [{ node: "n1" }] });
  });

  test("goes round the nodes where none is preferred", async () => {
    const cluster = await startCluster(kind);
    const by = { prefer_local_provider: false };
    const one = await member(cluster, "n1", { alpha: [{ answer: "n1" }] }, by);
    const two = await member(cluster, "n2", { alpha: [{ answer: "n2" }] }, by);
    const three = await member(cluster, "n3", { alpha: [{ answer: "n3" }] }, by);
    await acquainted(cluster, [one, two, three], ["alpha"]);
    const texts = new Set<string>();
    // News of a node may still be on its way.
    for (let index = 0; index < 300 && texts.size < 3; index += 1) {
      texts.add((await one.ask()).completion.text);
      await pass(cluster);
    }
    expect([...texts].toSorted()).toEqual(["n1", "n2", "n3"]);
  });

  test("that another node answers is gone on with elsewhere when that node ends, and no word is lost", async () => {
    const cluster = await startCluster(kind);
    const local: Scripts = {
      alpha: [{ say: [story.slice(0, 20), story.slice(20, 30)], everyMs: 1, end: "hang" }],
    };
    const rest: Scripts = { beta: [{ say: [...story.slice(15)], everyMs: 1 }] };
    const one = await member(cluster, "n1", {});
    const two = await member(cluster, "n2", local);
    const three = await member(cluster, "n3", rest);
    await acquainted(cluster, [one], ["alpha", "beta"]);
    const { heard, outcome } = one.listen();
    await cluster.eventually(() => shown(heard).length === 30);
    void two.node.halt();
    expect(await cluster.when(outcome)).toMatchObject({
      completion: { text: story, finish: "stop" },
      parts: [
        { entry: "alpha", node: "n2", characters: 30 },
        { entry: "beta", node: "n3", characters: story.length - 30 },
      ],
    });
    expect(shown(heard)).toBe(story);
    expect(heard.filter(({ type }) => type !== "text")).toMatchObject([{ type: "continued", entry: "beta" }]);
    expect(three.calls("beta")).toHaveLength(1);
  });

  test("that is given up here ends the attempt over there", async () => {
    const cluster = await startCluster(kind);
    const one = await member(cluster, "n1", {});
    const two = await member(cluster, "n2", { beta: [{ say: ["Good "], end: "hang" }] });
    await acquainted(cluster, [one], ["beta"]);
    const { heard, pid } = one.listen();
    await cluster.eventually(() => shown(heard) === "Good ");
    const listener = pid();
    if (listener !== undefined) one.node.exit(listener, "kill");
    await cluster.eventually(() => two.calls("beta")[0]?.signal.aborted === true);
    await cluster.eventually(() => two.gate.held === 0);
    expect(two.gate.givenBack).toHaveLength(1);
  });

  test("is answered by others as soon as a node has left", async () => {
    const cluster = await startCluster(kind);
    const one = await member(cluster, "n1", { alpha: [{ fail: new ProviderError("auth", "No.") }] });
    const two = await member(cluster, "n2", { beta: [{ answer: "b" }] });
    await acquainted(cluster, [one], ["beta"]);
    expect(await one.ask()).toMatchObject({ entry: "beta" });
    await cluster.when(two.node.halt());
    await cluster.eventually(() => one.node.nodes().length === 0);
    await expect(one.ask()).rejects.toMatchObject({ code: "auth" });
  });
});

test("what tells nodes of each other may be killed, and so may the coordinator: orders find their way again", async () => {
  const cluster = await startCluster("memory");
  const one = await member(cluster, "n1", {});
  const two = await member(cluster, "n2", { beta: [{ answer: "b" }] });
  for (const { node } of [one, two]) {
    for (const name of ["llm.nodes", "llm.coordinator"]) {
      await acquainted(cluster, [one], ["beta"]);
      const pid = node.whereis(name);
      if (pid !== undefined) node.exit(pid, "kill");
      await pass(cluster);
      await acquainted(cluster, [one], ["beta"]);
      expect(await one.ask()).toMatchObject({ entry: "beta" });
    }
  }
});

test("an order that was sent to a node which has no such entry any more goes elsewhere", async () => {
  const cluster = await startCluster("memory");
  const one = await member(cluster, "n1", {});
  const two = await member(cluster, "n2", { beta: [{ answer: "b" }] });
  // Its tree says that it has one, and what attempts are made with has none.
  const gate = new OpenGate();
  const { tree } = ordersTree({ alpha: [{ answer: "a" }] }, {}, gate);
  const three = await cluster.member("n3", {
    logic: { [attemptKey]: llmAttempt({ entries: new Map(), gate }) },
  });
  await cluster.when(three.spawn(tree));
  await acquainted(cluster, [one], ["alpha", "beta"]);
  expect(await one.ask()).toMatchObject({ entry: "beta", parts: [{ node: "n2" }] });
  expect(two.calls("beta")).toHaveLength(1);
});

test("an order that was sent to a node which makes no attempts goes elsewhere", async () => {
  const cluster = await startCluster("memory");
  const one = await member(cluster, "n1", {});
  await member(cluster, "n2", { beta: [{ answer: "b" }] });
  const three = await cluster.member("n3");
  await cluster.when(three.spawn(ordersTree({ alpha: [{ answer: "a" }] }, {}, new OpenGate()).tree));
  await acquainted(cluster, [one], ["alpha", "beta"]);
  expect(await one.ask()).toMatchObject({ entry: "beta" });
});

test("an order that was sent to a node which says nothing goes elsewhere in time, and what comes late is ended", async () => {
  const cluster = await startCluster("memory");
  const one = await member(cluster, "n1", {}, { failover_timeout_ms: 500 });
  const two = await member(cluster, "n2", { beta: [{ say: ["Good ", "day."], everyMs: 20_000 }] });
  const gate = new OpenGate();
  const { tree, providers, configuration } = ordersTree(
    { alpha: [{ say: ["late"], end: "hang" }] },
    {},
    gate,
  );
  // It begins when the other node is asked already.
  const slow = attemptHost({ configuration, providers, gate });
  const acquire = gate.acquire.bind(gate);
  gate.acquire = async (ask) => {
    await sleep(10_000);
    return acquire(ask);
  };
  const three = await cluster.member("n3", { logic: { [attemptKey]: llmAttempt(slow) } });
  await cluster.when(three.spawn(tree));
  await acquainted(cluster, [one], ["alpha", "beta"]);
  const { heard, outcome } = one.listen();
  expect(await cluster.when(outcome)).toMatchObject({ completion: { text: "Good day." }, entry: "beta" });
  expect(shown(heard)).toBe("Good day.");
  const [late] = (providers.get("alpha") as MemoryProvider).calls;
  expect([two.calls("beta").length, late?.signal.aborted]).toEqual([1, true]);
});

test("no key and no text of a person is in what nodes tell each other of themselves", async () => {
  const cluster = await startCluster("memory");
  const told: string[] = [];
  const one = await member(cluster, "n1", {});
  const two = await cluster.member("n2");
  one.node.subscribe((event) => told.push(JSON.stringify(event)));
  const { tree } = ordersTree(
    { alpha: [{ answer: "a" }] },
    { entries: { alpha: { api_key: "sk-canary-1", base_url: "http://canary.example" } } },
    new OpenGate(),
  );
  await cluster.when(two.spawn(tree));
  await acquainted(cluster, [one], ["alpha"]);
  const state = await cluster.when(one.node.call(coordinator, "status"));
  expect(JSON.stringify([state, told])).not.toContain("canary");
});
