import { describe, expect, test } from "vitest";
import { type Provider, ProviderError } from "../../../actors/llm/provider.ts";
import { MemoryProvider } from "../../../actors/llm/providers/memory.ts";
import { Secret } from "../../../runtime/secret.ts";
import { llmTree, type Tree } from "./simulation.ts";

function onlyAttempt(tree: Tree) {
  const [pid, ...others] = tree.attempts();
  if (pid === undefined || others.length > 0) throw new Error("Expected one attempt.");
  return pid;
}

const odd = { kind: "odd", secrets: [], models: () => Promise.resolve([]) };

describe("an attempt", () => {
  test("is given up after timeout_ms of its entry, counts as a failure, and is tried again", async () => {
    const tree = await llmTree(
      { one: [{ hang: true }, { answer: "Hi." }] },
      { entries: { one: { timeout_ms: 700 } } },
    );
    const done = tree.complete();
    await tree.world.advance(699);
    expect(tree.calls("one")[0]?.signal.aborted).toBe(false);
    await tree.world.advance(1);
    expect(tree.calls("one")[0]?.signal.aborted).toBe(true);
    expect(await tree.until(done)).toMatchObject({ text: "Hi." });
    expect(tree.gate.reports).toMatchObject([
      { outcome: "failure", tookMs: 700, costUsd: undefined },
      { outcome: "success", tookMs: 0, firstMs: 0 },
    ]);
  });

  test("ends in time at a provider that ignores its signal, whose late answer reaches nobody", async () => {
    const deaf = new MemoryProvider([{ answer: "late", afterMs: 90_000 }], { ignoresSignal: true });
    const tree = await llmTree({ one: deaf }, { max_retries: 0, timeout_ms: 1_000 });
    expect(await tree.until(tree.complete())).toMatchObject({ error: { code: "timeout" } });
    expect(tree.world.elapsedMs).toBe(1_000);
    await tree.world.advance(100_000);
    expect(tree.attempts()).toEqual([]);
    expect(tree.told()).not.toContain("reply_dropped");
  });

  test("that is killed is tried again, its signal fires and its permit comes back", async () => {
    const tree = await llmTree({ one: [{ hang: true }, { answer: "Hi." }] });
    const done = tree.complete();
    await tree.world.settle();
    tree.node.exit(onlyAttempt(tree), "kill");
    await tree.world.settle();
    expect(tree.calls("one")[0]?.signal.aborted).toBe(true);
    expect([tree.gate.held, tree.gate.givenBack]).toEqual([0, ["permit-1"]]);
    expect(await tree.until(done)).toMatchObject({ text: "Hi." });
  });

  test("that is killed again and again ends with interrupted", async () => {
    const tree = await llmTree({ one: [{ hang: true }] }, { max_retries: 1 });
    const done = tree.complete();
    for (let i = 0; i < 2; i += 1) {
      await tree.world.advance(1_000);
      tree.node.exit(onlyAttempt(tree), "kill");
      await tree.world.settle();
    }
    expect(await tree.until(done)).toMatchObject({
      error: { code: "interrupted", entry: "one", message: expect.stringContaining("killed") },
    });
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["a text", "Hi."],
    ["a completion of a wrong shape", { text: 7, model: "m", finish: "stop" }],
    ["more than a completion", { text: "", model: "m", finish: "stop", key: "x" }],
  ])("takes %s from a provider for a fault of the protocol", async (_, given) => {
    const provider: Provider = { ...odd, complete: () => Promise.resolve(given as never) };
    const tree = await llmTree({ one: provider }, { max_retries: 0 });
    expect(await tree.until(tree.complete())).toMatchObject({ error: { code: "protocol" } });
  });

  test("takes a provider that throws before it gives a promise for a fault of the protocol", async () => {
    const complete = (): never => {
      throw new TypeError("broken");
    };
    const tree = await llmTree({ one: { ...odd, complete } }, { max_retries: 0 });
    expect(await tree.until(tree.complete())).toMatchObject({
      error: { code: "protocol", message: expect.stringContaining("TypeError: broken") },
    });
  });
});

describe("a secret", () => {
  const key = "sk-canary-0123456789";

  test.each([
    ["a provider's error", new ProviderError("auth", `The key ${key} is wrong.`, { cause: new Error(key) })],
    ["an adapter's fault", Object.assign(new Error(`GET ?key=${key}`), { details: { key }, code: key })],
    ["a text that is thrown", `key ${key}`],
  ])("in %s is seen in no event and no answer", async (_, fail) => {
    const provider = new MemoryProvider([{ fail }], { secrets: [new Secret(key)] });
    const tree = await llmTree({ one: provider }, { entries: { one: { api_key: key } }, max_retries: 1 });
    const outcome = await tree.until(tree.complete());
    expect(outcome).toHaveProperty("error");
    const { error } = outcome as { error: Error };
    expect(`${error.message} ${JSON.stringify(error)} ${error.stack}`).not.toContain("canary");
    await killEverything(tree);
    expect(tree.told()).not.toContain("canary");
  });

  test("in what people write is in no event, whoever crashes", async () => {
    const tree = await llmTree({ one: [{ hang: true }] });
    const said = { messages: [{ role: "user" as const, content: key }] };
    void tree.complete({ request: said });
    void tree.complete({ request: said });
    await tree.world.settle();
    await killEverything(tree);
    expect(tree.events.filter(({ name }) => name === "process_crashed").length).toBeGreaterThan(2);
    expect(tree.told()).not.toContain("canary");
  });
});

async function killEverything(tree: Tree): Promise<void> {
  void tree.complete({ request: { messages: [{ role: "user", content: "sk-canary" }] } });
  await tree.world.settle();
  for (const pid of tree.attempts()) tree.node.exit(pid, "kill");
  for (const pid of await tree.requests()) tree.node.exit(pid, "kill");
  for (const name of ["llm.coordinator", "llm.requests", "llm.health", "llm.nodes"]) await tree.kill(name);
}
