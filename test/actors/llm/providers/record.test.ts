// What is recorded of a provider: a script that says the same again, without a secret in it.
import { describe, expect, it } from "vitest";
import type { CompletionRequest } from "../../../../actors/llm/completion.ts";
import { llmConfiguration } from "../../../../actors/llm/config.ts";
import type { ModelEvent } from "../../../../actors/llm/model-event.ts";
import { type Provider, ProviderError } from "../../../../actors/llm/provider.ts";
import { configuredProviders } from "../../../../actors/llm/providers/configured.ts";
import { recorded } from "../../../../actors/llm/providers/record.ts";
import { ScriptedProvider } from "../../../../actors/llm/providers/scripted.ts";
import type { Script } from "../../../../actors/llm/providers/scripted-answers.ts";
import { scriptedProvider } from "../../../../actors/testing.ts";
import { type SimulatedWorld, simulatedWorld } from "../../../../runtime/index.ts";
import { Secret } from "../../../../runtime/secret.ts";

const file = "/recordings/session.jsonl";

const question = (content: string): CompletionRequest => ({ messages: [{ role: "user", content }] });

interface Outcome {
  readonly heard: readonly (readonly [number, ModelEvent])[];
  readonly end: unknown;
  readonly tookMs: number;
}

async function ask(
  world: SimulatedWorld,
  provider: Provider,
  request: CompletionRequest,
  signal = new AbortController().signal,
): Promise<Outcome> {
  const heard: [number, ModelEvent][] = [];
  const beganMs = world.elapsedMs;
  const hear = (event: ModelEvent) => void heard.push([world.elapsedMs - beganMs, event]);
  const end = await world.until(
    provider.complete(request, { signal, world, hear }).catch((thrown: unknown) => {
      if (thrown instanceof ProviderError) return thrown;
      throw thrown;
    }),
  );
  return { heard, end, tookMs: world.elapsedMs - beganMs };
}

async function written(world: SimulatedWorld): Promise<string> {
  return new TextDecoder().decode(await world.files.readFile(file, { bytesMax: 10_000_000 }));
}

/** A provider with this script, as what is recorded; and one that plays the recording. */
function room(answers: Script["answers"], secrets: readonly Secret[] = []) {
  const world = simulatedWorld({ seed: 1 });
  const real: Provider = Object.assign(new ScriptedProvider({ script: { answers } }), { secrets });
  return {
    world,
    real: recorded(real, { entry: "work", file }),
    replay: new ScriptedProvider({ script: file, entry: "work" }),
  };
}

const long = `Review this:\n${"let one = 1;\n".repeat(400)}`;

describe("recorded()", () => {
  it("gives what the provider gives, and a script that says it again, with its pauses", async () => {
    const call = { id: "toolu_1", name: "look", arguments: { path: "a.ts", deep: [{ at: 1 }] } };
    const answers: Script["answers"] = [
      {
        when: "Hello?",
        after_ms: 312,
        every_ms: 20,
        say: [
          { reasoning: "Hm. " },
          { reasoning: "So.", after_ms: 0 },
          "Hel",
          "lo! é\u202e\n",
          { tool_call: call },
        ],
        usage: { input_tokens: 7, cached_tokens: 3, cache_write_tokens: 1, output_tokens: 2 },
        model: "large",
      },
      { when: "More?", say: "Never.", finish: "refused", after_ms: 5 },
      { when: long, say: ["It ", "is ", "fine."], every_ms: 7 },
      {
        when: "Slowly",
        fail: { code: "rate_limited", message: "Slowly.", retry_after_ms: 5_000 },
        after_ms: 70,
      },
      {
        when: "Break",
        say: "Hel",
        fail: { code: "timeout", message: "Late.", phase: "silence" },
        every_ms: 9,
      },
      { when: "Cut", say: "Hel", cut: true },
    ];
    const { world, real, replay } = room(answers);
    const firsts: Outcome[] = [];
    for (const { when = "" } of answers) firsts.push(await ask(world, real, question(when)));
    for (const [index, first] of firsts.entries()) {
      const { when = "" } = answers[index] ?? {};
      const second = await ask(world, replay, question(when));
      const joined = when === "Hello?" ? joinedReasoning(first) : first;
      expect(second.heard).toEqual(joined.heard);
      expect(second.tookMs).toBe(first.tookMs);
      if (first.end instanceof ProviderError) {
        const { code, message, retryAfterMs, phase } = first.end;
        expect(second.end).toMatchObject({ code, message, retryAfterMs, phase });
      } else expect(second.end).toEqual(first.end);
    }
  });

  it("writes a line for each answer, to a file of its user's own, with nothing in it that a terminal obeys", async () => {
    const { world, real } = room([{ say: "a\u001b[31m\u202e" }]);
    await ask(world, real, question("one"));
    await ask(world, real, question("two"));
    const text = await written(world);
    expect(text).toMatch(/^\{"entry":"work","when":"one",.*\}\n\{"entry":"work","when":"two",.*\}\n$/);
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    expect((await world.files.status(file)).mode).toBe(0o600);
    expect((await world.files.status("/recordings")).mode).toBe(0o700);
  });

  it("plays what it answered to the same question in the same order", async () => {
    const { world, real, replay } = room([{ say: "one" }, { say: "two" }]);
    for (let round = 0; round < 2; round += 1) await ask(world, real, question("?"));
    expect((await ask(world, replay, question("?"))).end).toMatchObject({ text: "one" });
    expect((await ask(world, replay, question("?"))).end).toMatchObject({ text: "two" });
  });

  it("does not mistake a question for one that is a part of it", async () => {
    const { world, real, replay } = room([{ say: "one" }, { say: "two" }]);
    await ask(world, real, question("Hello"));
    await ask(world, real, question("Hello again"));
    expect((await ask(world, replay, question("Hello again"))).end).toMatchObject({ text: "two" });
  });

  it("keeps no secret: not a key, nor what looks like one, in a question, an answer, a call or a failure", async () => {
    const key = new Secret("canary-key-of-the-provider");
    const password = 'password = "Tr0ub4dor&3-horse-staple"';
    const token = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
    const { world, real, replay } = room(
      [
        {
          when: "password",
          say: ["Yours is ghp_0123456789abc", "defghijABCDEFGHIJ012345", ", and well."],
          every_ms: 5,
        },
        {
          when: "json",
          say: JSON.stringify({ api_key: "Tr0ub4dor&3-horse-staple", note: `use ${token}`, ok: [1] }),
        },
        {
          when: "tool",
          say: [
            { tool_call: { name: "login", arguments: { password: "Tr0ub4dor&3-horse-staple", at: 1 } } },
            { reasoning: `I think of ${token}` },
          ],
        },
        { when: "fail", fail: { code: "auth", message: "It does not take canary-key-of-the-provider." } },
      ],
      [key],
    );
    const asked = `My ${password}`;
    await ask(world, real, question(asked));
    await ask(world, real, question("json"));
    await ask(world, real, question("tool"));
    await ask(world, real, question("fail with canary-key-of-the-provider"));
    const text = await written(world);
    for (const secret of ["canary", "Tr0ub4dor", "staple", "ghp_", "ABCDEFGHIJ"])
      expect(text).not.toContain(secret);
    // It still says something to the same question, in as many pieces, and JSON is still JSON.
    const first = await ask(world, replay, question(asked));
    expect(first.heard).toHaveLength(3);
    expect(first.end).toMatchObject({ text: "Yours is [masked], and well." });
    const { end } = await ask(world, replay, question("json"));
    expect(JSON.parse((end as { text: string }).text)).toMatchObject({ ok: [1] });
    expect((await ask(world, replay, question("tool"))).end).toMatchObject({
      tool_calls: [{ name: "login", arguments: { at: 1 } }],
    });
  });

  it("writes down what a provider says that does not stream", async () => {
    const { world, replay } = room([{ say: "unused" }]);
    const call = { id: "c", name: "look", arguments: {} };
    const completion = { text: "Hello", tool_calls: [call], model: "m", finish: "tool_calls" as const };
    const silent: Provider = {
      kind: "openai",
      secrets: [],
      models: async () => [],
      complete: async () => completion,
    };
    await ask(world, recorded(silent, { entry: "work", file }), question("?"));
    expect((await ask(world, replay, question("?"))).end).toEqual(completion);
  });

  it("writes nothing of what was given up", async () => {
    const { world, real } = room([{ say: ["a", "b"], every_ms: 100 }]);
    const giveUp = new AbortController();
    world.timers.set(50, () => giveUp.abort());
    await ask(world, real, question("?"), giveUp.signal);
    expect(await written(world)).toBe("");
  });

  it("asks nobody where it cannot write", async () => {
    const world = simulatedWorld({ seed: 1 });
    const real = scriptedProvider({ answers: [{ say: "Hello" }] });
    await world.files.writeFile("/recordings", new Uint8Array(), { mode: 0o600 });
    const { end } = await ask(world, recorded(real, { entry: "work", file }), question("?"));
    expect(end).toMatchObject({
      code: "invalid_request",
      message: expect.stringContaining("cannot be recorded"),
    });
    expect(real.requests).toEqual([]);
  });

  it("leaves everything else to the provider", async () => {
    const world = simulatedWorld({ seed: 1 });
    const context = { world, signal: new AbortController().signal };
    const done: string[] = [];
    const whole: Provider = {
      kind: "openai",
      secrets: [new Secret("s")],
      complete: async () => ({ text: "", model: "m", finish: "stop" }),
      models: async () => [{ name: "m" }],
      embed: async () => ({ vectors: [[1]], model: "m" }),
      close: async () => void done.push("closed"),
    };
    const made = recorded(whole, { entry: "work", file });
    expect(made).toMatchObject({ kind: "openai", secrets: whole.secrets });
    expect(await made.models(context)).toEqual([{ name: "m" }]);
    expect(await made.embed?.({ texts: ["a"] }, context)).toEqual({ vectors: [[1]], model: "m" });
    await made.close?.();
    expect(done).toEqual(["closed"]);
    const { embed, close, ...rest } = whole;
    expect(recorded(rest, { entry: "work", file })).not.toHaveProperty("embed");
  });
});

/** Reasoning of one moment is one piece in a recording. */
function joinedReasoning({ heard, ...rest }: Outcome): Outcome {
  return { ...rest, heard: [[312, { type: "reasoning", text: "Hm. So." }], ...heard.slice(2)] };
}

describe("llm.record", () => {
  it("records every entry, each under its name", async () => {
    const world = simulatedWorld({ seed: 1 });
    const script = "/script.jsonl";
    await world.files.writeFile(script, Buffer.from('{"say":"Hello!"}\n'), { mode: 0o600 });
    const entry = { kind: "scripted", script };
    const configuration = llmConfiguration.parse({ record: file, providers: { one: entry, two: entry } });
    for (const provider of configuredProviders(configuration).values())
      await ask(world, provider, question("?"));
    expect(await written(world)).toMatch(/^\{"entry":"one".*\n\{"entry":"two".*\n$/);
  });
});
