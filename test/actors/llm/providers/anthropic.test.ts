import { describe, expect, test, vi } from "vitest";
import { anthropicModelDefault } from "../../../../actors/llm/providers/anthropic.ts";
import { errorBody, piecesOf } from "../wire-formats.ts";
import { adapter, ask, environment, hello, key, talk } from "./adapters.ts";

describe("The adapter of Anthropic", () => {
  test("authenticates with its key and names the version of the interface", async () => {
    const { server, provider } = await talk("anthropic", { say: "Hi" });
    await ask(provider);
    const { headers, method, path } = await server.request(0);
    expect({ method, path }).toEqual({ method: "POST", path: "/v1/messages" });
    expect(headers).toMatchObject({ "x-api-key": key, "anthropic-version": "2023-06-01" });
    expect(headers).not.toHaveProperty("authorization");
    expect(Object.keys(headers).filter((name) => /stainless/.test(name))).toEqual([]);
  });

  test("obeys none of the SDK's variables", async () => {
    environment({
      ANTHROPIC_BASE_URL: "http://127.0.0.1:9",
      ANTHROPIC_API_KEY: "sk-of-the-environment",
      ANTHROPIC_AUTH_TOKEN: "token-of-the-environment",
      ANTHROPIC_CUSTOM_HEADERS: "x-api-key: sk-header\nx-extra: 1",
      ANTHROPIC_PROFILE: "nobody",
      ANTHROPIC_LOG: "debug",
    });
    const printed = (["log", "debug", "info", "warn"] as const).map((level) =>
      vi.spyOn(console, level).mockImplementation(() => {}),
    );
    for (const api_key of [key, undefined]) {
      const { server, provider } = await talk("anthropic", { say: "Hi" }, { api_key });
      expect(await ask(provider)).toMatchObject({ text: "Hi" });
      const { headers } = await server.request(0);
      expect(headers["x-api-key"]).toBe(api_key);
      expect(headers).not.toHaveProperty("authorization");
      expect(headers).not.toHaveProperty("x-extra");
    }
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  });

  test("asks nobody without a key at Anthropic's own address, and says where to set it", async () => {
    const world = { fetch: vi.fn() };
    const failure = await adapter("anthropic", { api_key: undefined })
      .complete(hello, { signal: new AbortController().signal, world: world as never })
      .catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code: "auth", message: expect.stringContaining("ANTHROPIC_API_KEY") });
    expect(world.fetch).not.toHaveBeenCalled();
  });

  test("takes an address that ends with the version", async () => {
    const { server } = await talk("anthropic", { say: "Hi" });
    const provider = adapter("anthropic", { base_url: `${server.origin}/v1/` });
    expect(await ask(provider)).toMatchObject({ text: "Hi" });
    expect((await server.request(0)).path).toBe("/v1/messages");
  });

  test("puts system messages where Anthropic has a place for them, and sends a limit, which it wants", async () => {
    const { server, provider } = await talk("anthropic", { say: "Hi" }, { model: undefined });
    const request = {
      messages: [
        { role: "system" as const, content: "Be brief." },
        { role: "user" as const, content: "One?" },
        { role: "assistant" as const, content: "Two." },
        { role: "system" as const, content: "Be kind." },
        { role: "user" as const, content: "Three?" },
      ],
      temperature: 0,
    };
    await ask(provider, { request });
    await ask(provider, { request: { ...hello, max_output_tokens: 5 } });
    expect((await server.request(0)).body).toEqual({
      model: anthropicModelDefault,
      max_tokens: 32_000,
      stream: true,
      system: "Be brief.\n\nBe kind.",
      messages: [
        { role: "user", content: "One?" },
        { role: "assistant", content: "Two." },
        { role: "user", content: "Three?" },
      ],
    });
    expect((await server.request(1)).body).toMatchObject({ max_tokens: 5 });
    expect((await server.request(1)).body).not.toHaveProperty("system");
  });

  test("sends the schema as its output format, and says when the model does not take it", async () => {
    const schema = { type: "object", properties: {}, required: [], additionalProperties: false };
    const request = { ...hello, answer_schema: { name: "verdict", schema } };
    const body = errorBody("anthropic", "invalid_request_error", "output_config.format: not supported");
    const { server, provider } = await talk("anthropic", { replies: [{ say: "{}" }, { status: 400, body }] });
    expect(await ask(provider, { request })).toMatchObject({ text: "{}" });
    expect((await server.request(0)).body).toMatchObject({
      output_config: { format: { type: "json_schema", schema } },
    });
    expect(await ask(provider, { request })).toMatchObject({
      code: "invalid_request",
      message: expect.stringContaining("does not take the form"),
    });
  });

  test.each([
    ["refusal", "refused"],
    ["model_context_window_exceeded", "length"],
    ["stop_sequence", "stop"],
    ["pause_turn", "stop"],
  ])("reads the reason %s", async (finish, expected) => {
    const { provider } = await talk("anthropic", { say: "Hm", finish });
    expect(await ask(provider)).toMatchObject({ text: "Hm", finish: expected });
  });

  test("counts what was read from the cache and into it, and what was written at the end", async () => {
    const usage =
      '"usage":{"input_tokens":3,"cache_creation_input_tokens":20,"cache_read_input_tokens":100,"output_tokens":1}';
    const pieces = piecesOf("anthropic", { say: "Hi", usage: { input: 3, output: 9 } }, "m");
    const body = pieces.map((piece) => piece.replace('"usage":{"input_tokens":3,"output_tokens":1}', usage));
    const { provider } = await talk("anthropic", { body });
    expect(await ask(provider)).toMatchObject({ usage: { input_tokens: 123, output_tokens: 9 } });
  });

  test("calls an answer cut off that has a reason for its end and no end marker", async () => {
    const pieces = piecesOf("anthropic", { say: "Hi" }, "m");
    const { provider } = await talk("anthropic", { body: pieces.slice(0, -1) });
    expect(await ask(provider)).toMatchObject({
      code: "protocol",
      message: expect.stringContaining("cut off"),
    });
  });

  test.each([
    ["overloaded_error", "overloaded"],
    ["api_error", "overloaded"],
    ["rate_limit_error", "rate_limited"],
    ["authentication_error", "auth"],
    ["permission_error", "auth"],
    ["billing_error", "auth"],
    ["invalid_request_error", "invalid_request"],
    ["request_too_large", "context_too_long"],
    ["timeout_error", "timeout"],
  ])("knows the error %s after a status of success", async (type, code) => {
    const body = `event: error\ndata: ${errorBody("anthropic", type, "words")}\n\n`;
    const { provider } = await talk("anthropic", { body });
    expect(await ask(provider)).toMatchObject({ code });
  });

  test("reads blocks and events that it does not know", async () => {
    const pieces = piecesOf("anthropic", { say: "Hi" }, "m");
    const strange = [
      'event: content_block_start\ndata: {"type":"content_block_start","index":7,"content_block":{"type":"redacted_thinking","data":"x"}}\n\n',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":7,"delta":{"type":"signature_delta","signature":"s"}}\n\n',
      'event: news\ndata: {"type":"news","text":"x"}\n\n',
    ];
    const { provider } = await talk("anthropic", {
      body: [...pieces.slice(0, 1), ...strange, ...pieces.slice(1)],
    });
    expect(await ask(provider)).toMatchObject({ text: "Hi", finish: "stop" });
  });

  test("prints nothing about a model that its SDK takes for old", async () => {
    const printed = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { provider } = await talk("anthropic", { say: "Hi" });
    for (const model of ["claude-3-opus-20240229", "claude-opus-4-20250514"]) {
      expect(await ask(provider, { request: { ...hello, model } })).toMatchObject({ text: "Hi" });
    }
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  });

  test("takes the arguments of a tool that come whole, and leaves tools alone that run at Anthropic", async () => {
    const event = (type: string, rest: object) =>
      `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
    const start = (index: number, content_block: object) =>
      event("content_block_start", { index, content_block });
    const pieces = piecesOf("anthropic", { say: "Hi", finish: null }, "m");
    const body = [
      ...pieces,
      start(2, { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} }),
      event("content_block_delta", {
        index: 2,
        delta: { type: "input_json_delta", partial_json: '{"query":' },
      }),
      start(3, { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] }),
      start(4, { type: "tool_use", id: "toolu_1", name: "x", input: { a: 1 } }),
      event("content_block_stop", { index: 4 }),
      event("message_delta", { delta: { stop_reason: "tool_use" }, usage: { output_tokens: 3 } }),
      event("message_stop", {}),
    ];
    const { provider } = await talk("anthropic", { body });
    const parameters = { type: "object", properties: {}, required: [], additionalProperties: false };
    const request = { ...hello, tools: [{ name: "x", description: "x", parameters }] };
    expect(await ask(provider, { request })).toMatchObject({
      text: "Hi",
      finish: "tool_calls",
      tool_calls: [{ id: "toolu_1", name: "x", arguments: { a: 1 } }],
    });
  });
});
