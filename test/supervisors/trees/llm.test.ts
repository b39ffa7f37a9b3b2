import { describe, expect, test } from "vitest";
import { llmConfiguration } from "../../../actors/llm/config.ts";
import { ProviderError } from "../../../actors/llm/provider.ts";
import type { Supervisor } from "../../../runtime/index.ts";
import { llmSupervisor } from "../../../supervisors/trees/llm.ts";
import { gatedTree as llmTree, type GatedTree as Tree } from "../../actors/llm/simulation.ts";

const breakerNames = ["llm.breaker.alpha", "llm.breaker.beta", "llm.breakers"];
const gateNames = ["llm.budget", "llm.gate", "llm.limiter"];
/** Who answers orders, in the order in which they stand on each other. */
const answeringNames = ["llm.requests", "llm.coordinator", "llm.health", "llm.nodes"];
const llmNames = [...breakerNames, ...gateNames, ...answeringNames].toSorted();
const slowly = { alpha: [{ answer: "a", afterMs: 1_000 }], beta: [{ answer: "b" }] } as const;

async function pidsOf(tree: Tree) {
  await tree.world.settle();
  return Object.fromEntries(tree.node.registered().map((name) => [name, tree.pidOf(name).id]));
}

/** Names whose process is another one after `harm`. */
async function renewedBy(tree: Tree, harm: () => Promise<void>) {
  const before = await pidsOf(tree);
  await harm();
  const after = await pidsOf(tree);
  expect(Object.keys(after)).toEqual(llmNames);
  return llmNames.filter((name) => before[name] !== after[name]);
}

describe("llmSupervisor()", () => {
  test("names a breaker for each entry, the requests and the coordinator", async () => {
    const tree = await llmTree(slowly);
    expect(tree.node.registered()).toEqual(llmNames);
    const children = await tree.until(tree.node.whichChildren(tree.top as unknown as Supervisor));
    expect(children.map(({ id }) => id)).toEqual([
      ...answeringNames.toReversed(),
      ...["llm.gate", "llm.scope", "llm.predecessor"],
    ]);
  });

  test("starts without any entry", async () => {
    const tree = await llmTree({});
    expect(tree.node.registered()).toEqual(["llm.breakers", ...gateNames, ...answeringNames].toSorted());
  });

  test("asks the default first, then the fallback, then by priority and name", async () => {
    const answers = (answer: string) => [{ answer }] as const;
    const scripts = { alpha: answers("a"), beta: answers("b"), delta: answers("d"), gamma: answers("g") };
    const entries = { alpha: { priority: 7 }, beta: { priority: 5 } };
    const tree = await llmTree(scripts, { entries, default_provider: "gamma", fallback_provider: "delta" });
    expect((await tree.status()).entries.map(({ name }) => name)).toEqual([
      "gamma",
      "delta",
      "beta",
      "alpha",
    ]);
    expect(await tree.until(tree.complete())).toMatchObject({ entry: "gamma" });
  });

  test("refuses an entry without a provider", () => {
    const configuration = llmConfiguration.parse({ providers: { ollama: {} } });
    expect(() => llmSupervisor(configuration, new Map())).toThrow(/"ollama".*has no provider.*none/);
  });

  test("starts a breaker that is killed again, closed and alone; requests go on", async () => {
    const tree = await llmTree(slowly);
    const done = tree.complete();
    await tree.world.settle();
    expect(await renewedBy(tree, () => tree.kill("llm.breaker.alpha"))).toEqual(["llm.breaker.alpha"]);
    expect(await tree.until(done)).toMatchObject({ entry: "alpha" });
    expect(await tree.until(tree.complete())).toMatchObject({ entry: "alpha" });
    expect(await tree.status()).toMatchObject({
      entries: [{ breaker: { state: "closed", permits: 0 } }, {}],
    });
  });

  test("starts the coordinator that is killed again, clean; its callers are told and its attempts end", async () => {
    const overloaded = { fail: new ProviderError("overloaded", "Too busy.") };
    const tree = await llmTree(
      { alpha: [overloaded, { hang: true }], beta: [{ answer: "b", afterMs: 60_000 }] },
      { max_retries: 0, circuit_breaker: { failure_threshold: 1 } },
    );
    const running = tree.complete();
    await tree.world.advance(10);
    const killed = await renewedBy(tree, () => tree.kill("llm.coordinator"));
    expect(killed).toEqual(["llm.coordinator", "llm.health", "llm.nodes"]);
    expect(await tree.until(running)).toMatchObject({ error: { code: "callee_exited", reason: "killed" } });
    expect(tree.calls("beta")[0]?.signal.aborted).toBe(true);
    expect(tree.attempts()).toEqual([]);
    expect(await tree.status()).toMatchObject({
      running: 0,
      waiting: 0,
      entries: [{ breaker: { state: "open" } }, { breaker: { state: "closed", permits: 0 } }],
    });
  });

  test("starts the coordinator again with the supervisor of requests, and leaves the breakers", async () => {
    const tree = await llmTree(slowly);
    const running = tree.complete();
    await tree.world.settle();
    expect(await renewedBy(tree, () => tree.kill("llm.requests"))).toEqual(answeringNames.toSorted());
    expect(await tree.until(running)).toMatchObject({ error: { code: "interrupted" } });
    expect(tree.calls("alpha")[0]?.signal.aborted).toBe(true);
    expect(await tree.until(tree.complete())).toMatchObject({ entry: "alpha" });
  });

  test("starts the breakers again with their supervisor, and leaves the rest; requests go on", async () => {
    const tree = await llmTree(slowly);
    const running = tree.complete();
    await tree.world.settle();
    expect(await renewedBy(tree, () => tree.kill("llm.breakers"))).toEqual(breakerNames);
    expect(await tree.until(running)).toMatchObject({ entry: "alpha" });
    expect(await tree.until(tree.complete())).toMatchObject({ entry: "alpha" });
  });

  test.each(["llm.health", "llm.nodes"])("starts %s again, and no order is lost with it", async (name) => {
    const tree = await llmTree(slowly);
    const running = tree.complete();
    await tree.world.settle();
    expect(await renewedBy(tree, () => tree.kill(name))).toContain(name);
    expect(await tree.until(running)).toMatchObject({ entry: "alpha" });
  });

  test("starts all again that stands on the gate with that", async () => {
    const tree = await llmTree(slowly);
    const running = tree.complete();
    await tree.world.settle();
    expect(await renewedBy(tree, () => tree.kill("llm.gate"))).toEqual(llmNames);
    expect(await tree.until(running)).toMatchObject({ error: { code: "callee_exited" } });
    expect(await tree.until(tree.complete())).toMatchObject({ entry: "alpha" });
  });

  test("leaves nothing behind when it is stopped, whatever is under way", async () => {
    const tree = await llmTree(
      { alpha: [{ hang: true }], beta: [{ answer: "b" }] },
      { max_concurrent_requests: 1 },
    );
    const callers = [tree.complete(), tree.complete(), tree.complete()];
    await tree.world.settle();
    await tree.until(tree.node.stop(tree.top, "shutdown"));
    for (const caller of callers)
      expect(await tree.until(caller)).toMatchObject({
        error: { code: "callee_exited", reason: "shutdown" },
      });
    expect(tree.calls("alpha")[0]?.signal.aborted).toBe(true);
    expect([tree.node.processes(), tree.node.registered()]).toEqual([[], []]);
  });

  test("leaves nothing behind when it is killed", async () => {
    const tree = await llmTree({ alpha: [{ hang: true }], beta: [{ answer: "b" }] });
    const caller = tree.complete();
    await tree.world.settle();
    tree.node.exit(tree.top, "kill");
    expect(await tree.until(caller)).toMatchObject({ error: { code: "callee_exited" } });
    expect([tree.node.processes(), tree.node.registered()]).toEqual([[], []]);
    expect(tree.calls("alpha")[0]?.signal.aborted).toBe(true);
  });

  test("makes an attempt again that could not start while its supervisor was away", async () => {
    const tree = await llmTree(slowly);
    const top = tree.top as unknown as Supervisor;
    await tree.until(tree.node.terminateChild(top, "llm.requests"));
    const done = tree.complete();
    await tree.world.advance(100);
    await tree.until(tree.node.restartChild(top, "llm.requests"));
    expect(await tree.until(done)).toMatchObject({ entry: "alpha" });
  });
});
