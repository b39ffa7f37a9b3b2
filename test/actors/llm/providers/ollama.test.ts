import { describe, expect, test } from "vitest";
import { ask, environment, hello, key, PatientWorld, talk, watchdogs } from "./adapters.ts";

const schema = { type: "object", properties: {}, required: [], additionalProperties: false };

describe("The adapter of Ollama", () => {
  test("sends limits, the schema as the format, and a context in which the request has its place", async () => {
    const { server, provider } = await talk("ollama", { say: "{}" }, { api_key: undefined });
    const long = "word ".repeat(40_000);
    const limits = { max_output_tokens: 77, temperature: 0.5 };
    await ask(provider, { request: { ...hello, ...limits, answer_schema: { name: "x", schema } } });
    await ask(provider, { request: { messages: [{ role: "user", content: long }] } });
    const { body, headers, path } = await server.request(0);
    expect(path).toBe("/api/chat");
    expect(headers).not.toHaveProperty("authorization");
    expect(body).toEqual({
      model: "the-model",
      messages: hello.messages,
      stream: true,
      truncate: false,
      shift: false,
      format: schema,
      options: { num_ctx: 8_192, num_predict: 77, temperature: 0.5 },
    });
    expect((await server.request(1)).body).toMatchObject({ options: { num_ctx: 131_072 } });
    expect((await server.request(1)).body).not.toHaveProperty("format");
  });

  test("authenticates where a key is configured, as servers before Ollama want it", async () => {
    environment({ OLLAMA_API_KEY: "of-the-environment", OLLAMA_HOST: "http://127.0.0.1:9" });
    const { server, provider } = await talk("ollama", { say: "Hi" });
    expect(await ask(provider)).toMatchObject({ text: "Hi" });
    expect((await server.request(0)).headers.authorization).toBe(`Bearer ${key}`);
  });

  test("asks once for the models and takes the first by name that writes text", async () => {
    const script = {
      replies: [{ say: "Hi" }] as const,
      models: ["nomic-embed-text:latest", "qwen:7b", "llama3:8b"],
    };
    const { server, provider } = await talk("ollama", script, { model: undefined });
    await ask(provider);
    await ask(provider);
    expect(server.requests.map(({ path, body }) => [path, body?.model])).toEqual([
      ["/api/tags", undefined],
      ["/api/chat", "llama3:8b"],
      ["/api/chat", "llama3:8b"],
    ]);
  });

  test("takes none that runs elsewhere unless it is named", async () => {
    const models = [
      { name: "a:cloud" },
      { name: "b:120b-cloud" },
      { name: "c", remote_host: "https://ollama.com" },
      { name: "d" },
    ];
    const script = { replies: [{ say: "Hi" }] as const, models: { body: JSON.stringify({ models }) } };
    const { server, provider } = await talk("ollama", script, { model: undefined });
    await ask(provider);
    expect((await server.request(1)).body?.model).toBe("d");
  });

  test.each([[[]], [["all-minilm:latest", "mxbai-embed-large"]]])(
    "says how to get a model where the server has none that writes text: %j",
    async (models) => {
      const { provider } = await talk("ollama", { replies: [{ say: "Hi" }], models }, { model: undefined });
      expect(await ask(provider)).toMatchObject({
        code: "no_model",
        message: expect.stringMatching(/ollama pull NAME.*llm\.providers\.ollama\.model/),
      });
    },
  );

  test.each([
    ["is no JSON", { body: "<html>\u001b[2J" }, "protocol"],
    ["has another shape", { body: '{"models": [{"title": 7}]}' }, "protocol"],
    ["has no list", { body: "{}" }, "protocol"],
    ["is without an end", { body: ["x".repeat(65_536)], endless: true as const }, "protocol"],
    ["is cut off", { body: '{"models": [', cutAfter: 1 }, "protocol"],
    ["is refused", { status: 503, body: "" }, "overloaded"],
    ["is not there", { status: 404, body: "404 page not found" }, "connection"],
  ])(
    "fails where the list of models %s, and asks for it again with the next request",
    async (_, models, code) => {
      const { server, provider } = await talk(
        "ollama",
        { replies: [{ say: "Hi" }], models },
        { model: undefined },
      );
      expect(await ask(provider)).toMatchObject({ code });
      await ask(provider);
      expect(server.requests.map(({ path }) => path)).toEqual(["/api/tags", "/api/tags"]);
    },
  );

  test("gives up a list of models that does not come", async () => {
    const world = new PatientWorld();
    const script = { replies: [{ say: "Hi" }] as const, models: { body: "x", stallAfter: 0 } };
    const { server, provider } = await talk("ollama", script, { model: undefined });
    const asked = ask(provider, { world });
    const request = await server.request(0);
    world.pass(watchdogs.first_byte_timeout_ms);
    expect(await asked).toMatchObject({ code: "timeout" });
    await request.givenUp;
  });

  test("row 37: does not pass on arguments that are nested so deeply that nobody can write them", async () => {
    const nested = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    const call = `{"function":{"name":"x","arguments":{"a":${nested}}}}`;
    const { provider } = await talk("ollama", { body: `{"message":{"tool_calls":[${call}]},"done":true}\n` });
    expect(await ask(provider)).toMatchObject({ code: "protocol" });
  });

  test.each([
    ["none", []],
    ["required", ["a", "b"]],
    [{ name: "b" }, ["b"]],
  ] as const)("says with what it offers which tools may be used: %o", async (tool_choice, names) => {
    const { server, provider } = await talk("ollama", { say: "Hi" });
    const tools = ["a", "b"].map((name) => ({ name, description: name, parameters: schema }));
    await ask(provider, { request: { ...hello, tools, tool_choice } });
    const offered = ((await server.request(0)).body?.tools ?? []) as { function: { name: string } }[];
    expect(offered.map((tool) => tool.function.name)).toEqual(names);
  });
});
