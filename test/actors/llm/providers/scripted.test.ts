// The scripted provider: it answers as its script says, in the pieces, the pauses and the failures that stand there.
import { describe, expect, it } from "vitest";
import type { CompletionRequest } from "../../../../actors/llm/completion.ts";
import type { ModelEvent } from "../../../../actors/llm/model-event.ts";
import { type Provider, ProviderError, type ToldLimits } from "../../../../actors/llm/provider.ts";
import type { ScriptedOptions } from "../../../../actors/llm/providers/scripted.ts";
import type { Script } from "../../../../actors/llm/providers/scripted-answers.ts";
import { messageDigest } from "../../../../actors/llm/providers/scripted-turn.ts";
import { scriptedProvider } from "../../../../actors/testing.ts";
import { type SimulatedWorld, simulatedWorld } from "../../../../runtime/index.ts";

const question = (content: string): CompletionRequest => ({ messages: [{ role: "user", content }] });

function room(answers: Script["answers"], options: Partial<ScriptedOptions> = {}) {
  const world = simulatedWorld({ seed: 1 });
  return { world, provider: scriptedProvider({ answers }, options) };
}

/** What is heard and when, what is told of limits, and the end. */
async function ask(
  { world, provider }: { world: SimulatedWorld; provider: Provider },
  content = "Hello?",
  signal = new AbortController().signal,
) {
  const heard: [number, ModelEvent][] = [];
  const told: ToldLimits[] = [];
  const beganMs = world.elapsedMs;
  const hear = (event: ModelEvent) => void heard.push([world.elapsedMs - beganMs, event]);
  const limits = (one: ToldLimits) => void told.push(one);
  const asked = provider.complete(question(content), { signal, world, hear, limits });
  const end = await world.until(
    asked.catch((thrown: unknown) => {
      if (thrown instanceof ProviderError) return thrown;
      throw thrown;
    }),
  );
  return { heard, told, end, tookMs: world.elapsedMs - beganMs };
}

const text = (end: unknown) => (end as { text: string }).text;

describe("A scripted provider", () => {
  it("answers in one piece", async () => {
    const { heard, end, tookMs } = await ask(room([{ say: "Hello!" }]));
    expect(heard).toEqual([[0, { type: "text", text: "Hello!" }]]);
    expect(end).toEqual({ text: "Hello!", model: "scripted", finish: "stop" });
    expect(tookMs).toBe(0);
  });

  it("answers in pieces, with pauses between them", async () => {
    const call = { id: "c", name: "look", arguments: { at: 1 } };
    const { heard, end, tookMs } = await ask(
      room([
        {
          after_ms: 300,
          every_ms: 20,
          say: [
            { reasoning: "Hm." },
            "Hel",
            { text: "lo", after_ms: 5 },
            { tool_call: call },
            { tool_call: { name: "go" }, after_ms: 0 },
          ],
          model: "small",
          usage: { input_tokens: 7, cached_tokens: 3, cache_write_tokens: 1, output_tokens: 2 },
        },
      ]),
    );
    const second = { id: "call_5", name: "go", arguments: {} };
    expect(heard).toEqual([
      [300, { type: "reasoning", text: "Hm." }],
      [320, { type: "text", text: "Hel" }],
      [325, { type: "text", text: "lo" }],
      [345, { type: "tool_call", call }],
      [345, { type: "tool_call", call: second }],
    ]);
    expect(end).toEqual({
      text: "Hello",
      tool_calls: [call, second],
      model: "small",
      finish: "tool_calls",
      usage: { input_tokens: 7, cached_tokens: 3, cache_write_tokens: 1, output_tokens: 2 },
    });
    expect(tookMs).toBe(365);
  });

  it("answers faster or slower than it says, where it is told to", async () => {
    const answers: Script["answers"] = [{ say: ["a", "b"], after_ms: 100, every_ms: 10 }];
    expect((await ask(room(answers, { pace: 0 }))).tookMs).toBe(0);
    expect((await ask(room(answers, { pace: 2 }))).tookMs).toBe(240);
  });

  it("gives its answers in turn, and the last one again", async () => {
    const here = room([{ say: "one" }, { say: "two" }]);
    for (const said of ["one", "two", "two"]) expect(text((await ask(here)).end)).toBe(said);
    expect(here.provider.requests).toHaveLength(3);
  });

  it("gives what suits the message best: the same, its digest, a part of it, anything", async () => {
    const long = `${"x".repeat(3_000)} password = "tr0ub4dor&3xyz"`;
    const here = room([
      { say: "anything" },
      { when: "weather", say: "rain" },
      { when: "weather", say: "sun" },
      { when: "weather?", say: "exactly" },
      { when_digest: messageDigest(long), say: "by digest" },
    ]);
    const said = async (content: string) => text((await ask(here, content)).end);
    expect(await said("weather?")).toBe("exactly");
    expect(await said("The weather, please")).toBe("rain");
    expect(await said("The weather, please")).toBe("sun");
    expect(await said("The weather, please")).toBe("sun");
    expect(await said(long)).toBe("by digest");
    expect(await said("Good day")).toBe("anything");
  });

  it("looks at the last message of the user alone", async () => {
    const { world, provider } = room([{ when: "first", say: "no" }, { say: "yes" }]);
    const messages = [
      { role: "user" as const, content: "first" },
      { role: "user" as const, content: "last" },
      { role: "assistant" as const, content: "first" },
    ];
    const { signal } = new AbortController();
    expect(await world.until(provider.complete({ messages }, { signal, world }))).toMatchObject({
      text: "yes",
    });
  });

  it("leaves out what is another entry's", async () => {
    const answers: Script["answers"] = [
      { entry: "a", say: "of a" },
      { entry: "b", say: "of b" },
      { say: "of all" },
    ];
    expect(text((await ask(room(answers, { entry: "b" }))).end)).toBe("of b");
    expect(text((await ask(room(answers, { entry: "c" }))).end)).toBe("of all");
  });

  it("says so where it has no answer", async () => {
    const { end } = await ask(room([{ when: "weather", say: "rain" }]));
    expect(end).toMatchObject({ code: "invalid_request", failsOver: false });
    expect((end as Error).message).toContain("no answer to this message of 6 characters");
  });

  it("fails in the ways that its script says", async () => {
    const before = await ask(
      room([{ fail: { code: "rate_limited", message: "Slowly.", retry_after_ms: 5_000 } }]),
    );
    expect(before.end).toMatchObject({
      code: "rate_limited",
      message: "Slowly.",
      retryAfterMs: 5_000,
      mayCost: false,
    });
    const within = await ask(room([{ say: ["Hel", "lo"], fail: { code: "overloaded" } }]));
    expect(within.heard).toHaveLength(2);
    expect(within.end).toMatchObject({ code: "overloaded", mayCost: true });
    const late = await ask(room([{ fail: { code: "timeout", phase: "total" }, after_ms: 70 }]));
    expect(late).toMatchObject({ end: { code: "timeout", phase: "total" }, tookMs: 70 });
  });

  it("is cut off without an end", async () => {
    const { end, heard } = await ask(room([{ say: "Hel", cut: true }]));
    expect(heard).toHaveLength(1);
    expect(end).toMatchObject({
      code: "protocol",
      message: expect.stringContaining("cut off after 3 characters"),
    });
  });

  it("is waited for no longer than a real one", async () => {
    const clocks = { firstByteMs: 1_000, silenceMs: 200 };
    expect(await ask(room([{ hang: true }], clocks))).toMatchObject({
      end: { code: "timeout", phase: "first_byte" },
      tookMs: 1_000,
    });
    expect(await ask(room([{ say: "Hel", hang: true }], clocks))).toMatchObject({
      end: { code: "timeout", phase: "silence" },
      tookMs: 200,
    });
    expect(await ask(room([{ say: "Hello", after_ms: 1_001 }], clocks))).toMatchObject({
      end: { phase: "first_byte" },
      heard: [],
    });
  });

  it("tells what it is told of limits before the first piece", async () => {
    const limits = {
      requests: { limit: 60, remaining: 59, reset_ms: 1_000 },
      tokens: { limit: 9, remaining: 0 },
    };
    const { told } = await ask(room([{ say: "Hello", limits }]));
    expect(told).toEqual([
      { requests: { limit: 60, remaining: 59, resetMs: 1_000 }, tokens: { limit: 9, remaining: 0 } },
    ]);
  });

  it("stops at once when it is given up", async () => {
    const giveUp = new AbortController();
    const here = room([{ say: ["a", "b", "c"], every_ms: 100 }]);
    here.world.timers.set(150, () => giveUp.abort());
    const { end, heard, tookMs } = await ask(here, "Hello?", giveUp.signal);
    expect(end).toMatchObject({ code: "timeout", message: expect.stringContaining("given up") });
    expect(heard).toHaveLength(2);
    expect(tookMs).toBe(150);
    expect((await ask(here, "Hello?", giveUp.signal)).heard).toEqual([]);
  });

  it("lets through what its listener throws", async () => {
    const { world, provider } = room([{ say: "Hello" }]);
    const hear = () => {
      throw new RangeError("enough");
    };
    const asked = provider.complete(question("?"), { signal: new AbortController().signal, world, hear });
    await expect(world.until(asked)).rejects.toThrow(RangeError);
  });

  it("has one model, which is the one that answers", async () => {
    const world = simulatedWorld({ seed: 1 });
    const provider = scriptedProvider({ model: "tiny", answers: [{ say: "Hello" }] });
    const { signal } = new AbortController();
    expect(await provider.models({ signal, world })).toEqual([
      { name: "tiny", tools: true, structured: true },
    ]);
    expect(await provider.complete(question("?"), { signal, world })).toMatchObject({ model: "tiny" });
    expect(await provider.complete({ ...question("?"), model: "other" }, { signal, world })).toMatchObject({
      model: "other",
    });
  });
});
