// The lists of models, asked live of each provider, and what they say of each.
import { describe, expect, test } from "vitest";
import { contextOf, PatientWorld, talk, watchdogs } from "./adapters.ts";

const json = (value: unknown) => ({
  body: JSON.stringify(value),
  headers: { "content-type": "application/json" },
});
const never = [{ say: "" }] as const;

describe("models()", () => {
  test("of OpenAI gives the names, and which of them embed", async () => {
    const models = ["gpt-5.5", "text-embedding-3-small"];
    const { server, provider } = await talk("openai", { replies: never, models });
    expect(await provider.models(contextOf())).toEqual([
      { name: "gpt-5.5" },
      { name: "text-embedding-3-small", embeds: true },
    ]);
    expect(server.requests.map(({ method, path }) => [method, path])).toEqual([["GET", "/v1/models"]]);
    expect(server.requests[0]?.headers.authorization).toMatch(/^Bearer sk-/);
  });

  test("of a compatible server gives what it says, in whose words ever", async () => {
    const data = [
      { id: "vllm", max_model_len: 32_768 },
      { id: "groq", context_window: 131_072, max_completion_tokens: 8_192 },
      {
        id: "open/router",
        context_length: 200_000,
        top_provider: { max_completion_tokens: 64_000 },
        supported_parameters: ["tools", "temperature"],
      },
      { id: "liar", context_length: -5, max_model_len: "many", supported_parameters: 7, top_provider: null },
    ];
    const { provider } = await talk("openai_compatible", { replies: never, models: json({ data }) });
    expect(await provider.models(contextOf())).toEqual([
      { name: "vllm", contextTokens: 32_768 },
      { name: "groq", contextTokens: 131_072, outputTokensMax: 8_192 },
      {
        name: "open/router",
        contextTokens: 200_000,
        outputTokensMax: 64_000,
        tools: true,
        structured: false,
      },
      { name: "liar" },
    ]);
  });

  test("of Anthropic gives lengths and abilities, without those that are retired", async () => {
    const data = [
      {
        type: "model",
        id: "claude-sonnet-5-5",
        display_name: "Claude Sonnet 5.5",
        lifecycle: "active",
        max_input_tokens: 1_000_000,
        max_tokens: 64_000,
        capabilities: { structured_outputs: { supported: true } },
      },
      { type: "model", id: "claude-2", lifecycle: "retired" },
      { type: "model", id: "claude-haiku-4-5", capabilities: null, max_tokens: null },
    ];
    const body = json({ data, has_more: false, first_id: "a", last_id: "b" });
    const { server, provider } = await talk("anthropic", { replies: never, models: body });
    expect(await provider.models(contextOf())).toEqual([
      {
        name: "claude-sonnet-5-5",
        contextTokens: 1_000_000,
        outputTokensMax: 64_000,
        tools: true,
        structured: true,
      },
      { name: "claude-haiku-4-5", tools: true },
    ]);
    expect(server.requests[0]?.path).toMatch(/^\/v1\/models\?limit=\d+$/);
    expect(server.requests[0]?.headers).toMatchObject({ "anthropic-version": "2023-06-01" });
  });

  test("of Ollama asks each what it can do, and takes the name alone where that fails", async () => {
    const shows = (model: string) => {
      if (model === "qwen:7b") {
        const model_info = { "general.architecture": "qwen2", "qwen2.context_length": 32_768 };
        return json({ capabilities: ["completion", "tools"], model_info });
      }
      return model === "nomic" ? json({ capabilities: ["embedding"] }) : { status: 500, body: "" };
    };
    const models = json({
      models: [{ name: "qwen:7b" }, { name: "nomic" }, { name: "x" }, { name: "c", remote_host: "h" }],
    });
    const { provider } = await talk("ollama", { replies: never, models, shows });
    expect(await provider.models(contextOf())).toEqual([
      { name: "qwen:7b", contextTokens: 32_768, tools: true, structured: true },
      { name: "nomic", tools: false, embeds: true },
      { name: "x", structured: true },
    ]);
  });

  test.each(["openai", "anthropic", "ollama", "lm_studio"] as const)(
    "of %s fails as one of ours",
    async (kind) => {
      for (const [models, code] of [
        [{ status: 401, body: "{}" }, "auth"],
        [json({ data: 7, models: 7 }), "protocol"],
        [json({ data: [{ id: "a\u001b[2J" }], models: [{ name: "a\u001b[2J" }] }), "protocol"],
        [json({ data: [null, 7], models: [null, 7] }), "protocol"],
        [json({}), "protocol"],
        [{ body: "x", cutAfter: 1 }, "protocol"],
      ] as const) {
        const { provider } = await talk(kind, { replies: never, models });
        await expect(provider.models(contextOf())).rejects.toMatchObject({ code });
      }
    },
  );

  test("gives up a list that does not come", async () => {
    const world = new PatientWorld();
    const { server, provider } = await talk("anthropic", {
      replies: never,
      models: { body: "x", stallAfter: 0 },
    });
    const asked = provider.models(contextOf({ world }));
    const request = await server.request(0);
    world.pass(watchdogs.first_byte_timeout_ms);
    await expect(asked).rejects.toMatchObject({ code: "timeout", phase: "first_byte" });
    await request.givenUp;
  });

  test("is asked for by nobody without a key at the vendor's own address", async () => {
    const { provider } = await talk("openai", { say: "" }, { base_url: undefined, api_key: undefined });
    await expect(provider.models(contextOf())).rejects.toMatchObject({ code: "auth" });
  });
});

describe("embed()", () => {
  const row = (index: number, embedding: unknown) => ({ object: "embedding", index, embedding });

  test.each(["openai", "lm_studio", "openai_compatible"] as const)(
    "of %s gives a vector for each text, in order",
    async (kind) => {
      const data = [row(1, [3, 4]), row(0, [1, 2])];
      const embeddings = json({ data, model: "e-1", usage: { prompt_tokens: 9, total_tokens: 9 } });
      const { server, provider } = await talk(kind, { replies: never, embeddings });
      const given = await provider.embed?.({ texts: ["a", "b"], model: "e" }, contextOf());
      expect(given).toEqual({
        vectors: [
          [1, 2],
          [3, 4],
        ],
        model: "e-1",
        usage: { input_tokens: 9 },
      });
      expect(server.requests[0]?.body).toEqual({ model: "e", input: ["a", "b"], encoding_format: "float" });
    },
  );

  test("of Ollama gives a vector for each text, and cuts none off", async () => {
    const embeddings = json({ model: "nomic", embeddings: [[1.5, -2]], prompt_eval_count: 3 });
    const models = ["llama3", "nomic-embed-text"];
    const { server, provider } = await talk("ollama", { replies: never, models, embeddings });
    const given = await provider.embed?.({ texts: ["a"] }, contextOf());
    expect(given).toEqual({ vectors: [[1.5, -2]], model: "nomic", usage: { input_tokens: 3 } });
    expect(server.requests.at(-1)?.body).toEqual({
      model: "nomic-embed-text",
      input: ["a"],
      truncate: false,
    });
  });

  test("asks OpenAI for its everyday model where none is named, and LM Studio for the first that it has", async () => {
    const embeddings = json({ data: [row(0, [1])] });
    const openai = await talk("openai", { replies: never, embeddings });
    await openai.provider.embed?.({ texts: ["a"] }, contextOf());
    expect(openai.server.requests[0]?.body?.model).toBe("text-embedding-3-small");
    const models = ["qwen", "text-embedding-nomic"];
    const studio = await talk("lm_studio", { replies: never, embeddings, models });
    await studio.provider.embed?.({ texts: ["a"] }, contextOf());
    expect(studio.server.requests[1]?.body?.model).toBe("text-embedding-nomic");
  });

  test("is left out where the interface has none", async () => {
    const { provider } = await talk("anthropic", { say: "" });
    expect(provider.embed).toBeUndefined();
  });

  test.each([
    ["no list", { data: 7, embeddings: 7 }],
    ["too few", { data: [], embeddings: [] }],
    ["too many", { data: [row(0, [1]), row(1, [1])], embeddings: [[1], [1]] }],
    ["no vector", { data: [row(0, "AAAA")], embeddings: ["AAAA"] }],
    ["an empty vector", { data: [row(0, [])], embeddings: [[]] }],
    ["no numbers", { data: [row(0, [1, null])], embeddings: [[1, null]] }],
  ])("fails where there is %s", async (_, body) => {
    for (const kind of ["openai", "ollama"] as const) {
      const { provider } = await talk(kind, { replies: never, embeddings: json(body) });
      const asked = provider.embed?.({ texts: ["a"], model: "e" }, contextOf());
      await expect(asked).rejects.toMatchObject({ code: "protocol" });
    }
  });

  test.each([0, 2_049])("asks nobody for %i texts", async (count) => {
    const { server, provider } = await talk("openai", { say: "" });
    const texts = Array.from({ length: count }, () => "a");
    await expect(provider.embed?.({ texts, model: "e" }, contextOf())).rejects.toMatchObject({
      code: "invalid_request",
    });
    expect(server.requests).toHaveLength(0);
  });
});
