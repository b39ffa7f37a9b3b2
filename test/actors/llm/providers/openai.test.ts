import { describe, expect, test, vi } from "vitest";
import { openaiModelDefault } from "../../../../actors/llm/providers/openai.ts";
import { errorBody } from "../wire-formats.ts";
import { adapter, ask, environment, hello, key, PatientWorld, talk } from "./adapters.ts";

const answer_schema = {
  name: "verdict",
  schema: {
    type: "object",
    properties: { good: { type: "boolean" } },
    required: ["good"],
    additionalProperties: false,
  },
};

describe("The adapter of OpenAI", () => {
  test("authenticates with its key, and says nothing about this machine", async () => {
    const { server, provider } = await talk("openai", { say: "Hi" });
    await ask(provider);
    const { headers, method, path } = await server.request(0);
    expect({ method, path }).toEqual({ method: "POST", path: "/v1/chat/completions" });
    expect(headers.authorization).toBe(`Bearer ${key}`);
    expect(Object.keys(headers).filter((name) => /stainless|openai|platform/.test(name))).toEqual([]);
    expect(provider.secrets.map((secret) => secret.reveal())).toEqual([key]);
  });

  test("obeys none of the SDK's variables", async () => {
    environment({
      OPENAI_BASE_URL: "http://127.0.0.1:9/v1",
      OPENAI_API_KEY: "sk-of-the-environment",
      OPENAI_ADMIN_KEY: "sk-admin",
      OPENAI_ORG_ID: "org",
      OPENAI_PROJECT_ID: "project",
      OPENAI_CUSTOM_HEADERS: "authorization: Bearer sk-header\nx-extra: 1",
      OPENAI_LOG: "debug",
    });
    const printed = vi.spyOn(console, "log").mockImplementation(() => {});
    const debugged = vi.spyOn(console, "debug").mockImplementation(() => {});
    const { server, provider } = await talk("openai", { say: "Hi" });
    expect(await ask(provider)).toMatchObject({ text: "Hi" });
    const { headers } = await server.request(0);
    expect(headers.authorization).toBe(`Bearer ${key}`);
    expect(Object.values(headers).join()).not.toMatch(/org|project|sk-header|sk-of|sk-admin/);
    expect(headers).not.toHaveProperty("x-extra");
    expect(printed).not.toHaveBeenCalled();
    expect(debugged).not.toHaveBeenCalled();
  });

  test("asks nobody without a key at OpenAI's own address, and says where to set it", async () => {
    const world = { fetch: vi.fn() };
    const provider = adapter("openai", { api_key: undefined });
    const failure = await provider
      .complete(hello, { signal: new AbortController().signal, world: world as never })
      .catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code: "auth", message: expect.stringContaining("OPENAI_API_KEY") });
    expect(world.fetch).not.toHaveBeenCalled();
  });

  test("needs no key at another address, and sends none", async () => {
    const { server, provider } = await talk("openai", { say: "Hi" }, { api_key: undefined });
    expect(await ask(provider)).toMatchObject({ text: "Hi" });
    expect((await server.request(0)).headers).not.toHaveProperty("authorization");
  });

  test("names the variable that the key comes from when it is refused", async () => {
    const reply = { status: 401, body: errorBody("openai", "invalid_api_key", `Incorrect API key: ${key}`) };
    const { provider } = await talk("openai", reply, { api_key_env: "WORK_KEY" });
    const { message } = (await ask(provider)) as Error;
    expect(message).toBe(
      'It does not let this key in (401: "Incorrect API key: [secret]"). Check the environment variable WORK_KEY or llm.providers.openai.api_key.',
    );
  });

  test("asks for the model of the request, the configured one, or its default", async () => {
    const { server, provider } = await talk("openai", { say: "Hi" }, { model: undefined });
    await ask(provider);
    await ask(provider, { request: { ...hello, model: "gpt-x" } });
    expect(server.requests.map(({ body }) => body?.model)).toEqual([openaiModelDefault, "gpt-x"]);
    expect(server.requests.every(({ method }) => method === "POST")).toBe(true);
  });

  test("sends limits, and the schema as a strict response format", async () => {
    const { server, provider } = await talk("openai", { say: '{"good":true}' });
    const request = { ...hello, max_output_tokens: 77, temperature: 0.5, answer_schema };
    expect(await ask(provider, { request })).toMatchObject({ text: '{"good":true}' });
    expect((await server.request(0)).body).toEqual({
      model: "the-model",
      messages: hello.messages,
      stream: true,
      stream_options: { include_usage: true },
      max_completion_tokens: 77,
      temperature: 0.5,
      response_format: { type: "json_schema", json_schema: { ...answer_schema, strict: true } },
    });
  });

  test("tells OpenAI's own models of no temperature", async () => {
    const bodies: unknown[] = [];
    const fetch = async (_: unknown, init: RequestInit) => {
      bodies.push(JSON.parse(`${init.body}`));
      return new Response("", { status: 500 });
    };
    const world = new PatientWorld(fetch as typeof globalThis.fetch);
    await ask(adapter("openai"), { request: { ...hello, temperature: 0 }, world });
    expect(bodies).toEqual([expect.not.objectContaining({ temperature: 0 })]);
  });

  test("says that the server does not take the form of the answer", async () => {
    const body = errorBody("openai", "invalid_request_error", "'response_format.type' must be 'text'");
    const { provider } = await talk("openai", { status: 400, body });
    expect(await ask(provider, { request: { ...hello, answer_schema } })).toMatchObject({
      code: "invalid_request",
      message: expect.stringMatching(/does not take the form.*response_format.*JSON Schema/),
    });
    expect(await ask(provider)).toMatchObject({
      message: expect.stringContaining("does not take this request"),
    });
  });

  test.each([
    [
      { say: "No", finish: "content_filter" },
      { text: "No", finish: "refused" },
    ],
    [
      { say: "", refusal: "I will not." },
      { text: "I will not.", finish: "refused" },
    ],
    [
      { say: "", finish: "length" },
      { text: "", finish: "length" },
    ],
    [
      { say: "Hm", finish: "tool_calls" },
      { text: "Hm", finish: "stop" },
    ],
  ])("gives what is held back as refused: %o", async (spoken, completion) => {
    const { provider } = await talk("openai", spoken);
    expect(await ask(provider)).toMatchObject(completion);
  });

  test("takes an answer for whole whose connection breaks after the reason of its end", async () => {
    const end = { choices: [{ index: 0, delta: { content: "Hi" }, finish_reason: "stop" }] };
    const { provider } = await talk("openai", { body: [`data: ${JSON.stringify(end)}\n\n`], cutAfter: 1 });
    expect(await ask(provider)).toEqual({ text: "Hi", model: "the-model", finish: "stop" });
  });

  test("knows an account without credit from one that asks too often", async () => {
    const body = errorBody("openai", "insufficient_quota", "You exceeded your current quota");
    const { provider } = await talk("openai", { status: 429, body });
    expect(await ask(provider)).toMatchObject({
      code: "auth",
      message: expect.stringContaining("no credit"),
    });
  });

  test("tells two tools apart that a server puts into the same place, and takes a place that is left out", async () => {
    const delta = (tool_calls: readonly object[]) =>
      `data: ${JSON.stringify({ choices: [{ delta: { tool_calls } }] })}\n\n`;
    const end = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
    const body = [
      delta([{ index: 0, id: "a", function: { name: "x", arguments: '{"n":' } }]),
      delta([{ index: 0, id: "a", function: { name: "x", arguments: "1}" } }]),
      delta([{ index: 0, id: "b", function: { name: "x", arguments: '{"n":2}' } }]),
      delta([{ function: { arguments: "" } }, { id: "c", function: { name: "x", arguments: '{"n":3}' } }]),
      end,
    ];
    const { provider } = await talk("openai_compatible", { body });
    const tools = [{ name: "x", description: "x", parameters: answer_schema.schema }];
    expect(await ask(provider, { request: { ...hello, tools } })).toMatchObject({
      finish: "tool_calls",
      tool_calls: [
        { id: "a", name: "x", arguments: { n: 1 } },
        { id: "b", name: "x", arguments: { n: 2 } },
        { id: "c", name: "x", arguments: { n: 3 } },
      ],
    });
  });

  test("passes on no model's name that is none", async () => {
    const { provider } = await talk("openai", { say: "Hi", model: "a\u001b[31m" });
    expect(await ask(provider)).toMatchObject({ model: "the-model" });
  });
});

describe("The adapter of a compatible server", () => {
  test("is of its own kind, needs no key, uses the old name for the limit, and takes the first model of its list", async () => {
    const script = { replies: [{ say: "Hi" }] as const, models: ["b", "a"] };
    const settings = { api_key: undefined, model: undefined, max_tokens: 99 };
    const { server, provider } = await talk("openai_compatible", script, settings);
    expect(provider).toMatchObject({ kind: "openai_compatible", secrets: [] });
    await ask(provider);
    const { body, headers } = await server.request(1);
    expect(body).toMatchObject({ model: "a", max_tokens: 99 });
    expect(headers).not.toHaveProperty("authorization");
  });

  test("is not asked to count tokens any more once it has refused to", async () => {
    const body = errorBody("openai", "invalid_request_error", "extra fields not permitted: stream_options");
    const replies = [{ status: 422, body }, { say: "Hi" }] as const;
    const { server, provider } = await talk("openai_compatible", { replies });
    expect(await ask(provider)).toMatchObject({ text: "Hi" });
    expect(await ask(provider)).toMatchObject({ text: "Hi" });
    const counts = server.requests.map((request) => request.body?.stream_options !== undefined);
    expect(counts).toEqual([true, false, false]);
  });

  test("is asked once where it goes on refusing", async () => {
    const body = errorBody("openai", "invalid_request_error", "stream_options, and everything else");
    const { server, provider } = await talk("openai_compatible", { status: 400, body });
    expect(await ask(provider)).toMatchObject({ code: "invalid_request" });
    expect(await ask(provider)).toMatchObject({ code: "invalid_request" });
    expect(server.requests).toHaveLength(3);
  });

  test("says what to set where the server has no model", async () => {
    const { provider } = await talk(
      "openai_compatible",
      { replies: [{ say: "" }], models: [] },
      { model: undefined },
    );
    expect(await ask(provider)).toMatchObject({
      code: "no_model",
      message: "It has no model that writes text. Set llm.providers.openai_compatible.model.",
    });
  });
});

describe("The adapter of LM Studio", () => {
  test("is of its own kind, needs no key, and uses the old name for the limit of length", async () => {
    const { server, provider } = await talk("lm_studio", { say: "Hi" }, { api_key: undefined });
    expect(provider).toMatchObject({ kind: "lm_studio", secrets: [] });
    await ask(provider, { request: { ...hello, max_output_tokens: 5, temperature: 0, answer_schema } });
    const { body, headers } = await server.request(0);
    expect(body).toMatchObject({ max_tokens: 5, temperature: 0, response_format: { type: "json_schema" } });
    expect(body).not.toHaveProperty("max_completion_tokens");
    expect(headers).not.toHaveProperty("authorization");
  });

  test("asks once for the models and takes the first by name that writes text", async () => {
    const script = {
      replies: [{ say: "Hi" }] as const,
      models: ["text-embedding-nomic-embed-text-v1.5", "qwen2.5-coder-7b", "a-bge-m3", "gemma-3"],
    };
    const { server, provider } = await talk("lm_studio", script, { model: undefined });
    expect(await ask(provider)).toMatchObject({ text: "Hi" });
    expect(await ask(provider)).toMatchObject({ text: "Hi" });
    expect(server.requests.map(({ method, path, body }) => [method, path, body?.model])).toEqual([
      ["GET", "/v1/models", undefined],
      ["POST", "/v1/chat/completions", "gemma-3"],
      ["POST", "/v1/chat/completions", "gemma-3"],
    ]);
  });

  test.each([
    [
      "a count that is none",
      '{"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1e999}}',
    ],
    [
      "a reason of its end that is a word of JavaScript",
      '{"choices":[{"delta":{"content":"Hi"},"finish_reason":"constructor"}]}',
    ],
  ])("takes an answer with %s", async (_, event) => {
    const { provider } = await talk("openai", { body: `data: ${event}\n\ndata: [DONE]\n\n` });
    expect(await ask(provider)).toEqual({ text: "Hi", model: "the-model", finish: "stop" });
  });
});
