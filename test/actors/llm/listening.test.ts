// An answer as it comes: in order, whole whatever fails, and given up when nobody listens any more.
import { describe, expect, test } from "vitest";
import type { ModelEvent } from "../../../actors/llm/model-event.ts";
import { ProviderError } from "../../../actors/llm/provider.ts";
import type { ScriptLine } from "../../../actors/llm/providers/memory.ts";
import { hello, llmTree, shown } from "./simulation.ts";

const cut = { fail: new ProviderError("connection", "The line broke.") };
const story = "Once upon a time there was a compiler that never lied";
const use: ModelEvent = { type: "tool_call", call: { id: "1", name: "look", arguments: { at: 3 } } };
const schema = { name: "a", schema: { type: "object" } };

/** Says the beginning of the story, and then fails. */
function brokenAt(characters: number): ScriptLine {
  return { say: [story.slice(0, characters / 2), story.slice(characters / 2, characters)], end: cut };
}

/** Says the story from there on. */
function from(characters: number): ScriptLine {
  return { say: [story.slice(characters)] };
}

describe("whoever listens", () => {
  test("hears each piece as it comes, and all of them before the whole", async () => {
    const tree = await llmTree({ one: [{ say: ["Good ", "day", "."], everyMs: 100 }] });
    const { heard, outcome } = tree.listen();
    await tree.world.advance(250);
    expect(shown(heard)).toBe("Good day");
    expect(await tree.until(outcome)).toMatchObject({
      completion: { text: "Good day.", finish: "stop", model: "memory" },
      entry: "one",
      parts: [{ entry: "one", model: "memory", characters: 9 }],
      tries: { requests: 1, inVain: 0 },
    });
    expect(heard).toEqual([
      { type: "text", text: "Good " },
      { type: "text", text: "day" },
      { type: "text", text: "." },
    ]);
  });

  test("hears what is said within one turn of the event loop as one piece, kind by kind", async () => {
    const hum: ModelEvent = { type: "reasoning", text: "hm" };
    const provider = {
      ...{ kind: "odd", secrets: [], models: async () => [] },
      complete: async (_: unknown, { hear }: { hear?: (event: ModelEvent) => void }) => {
        for (const piece of [hum, hum]) hear?.(piece);
        for (const text of ["a", "b", "c"]) hear?.({ type: "text", text });
        return { text: "abc", model: "m", finish: "stop" as const };
      },
    };
    const tree = await llmTree({ one: provider });
    const { heard, outcome } = tree.listen();
    await tree.until(outcome);
    expect(heard).toEqual([
      { type: "reasoning", text: "hmhm" },
      { type: "text", text: "abc" },
    ]);
  });

  test("hears the whole of a provider that says nothing before it", async () => {
    const complete = async () => ({ text: "abc", model: "m", finish: "stop" as const });
    const tree = await llmTree({ one: { kind: "odd", secrets: [], models: async () => [], complete } });
    const { heard, outcome } = tree.listen();
    expect(await tree.until(outcome)).toMatchObject({ completion: { text: "abc" } });
    expect(shown(heard)).toBe("abc");
  });

  test("hears of a call of a tool once, and it is in the whole", async () => {
    const tree = await llmTree({ one: [{ say: ["Let me see. ", use] }] });
    const { heard, outcome } = tree.listen();
    expect(await tree.until(outcome)).toMatchObject({
      completion: {
        text: "Let me see. ",
        finish: "tool_calls",
        tool_calls: [use.type === "tool_call" && use.call],
      },
    });
    expect(heard.filter(({ type }) => type === "tool_call")).toEqual([use]);
  });

  test("has none of it in its own mailbox", async () => {
    const tree = await llmTree({ one: [{ say: ["a", "b"], everyMs: 1 }] });
    const { pid, outcome } = tree.listen();
    await tree.world.advance(1);
    const before = pid();
    expect(before === undefined ? -1 : tree.node.processInfo(before)?.queueLength).toBe(0);
    await tree.until(outcome);
  });

  test("whose signal has fired before asks nobody", async () => {
    const tree = await llmTree({ one: [{ say: ["a"], end: "hang" }] });
    const { heard, outcome } = tree.listen({}, AbortSignal.abort(new Error("gone")));
    expect(await tree.until(outcome)).toMatchObject({ thrown: { message: "gone" } });
    expect([heard, tree.calls("one")]).toEqual([[], []]);
  });
});

describe("before anything was heard", () => {
  test("a failure is made good without a word, at the same entry and then at another", async () => {
    const tree = await llmTree({ alpha: [cut], beta: [{ say: ["Hi."] }] }, { max_retries: 1 });
    const { heard, outcome } = tree.listen();
    expect(await tree.until(outcome)).toMatchObject({ entry: "beta", tries: { requests: 3, inVain: 0 } });
    expect(heard).toEqual([{ type: "text", text: "Hi." }]);
    expect([tree.calls("alpha").length, tree.calls("beta").length]).toEqual([2, 1]);
  });

  test("what was only thought does not count, and that is told", async () => {
    const hum: ModelEvent = { type: "reasoning", text: "hm" };
    const tree = await llmTree({ alpha: [{ say: [hum], end: cut }], beta: [{ say: ["Hi."] }] });
    const { heard, outcome } = tree.listen();
    expect(await tree.until(outcome)).toMatchObject({ completion: { text: "Hi.", finish: "stop" } });
    expect(heard).toMatchObject([hum, { type: "restarted", entry: "beta" }, { type: "text", text: "Hi." }]);
  });
});

describe("in the middle of a text (row 35)", () => {
  test("another entry goes on at once from where it was cut off, and who wrote what is known", async () => {
    const tree = await llmTree({ alpha: [brokenAt(20)], beta: [from(20)] });
    const { heard, outcome } = tree.listen();
    expect(await tree.until(outcome)).toMatchObject({
      completion: { text: story, finish: "stop" },
      entry: "beta",
      parts: [
        { entry: "alpha", characters: 20 },
        { entry: "beta", characters: story.length - 20 },
      ],
      tries: { requests: 2, inVain: 1 },
    });
    expect(tree.world.elapsedMs).toBe(0);
    expect(shown(heard)).toBe(story);
    expect(heard.filter(({ type }) => type !== "text")).toMatchObject([
      { type: "continued", entry: "beta", reason: expect.stringContaining("The line broke.") },
    ]);
    expect(tree.calls("beta")[0]?.request.messages).toMatchObject([
      ...hello.request.messages,
      { role: "assistant", content: story.slice(0, 20) },
      { role: "user", content: expect.stringContaining("Go on") },
    ]);
  });

  test.each([12, 15, 20])("what it repeats of the last %d characters is left out", async (overlap) => {
    const tree = await llmTree({ alpha: [brokenAt(20)], beta: [{ say: [...story.slice(20 - overlap)] }] });
    const { heard, outcome } = tree.listen();
    expect(await tree.until(outcome)).toMatchObject({ completion: { text: story } });
    expect(shown(heard)).toBe(story);
  });

  test("one after the other goes on, and the first one again where no other is left", async () => {
    const scripts = {
      alpha: [brokenAt(20), from(40)],
      beta: [{ say: [story.slice(20, 40)], end: cut }],
    } as const;
    const tree = await llmTree(scripts);
    const { heard, outcome } = tree.listen();
    expect(await tree.until(outcome)).toMatchObject({ completion: { text: story }, entry: "alpha" });
    expect(shown(heard)).toBe(story);
    expect(tree.calls("alpha")).toHaveLength(2);
  });

  test("the entry that was named goes on itself, and no other sees the text", async () => {
    const tree = await llmTree({ alpha: [brokenAt(20), from(20)], beta: [{ answer: "b" }] });
    const { heard, outcome } = tree.listen({ provider: "alpha" });
    expect(await tree.until(outcome)).toMatchObject({ completion: { text: story }, entry: "alpha" });
    expect(shown(heard)).toBe(story);
    expect(tree.calls("beta")).toHaveLength(0);
  });

  test("nobody who could go on leaves a part that is marked as one, with why", async () => {
    const tree = await llmTree(
      { alpha: [brokenAt(20)], beta: [{ fail: new ProviderError("auth", "No.") }] },
      { max_retries: 0 },
    );
    const { heard, outcome } = tree.listen();
    expect(await tree.until(outcome)).toMatchObject({
      completion: { text: story.slice(0, 20), finish: "partial" },
      entry: "alpha",
      failure: { code: "auth", entry: "beta" },
      costUsd: null,
    });
    expect(shown(heard)).toBe(story.slice(0, 20));
  });

  test("the deadline leaves a part as well", async () => {
    const tree = await llmTree({ one: [{ say: ["Good ", "day"], end: "hang" }] });
    const { outcome } = tree.listen({ deadline_ms: 5_000 });
    expect(await tree.until(outcome)).toMatchObject({
      completion: { text: "Good day", finish: "partial" },
      failure: { code: "deadline" },
    });
    expect(tree.world.elapsedMs).toBe(5_000);
    expect(tree.calls("one")[0]?.signal.aborted).toBe(true);
  });

  test("the process of the attempt may be killed", async () => {
    const tree = await llmTree({ alpha: [{ say: [story.slice(0, 20)], end: "hang" }], beta: [from(20)] });
    const { heard, outcome } = tree.listen();
    await tree.world.advance(10);
    for (const pid of tree.attempts()) tree.node.exit(pid, "kill");
    expect(await tree.until(outcome)).toMatchObject({ completion: { text: story }, entry: "beta" });
    expect(shown(heard)).toBe(story);
  });

  test.each([
    ["an answer that is to have a form", { request: { ...hello.request, answer_schema: schema } }, "{"],
    ["blanks alone", {}, "  \n"],
  ])("%s begins again whole, and that is told", async (_, order, beginning) => {
    const tree = await llmTree({ alpha: [{ say: [beginning], end: cut }], beta: [{ say: ["{}"] }] });
    const { heard, outcome } = tree.listen(order);
    expect(await tree.until(outcome)).toMatchObject({
      completion: { text: "{}", finish: "stop" },
      parts: [{ entry: "beta", characters: 2 }],
    });
    expect(heard.map(({ type }) => type)).toEqual(["text", "restarted", "text"]);
    expect(tree.calls("beta")[0]?.request.messages).toEqual(hello.request.messages);
  });

  test("an answer that has called a tool begins again, and the call is made once", async () => {
    const tree = await llmTree({
      alpha: [{ say: ["See. ", use], end: cut }],
      beta: [{ say: ["Look. ", use] }],
    });
    const { heard, outcome } = tree.listen();
    const whole = await tree.until(outcome);
    expect(whole).toMatchObject({ completion: { text: "Look. ", finish: "tool_calls" } });
    expect("completion" in whole && whole.completion.tool_calls).toHaveLength(1);
    expect(heard.map(({ type }) => type)).toEqual(["text", "tool_call", "restarted", "text", "tool_call"]);
  });

  test("a call that was heard of is in no part", async () => {
    const tree = await llmTree({ one: [{ say: ["See. ", use], end: cut }, cut] }, { max_retries: 1 });
    const outcome = await tree.until(tree.listen().outcome);
    expect(outcome).toMatchObject({ completion: { text: "See. ", finish: "partial" } });
    expect("completion" in outcome && outcome.completion).not.toHaveProperty("tool_calls");
  });

  test("nothing is paid for beyond what the order allows", async () => {
    const tree = await llmTree({ alpha: [brokenAt(20)], beta: [from(20)] });
    const { outcome } = tree.listen({ paid_attempts: 1 });
    expect(await tree.until(outcome)).toMatchObject({ completion: { finish: "partial" } });
    expect(tree.calls("beta")).toHaveLength(0);
  });
});

describe("an order with a text so far", () => {
  test("goes on behind it, and says nothing of it again", async () => {
    const tree = await llmTree({ one: [{ say: [...story.slice(5)] }] });
    const { heard, outcome } = tree.listen({ so_far: story.slice(0, 20) });
    expect(await tree.until(outcome)).toMatchObject({ completion: { text: story.slice(20) } });
    expect(shown(heard)).toBe(story.slice(20));
    expect(heard.map(({ type }) => type)).not.toContain("continued");
    expect(tree.calls("one")[0]?.request.messages).toContainEqual({
      role: "assistant",
      content: story.slice(0, 20),
    });
  });

  test("begins again where the answer is of one piece", async () => {
    const tree = await llmTree({ one: [{ say: ["{}"] }] });
    const request = { ...hello.request, answer_schema: schema };
    const { heard, outcome } = tree.listen({ request, so_far: '{"a"' });
    expect(await tree.until(outcome)).toMatchObject({ completion: { text: "{}" } });
    expect(heard).toMatchObject([
      { type: "restarted", entry: "one" },
      { type: "text", text: "{}" },
    ]);
  });

  test("goes on for one who does not listen, too", async () => {
    const tree = await llmTree({ one: [{ answer: story.slice(5) }] });
    const answered = await tree.until(tree.complete({ so_far: story.slice(0, 20) }));
    expect(answered).toMatchObject({ text: story.slice(20) });
  });
});

describe("an order is given up, and its provider told at once (row 40), when", () => {
  const saying = { one: [{ say: ["Good "], end: "hang" as const }] } as const;

  test("its caller's signal fires", async () => {
    const tree = await llmTree(saying);
    const patience = new AbortController();
    const { heard, outcome } = tree.listen({}, patience.signal);
    await tree.world.advance(10);
    patience.abort(new Error("enough"));
    await tree.world.settle();
    expect(tree.calls("one")[0]?.signal.aborted).toBe(true);
    expect(await outcome).toMatchObject({ thrown: { message: "enough" } });
    expect(shown(heard)).toBe("Good ");
    expect([tree.attempts(), await tree.requests(), tree.gate.held]).toEqual([[], [], 0]);
    expect(await tree.status()).toMatchObject({ running: 0, waiting: 0 });
  });

  test("the process that listens ends", async () => {
    const tree = await llmTree(saying);
    const { pid } = tree.listen();
    await tree.world.advance(10);
    const listener = pid();
    if (listener !== undefined) tree.node.exit(listener, "kill");
    await tree.world.settle();
    expect(tree.calls("one")[0]?.signal.aborted).toBe(true);
    expect([tree.attempts(), await tree.requests()]).toEqual([[], []]);
  });

  test("the coordinator ends", async () => {
    const tree = await llmTree(saying);
    const { outcome } = tree.listen();
    await tree.world.advance(10);
    await tree.kill("llm.coordinator");
    expect(await tree.until(outcome)).toMatchObject({ thrown: { code: "callee_exited" } });
    expect(tree.calls("one")[0]?.signal.aborted).toBe(true);
  });
});

test("an order whose own process is killed is answered with interrupted", async () => {
  const tree = await llmTree({ one: [{ hang: true }] });
  const done = tree.complete();
  await tree.world.settle();
  for (const pid of await tree.requests()) tree.node.exit(pid, "kill");
  expect(await tree.until(done)).toMatchObject({ error: { code: "interrupted", retryable: true } });
  expect([tree.calls("one")[0]?.signal.aborted, tree.attempts()]).toEqual([true, []]);
});
