// The OpenAI-compatible endpoint, asked by OpenAI's own SDK over real HTTP.
import { once } from "node:events";
import { connect } from "node:net";
import OpenAI from "openai";
import { afterEach, describe, expect, it } from "vitest";
import type { CompletionOrder } from "../../../actors/llm/completion.ts";
import { CompletionFailed } from "../../../actors/llm/failure.ts";
import type { Complete } from "../../../supervisors/openai/chat.ts";
import { endpointName } from "../../../supervisors/openai/endpoint.ts";
import { endpointLimits } from "../../../supervisors/openai/limits.ts";
import { answered, type EndpointStage, endpointStage, Moment, testToken } from "./stage.ts";

const question = { model: "auto", messages: [{ role: "user" as const, content: "2 + 2?" }] };

let stage: EndpointStage | undefined;
afterEach(async () => {
  await stage?.stop();
  stage = undefined;
});

async function staged(...given: Parameters<typeof endpointStage>): Promise<EndpointStage> {
  stage = await endpointStage(...given);
  return stage;
}

/** Answers at once, and keeps what was asked. */
function keeping(orders: CompletionOrder[], result = answered()): Complete {
  return async (order) => {
    orders.push(order);
    return result;
  };
}

function failing(failure: ConstructorParameters<typeof CompletionFailed>[0]): Complete {
  return async () => {
    throw new CompletionFailed(failure);
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("The endpoint", () => {
  it("answers a question whole, and says what was used", async () => {
    const orders: CompletionOrder[] = [];
    const { client } = await staged(keeping(orders));
    const said = await client.chat.completions.create({ ...question, model: "main/model-1", user: "ada" });
    expect(said.choices).toEqual([
      {
        index: 0,
        message: { role: "assistant", content: "Four.", refusal: null },
        logprobs: null,
        finish_reason: "stop",
      },
    ]);
    expect(said).toMatchObject({
      object: "chat.completion",
      model: "model-1",
      usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
    });
    expect(orders).toMatchObject([
      {
        provider: "main",
        user: "ada",
        lane: "normal",
        request: { model: "model-1", messages: [{ role: "user", content: "2 + 2?" }] },
      },
    ]);
  });

  it("streams an answer as it comes, and what was used where that is wanted", async () => {
    const orders: CompletionOrder[] = [];
    const { client } = await staged(async (order, { hear }) => {
      orders.push(order);
      hear?.({ type: "reasoning", text: "Hm." });
      await turn();
      hear?.({ type: "text", text: "Fo" });
      hear?.({ type: "text", text: "ur" });
      await turn();
      hear?.({ type: "text", text: "." });
      return answered();
    });
    const stream = await client.chat.completions.create({
      ...question,
      stream: true,
      stream_options: { include_usage: true },
    });
    const deltas: unknown[] = [];
    let usage: unknown;
    for await (const chunk of stream) {
      deltas.push(...chunk.choices.map(({ delta, finish_reason }) => finish_reason ?? delta));
      usage = chunk.usage ?? usage;
    }
    expect(deltas).toEqual([
      { role: "assistant", content: "" },
      { reasoning_content: "Hm." },
      { content: "Four" },
      { content: "." },
      "stop",
    ]);
    expect(usage).toEqual({ prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 });
    expect(orders).toMatchObject([{ lane: "interactive" }]);
  });

  it("has tools used, whole or streamed", async () => {
    const calls = [
      { id: "call-1", name: "read", arguments: { path: "a.ts" } },
      { id: "call-2", name: "list", arguments: {} },
    ];
    const result = answered({ text: "I look.", tool_calls: calls, finish: "tool_calls" });
    const { client } = await staged(async (_, { hear }) => {
      hear?.({ type: "text", text: "I look." });
      for (const call of calls) hear?.({ type: "tool_call", call });
      return result;
    });
    const asked = {
      ...question,
      tools: [{ type: "function" as const, function: { name: "read", parameters: { type: "object" } } }],
    };
    const expected = [
      { id: "call-1", type: "function", function: { name: "read", arguments: '{"path":"a.ts"}' } },
      { id: "call-2", type: "function", function: { name: "list", arguments: "{}" } },
    ];
    const whole = await client.chat.completions.create(asked);
    expect(whole.choices[0]).toMatchObject({ finish_reason: "tool_calls" });
    expect(whole.choices[0]?.message.tool_calls).toEqual(expected);
    const streamed = await client.chat.completions.stream(asked).finalChatCompletion();
    expect(streamed.choices[0]).toMatchObject({
      finish_reason: "tool_calls",
      message: { content: "I look.", tool_calls: expected },
    });
  });

  it("lists the models that can be named", async () => {
    const { client } = await staged(keeping([]), async () => [
      { entry: "main", kind: "openai", models: [{ name: "gpt-5" }, { name: "embedder", embeds: true }] },
      { entry: "local", kind: "ollama", models: [] },
    ]);
    const ids: string[] = [];
    for await (const { id } of client.models.list()) ids.push(id);
    expect(ids).toEqual(["auto", "main", "main/gpt-5", "local"]);
    expect(await client.models.retrieve("main/gpt-5")).toMatchObject({
      id: "main/gpt-5",
      owned_by: "openai",
    });
    await expect(client.models.retrieve("gpt-5")).rejects.toMatchObject({
      status: 404,
      code: "model_not_found",
    });
  });

  it.each([
    ["unknown_provider", OpenAI.NotFoundError, { status: 404, code: "model_not_found", param: "model" }],
    ["context_too_long", OpenAI.BadRequestError, { status: 400, code: "context_length_exceeded" }],
    ["budget", OpenAI.RateLimitError, { status: 429, code: "insufficient_quota" }],
    ["auth", OpenAI.InternalServerError, { status: 502, code: "provider_auth" }],
    ["no_provider", OpenAI.InternalServerError, { status: 503, code: "no_provider" }],
    ["deadline", OpenAI.InternalServerError, { status: 504, code: "deadline" }],
  ] as const)("tells a failure %s as its own kind of error", async (code, kind, expected) => {
    const { client } = await staged(failing({ code, message: "This is why.", retryable: false }));
    const thrown = await client.chat.completions.create(question).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(kind);
    expect(thrown).toMatchObject({ ...expected, message: expect.stringContaining("This is why.") });
  });

  it("passes on the provider's own id of a request, and which of the timeouts it was", async () => {
    const failure = { code: "timeout", message: "Late.", retryable: true, entry: "main" } as const;
    const more = { phase: "silence", requestId: "req_123" } as const;
    const { client } = await staged(failing({ ...failure, ...more }));
    await expect(client.chat.completions.create(question)).rejects.toMatchObject({
      status: 504,
      requestID: "req_123",
      error: { code: "timeout", aiex: { entry: "main", phase: "silence", request_id: "req_123" } },
    });
  });

  it("gives the provider's own id of a request with its answer", async () => {
    const { client } = await staged(keeping([], answered({ request_id: "req_123" })));
    const said = await client.chat.completions.create(question);
    expect(said).toMatchObject({ _request_id: "req_123", aiex: { request_id: "req_123" } });
  });

  it("says when to come back, and the SDK does", async () => {
    let asked = 0;
    const { url } = await staged(async () => {
      asked += 1;
      if (asked > 1) return answered();
      throw new CompletionFailed({ code: "limited", message: "Later.", retryable: true, retryAfterMs: 20 });
    });
    const patient = new OpenAI({ apiKey: testToken, baseURL: `${url}/v1`, maxRetries: 1 });
    const said = await patient.chat.completions.create(question);
    expect(said.choices[0]?.message.content).toBe("Four.");
  });

  it("has nothing repeated that would fail again", async () => {
    let asked = 0;
    const { url } = await staged(async () => {
      asked += 1;
      throw new CompletionFailed({ code: "budget", message: "All used.", retryable: false });
    });
    const patient = new OpenAI({ apiKey: testToken, baseURL: `${url}/v1`, maxRetries: 3 });
    await expect(patient.chat.completions.create(question)).rejects.toThrow("All used.");
    expect(asked).toBe(1);
  });

  it("ends a stream with the error where its answer breaks off", async () => {
    const { client } = await staged(async (_, { hear }) => {
      hear?.({ type: "text", text: "Fo" });
      const failure = { code: "connection", message: "The line is gone.", retryable: true } as const;
      return answered({ text: "Fo", finish: "partial" }, { failure });
    });
    const stream = await client.chat.completions.create({ ...question, stream: true });
    const heard: string[] = [];
    const reading = (async () => {
      for await (const { choices } of stream) heard.push(choices[0]?.delta.content ?? "");
    })();
    await expect(reading).rejects.toThrow("The line is gone.");
    expect(heard.join("")).toBe("Fo");
    await expect(client.chat.completions.create(question)).rejects.toMatchObject({ status: 502 });
  });

  it("tells a failure before the first word by its status, streamed too", async () => {
    const { client } = await staged(failing({ code: "overloaded", message: "Full.", retryable: true }));
    const asked = client.chat.completions.create({ ...question, stream: true });
    await expect(asked).rejects.toMatchObject({ status: 503, code: "overloaded" });
  });

  it("stops the work for a client that goes away", async () => {
    const stopped = new Moment();
    const begun = new Moment();
    const { client } = await staged(
      (_, { hear, signal }) =>
        new Promise((_resolve, reject) => {
          hear?.({ type: "text", text: "Fo" });
          begun.happen();
          signal.addEventListener("abort", () => {
            stopped.happen();
            reject(signal.reason);
          });
        }),
    );
    const abort = new AbortController();
    const stream = await client.chat.completions.create(
      { ...question, stream: true },
      { signal: abort.signal },
    );
    await begun.come;
    for await (const { choices } of stream) if (choices[0]?.delta.content === "Fo") abort.abort();
    await stopped.come;
  });

  it("answers others while one answer is slow", async () => {
    const held = new Moment();
    let asked = 0;
    const { client } = await staged(async () => {
      asked += 1;
      if (asked === 1) await held.come;
      return answered();
    });
    const slow = client.chat.completions.create(question);
    while (asked === 0) await turn();
    await client.chat.completions.create(question);
    held.happen();
    await slow;
  });

  it("gives a reader that falls behind the whole answer, in fewer pieces", async () => {
    const text = "0123456789abcdef".repeat(64);
    const pieces = 4_000;
    const allSaid = new Moment();
    const { port } = await staged(async (_, { hear }) => {
      for (let piece = 0; piece < pieces; piece += 1) {
        hear?.({ type: "text", text });
        if (piece % 100 === 0) await turn();
      }
      allSaid.happen();
      return answered({ text: text.repeat(pieces) });
    });
    const body = JSON.stringify({ ...question, stream: true });
    const socket = connect(port, "127.0.0.1");
    socket.pause();
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${testToken}\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await allSaid.come;
    let said = "";
    socket.on("data", (chunk) => {
      said += chunk;
    });
    socket.resume();
    await once(socket, "close");
    const lines = said.split("\n").filter((line) => line.startsWith("data: {"));
    const content = lines.map((line) => JSON.parse(line.slice(6)).choices[0]?.delta.content ?? "").join("");
    expect(content.length).toBe(text.length * pieces);
    expect(lines.length).toBeLessThan(pieces);
  });

  it("says that it lives to everybody, and all else to who has the token alone", async () => {
    const { url, ask, port } = await staged(keeping([]));
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: "ok", node: "serve", requests: 0 });
    const refused = await fetch(`${url}/v1/models`);
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    expect((await ask("/v1/models")).status).toBe(200);
    const foreign = new OpenAI({
      apiKey: "aiex-another-token",
      baseURL: `http://127.0.0.1:${port}/v1`,
      maxRetries: 0,
    });
    await expect(foreign.chat.completions.create(question)).rejects.toBeInstanceOf(
      OpenAI.AuthenticationError,
    );
  });

  it("invites no page of a browser", async () => {
    const { ask } = await staged(keeping([]));
    const preflight = await ask("/v1/chat/completions", {
      method: "OPTIONS",
      headers: { origin: "https://example.com", "access-control-request-method": "POST" },
    });
    expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([405, null]);
    const list = await ask("/v1/models", { headers: { origin: "https://example.com" } });
    expect(list.headers.get("access-control-allow-origin")).toBeNull();
  });

  it.each([
    ["no JSON", "{", 400],
    ["no object", "[]", 400],
    ["nothing", "", 400],
    ["bytes that are no text", new Uint8Array([0xff, 0xfe, 0x00]), 400],
    ["more than it takes", new Uint8Array(16 * 1024 * 1024 + 1), 413],
  ])("refuses a body that is %s", async (_, body, status) => {
    const { ask } = await staged(keeping([]));
    const answer = await ask("/v1/chat/completions", { method: "POST", body });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { type: "invalid_request_error" } });
    expect((await ask("/v1/models")).status).toBe(200);
  });

  it("names in a header what it was given and cannot use", async () => {
    const { client } = await staged(keeping([]));
    const asked = client.chat.completions.create({ ...question, top_p: 0.5, seed: 7 });
    const { response } = await asked.withResponse();
    expect(response.headers.get("x-aiex-ignored")).toBe("top_p, seed");
  });

  it("goes on after its process was killed, and tells whoever waited", async () => {
    const begun = new Moment();
    let asked = 0;
    const { client, node, ask } = await staged(async () => {
      asked += 1;
      if (asked > 1) return answered();
      begun.happen();
      return new Promise(() => {});
    });
    const lost = client.chat.completions.create(question);
    await begun.come;
    const pid = node.whereis(endpointName);
    if (pid !== undefined) node.exit(pid, "kill");
    await expect(lost).rejects.toMatchObject({ status: 503, code: "stopping" });
    while ((await ask("/health")).status !== 200) await turn();
    expect((await client.chat.completions.create(question)).choices[0]?.message.content).toBe("Four.");
  });

  it("ends a stream with an error that had begun when its process was killed", async () => {
    const { node, client } = await staged(async (_, { hear }) => {
      hear?.({ type: "text", text: "Fo" });
      return new Promise(() => undefined);
    });
    const stream = await client.chat.completions.create({ ...question, stream: true });
    const read = async (): Promise<void> => {
      for await (const { choices } of stream) {
        if (choices[0]?.delta.content !== "Fo") continue;
        const pid = node.whereis(endpointName);
        if (pid !== undefined) node.exit(pid, "kill");
      }
    };
    await expect(read()).rejects.toThrow("The endpoint is being stopped or started again.");
  });

  it("takes no more than it can work on, says when to come back, and then takes more", async () => {
    const all = new Moment();
    const free = new Moment();
    let begun = 0;
    const { ask, client } = await staged(async () => {
      begun += 1;
      if (begun === endpointLimits.requestsMax) all.happen();
      await free.come;
      return answered();
    });
    const body = JSON.stringify(question);
    const headers = { "content-type": "application/json" };
    const chat = () => ask("/v1/chat/completions", { method: "POST", body, headers });
    const working = Array.from({ length: endpointLimits.requestsMax }, chat);
    await all.come;
    const refused = await chat();
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await refused.json()).toMatchObject({ error: { code: "busy" } });
    free.happen();
    const statuses = new Set((await Promise.all(working)).map(({ status }) => status));
    expect([...statuses]).toEqual([200]);
    // One is done a moment after it was answered.
    while (((await (await ask("/health")).json()) as { requests: number }).requests > 0) await turn();
    expect((await client.chat.completions.create(question)).choices[0]?.message.content).toBe("Four.");
  });

  it("says so where a request meets a fault of the program, and lives on", async () => {
    let asked = 0;
    const { client } = await staged(async () => {
      asked += 1;
      if (asked > 1) return answered();
      throw new TypeError("a mistake");
    });
    await expect(client.chat.completions.create(question)).rejects.toMatchObject({
      status: 500,
      code: "crashed",
    });
    expect((await client.chat.completions.create(question)).choices[0]?.message.content).toBe("Four.");
  });
});
