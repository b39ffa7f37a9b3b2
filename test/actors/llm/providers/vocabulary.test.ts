// What every provider says in one vocabulary: pieces as they come, tools that are wanted, tokens, ids and limits.
import { describe, expect, test } from "vitest";
import type { CompletionRequest } from "../../../../actors/llm/completion.ts";
import { toolCallsMax } from "../../../../actors/llm/limits.ts";
import type { ToldLimits } from "../../../../actors/llm/provider.ts";
import { toolArgumentsCharactersMax } from "../../../../actors/llm/providers/limits.ts";
import type { Reply } from "../scripted-server.ts";
import { errorBody, piecesOf, type SpokenCall } from "../wire-formats.ts";
import { ask, dialectOf, hello, kinds, Listener, PatientWorld, talk } from "./adapters.ts";

const parameters = {
  type: "object",
  properties: { path: { type: "string" } },
  required: ["path"],
  additionalProperties: false,
};
const tools = [
  { name: "read_file", description: "Reads a file.", parameters },
  { name: "list_files", description: "Lists files.", parameters },
];
const request: CompletionRequest = { ...hello, tools };
const call = (json: SpokenCall["json"] = '{"path":"a.ts"}', id = "call_1"): SpokenCall => ({
  id,
  name: "read_file",
  json,
});

describe.each(kinds)("The adapter of %s", (kind) => {
  const dialect = dialectOf(kind);
  const asking = async (reply: Reply, given = request) => {
    const listener = new Listener();
    const { provider, server } = await talk(kind, reply);
    const outcome = await ask(provider, { request: given, hear: listener.hear });
    return { outcome, events: listener.events, body: server.requests[0]?.body };
  };

  test("tells each piece as it comes, reasoning apart, and gives the whole", async () => {
    const { outcome, events } = await asking({ say: ["Hel", "", "lo"], thinks: ["Let me ", "see."] });
    expect(events).toEqual([
      { type: "reasoning", text: "Let me " },
      { type: "reasoning", text: "see." },
      { type: "text", text: "Hel" },
      { type: "text", text: "lo" },
    ]);
    expect(outcome).toMatchObject({ text: "Hello", finish: "stop" });
  });

  test("tells a piece before the next one is sent", async () => {
    const listener = new Listener();
    const { provider, server } = await talk(kind, { say: ["Hello"], finish: null, stallAfter: 99 });
    const controller = new AbortController();
    const asked = ask(provider, { hear: listener.hear, signal: controller.signal });
    await listener.count(1);
    expect(listener.events).toEqual([{ type: "text", text: "Hello" }]);
    controller.abort();
    await asked;
    await (await server.request(0)).givenUp;
  });

  test("offers tools, and tells each one that is wanted whole, once and at the end", async () => {
    const calls = [
      call(['{"pa', 'th":"', 'a.ts"}']),
      { id: "call_2", name: "list_files", json: '{"path":"."}' },
    ];
    const { outcome, events, body } = await asking({ say: "Let me look.", calls });
    const told = [
      { id: "call_1", name: "read_file", arguments: { path: "a.ts" } },
      { id: "call_2", name: "list_files", arguments: { path: "." } },
    ];
    expect(events).toEqual([
      { type: "text", text: "Let me look." },
      { type: "tool_call", call: told[0] },
      { type: "tool_call", call: told[1] },
    ]);
    expect(outcome).toMatchObject({ text: "Let me look.", finish: "tool_calls", tool_calls: told });
    expect(JSON.stringify(body?.tools)).toContain('"Reads a file."');
  });

  test("takes an answer that is nothing but tools", async () => {
    const { outcome } = await asking({ say: "", calls: [call()] });
    expect(outcome).toMatchObject({ text: "", finish: "tool_calls" });
  });

  test("takes a tool that is wanted with nothing", async () => {
    const { outcome } = await asking({ say: "", calls: [call("")] });
    expect(outcome).toMatchObject({ tool_calls: [{ name: "read_file", arguments: {} }] });
  });

  test("makes up an id where there is none, where it is used twice and where it is none", async () => {
    const calls = [
      call(undefined, "x"),
      call(undefined, "y"),
      { name: "read_file", json: "{}" },
      call("{}", "\u001b[2J"),
    ];
    const same = calls.map((one) => (one.id === "y" ? { ...one, id: "x" } : one));
    const { outcome } = await asking({ say: "", calls: same });
    const ids = (outcome as { tool_calls: { id: string }[] }).tool_calls.map(({ id }) => id);
    expect(ids[0]).toBe("x");
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9_]+$/);
  });

  test.each(["length", "refused"])("wants no tool used where its answer ends early: %s", async (end) => {
    const anthropic = end === "length" ? "max_tokens" : "refusal";
    const finish = dialect === "anthropic" ? anthropic : end === "length" ? "length" : "content_filter";
    const { outcome, events } = await asking({ say: "Hm", calls: [call(), call('{"pa', "call_2")], finish });
    if (dialect === "ollama" && end === "refused") return;
    expect(outcome).toMatchObject({ text: "Hm", finish: end });
    expect(outcome).not.toHaveProperty("tool_calls");
    expect(events).toEqual([{ type: "text", text: "Hm" }]);
  });

  test("sends a conversation with tools, and the answers to them", async () => {
    const { body } = await asking(
      { say: "Done." },
      {
        ...request,
        tool_choice: { name: "read_file" },
        messages: [
          { role: "user", content: "Read both." },
          {
            role: "assistant",
            content: "",
            tool_calls: [
              { id: "call_1", name: "read_file", arguments: { path: "a" } },
              { id: "call:2", name: "list_files", arguments: { path: "b" } },
            ],
          },
          { role: "tool", tool_call_id: "call_1", content: "A" },
          { role: "tool", tool_call_id: "call:2", content: "B" },
          { role: "assistant", content: "So far" },
        ],
      },
    );
    expect(body).toMatchObject(conversations[dialect]);
  });

  test("counts tokens, and those of them that came from a cache or were put there", async () => {
    const { outcome } = await asking({ say: "Hi", usage: { input: 120, cached: 100, kept: 12, output: 5 } });
    const cached = dialect === "ollama" ? {} : { cached_tokens: 100, cache_write_tokens: 12 };
    expect(outcome).toMatchObject({ usage: { input_tokens: 120, ...cached, output_tokens: 5 } });
  });

  test("passes on the id of the request, of an answer and of an error", async () => {
    const headers = {
      [dialect === "anthropic" ? "request-id" : "x-request-id"]: "req_011CSHoEeqs5C35K2UUqR7Fy",
    };
    const { outcome } = await asking({ say: "Hi", headers });
    expect(outcome).toMatchObject({ request_id: "req_011CSHoEeqs5C35K2UUqR7Fy" });
    for (const reply of [
      { status: 500, body: "", headers },
      { say: "Hi", finish: null, headers },
      { body: "nonsense", headers },
    ]) {
      const { outcome: failure } = await asking(reply);
      expect(failure).toMatchObject({ requestId: "req_011CSHoEeqs5C35K2UUqR7Fy" });
    }
    const hostile = { ...headers, "x-request-id": "a b", "request-id": "\u00ff" };
    expect((await asking({ say: "Hi", headers: hostile })).outcome).not.toHaveProperty("request_id");
  });

  test("tells the limits in its headers before the first piece, those of an error too", async () => {
    const order: (string | ToldLimits)[] = [];
    const headers = {
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": "59",
      "x-ratelimit-reset-requests": "1s",
    };
    const told = { requests: { limit: 60, remaining: 59, resetMs: 1_000 } };
    for (const reply of [
      { say: "Hi", headers },
      { status: 429, body: "", headers },
    ]) {
      const { provider } = await talk(kind, reply);
      await ask(provider, {
        limits: (limits) => order.push(limits),
        hear: ({ type }) => order.push(type),
      });
    }
    expect(order).toEqual([told, "text", told]);
  });

  test("ends with what its listener throws, and hears no more of it", async () => {
    const heard: unknown[] = [];
    const fault = new RangeError("enough");
    const { server, provider } = await talk(kind, { say: ["a", "b", "c"], stallAfter: 99 });
    const asked = ask(provider, {
      hear: (event) => {
        heard.push(event);
        throw fault;
      },
    });
    await expect(asked).rejects.toBe(fault);
    expect(heard).toHaveLength(1);
    await (await server.request(0)).givenUp;
  });

  test("tells nothing more once it is given up, though more has come already", async () => {
    const listener = new Listener();
    const controller = new AbortController();
    const whole = piecesOf(dialect, { say: ["a", "b", "c"] }, "m").join("");
    const fetch = async () => new Response(whole);
    const { provider } = await talk(kind, { say: "" });
    const outcome = await ask(provider, {
      world: new PatientWorld(fetch),
      signal: controller.signal,
      hear: (event) => {
        listener.hear(event);
        controller.abort();
      },
    });
    expect(outcome).toMatchObject({ code: "timeout", message: expect.stringContaining("given up") });
    expect(listener.events).toHaveLength(1);
  });

  test.each<[string, Reply]>([
    ["a tool that was not offered", { say: "", calls: [{ ...call(), name: "delete_all" }] }],
    ["a tool without a name", { say: "", calls: [{ ...call(), name: "" }] }],
    ["arguments that are no JSON", { say: "", calls: [call('{"path":')] }],
    ["arguments that are no object", { say: "", calls: [call("[1]")] }],
    ["arguments nested too deeply", { say: "", calls: [call(`{"a":${"[".repeat(33)}${"]".repeat(33)}}`)] }],
    [
      "arguments nested far too deeply",
      { say: "", calls: [call(`{"a":${"[".repeat(2_000)}${"]".repeat(2_000)}}`)] },
    ],
    [
      "too many tools",
      { say: "", calls: Array.from({ length: toolCallsMax + 1 }, (_, at) => call("{}", `c${at}`)) },
    ],
    [
      "arguments that are too long",
      {
        say: "",
        calls: [
          call(['{"path":"', ..."xxx".split("").map((x) => x.repeat(toolArgumentsCharactersMax / 2)), '"}']),
        ],
      },
    ],
  ])("row 37: does not pass on %s", async (_, reply) => {
    const { outcome, events } = await asking(reply);
    expect(outcome).toMatchObject({ code: "protocol", retryable: true, failsOver: true });
    expect(events).toEqual([]);
  });

  test("row 37: shows no key in what it says about arguments that make no sense", async () => {
    const { outcome } = await asking({ say: "", calls: [call('{"path": sk-canary-0123456789')] });
    expect((outcome as Error).message).toContain("[secret]");
  });

  test("says of an answer that is filtered away whole that it is", async () => {
    if (dialect === "ollama") return;
    const finish = dialect === "anthropic" ? "refusal" : "content_filter";
    const { outcome } = await asking({ say: "", finish });
    expect(outcome).toMatchObject({ code: "content_filtered", retryable: false, failsOver: true });
    const filtered = {
      status: 400,
      body: errorBody(dialect, "content_filter", "Output blocked by content filtering policy"),
    };
    expect((await asking(filtered)).outcome).toMatchObject({ code: "content_filtered" });
  });
});

const portable = expect.stringMatching(/^call_[0-9a-f]{32}$/);

const conversations = {
  openai: {
    tool_choice: { type: "function", function: { name: "read_file" } },
    tools: [{ type: "function", function: { name: "read_file", parameters } }, {}],
    messages: [
      { role: "user", content: "Read both." },
      {
        role: "assistant",
        content: null,
        tool_calls: [
          { id: "call_1", type: "function", function: { name: "read_file", arguments: '{"path":"a"}' } },
          { id: portable, type: "function", function: { name: "list_files", arguments: '{"path":"b"}' } },
        ],
      },
      { role: "tool", tool_call_id: "call_1", content: "A" },
      { role: "tool", tool_call_id: portable, content: "B" },
      { role: "assistant", content: "So far" },
    ],
  },
  anthropic: {
    tool_choice: { type: "tool", name: "read_file" },
    tools: [{ name: "read_file", input_schema: parameters }, {}],
    messages: [
      { role: "user", content: "Read both." },
      {
        role: "assistant",
        content: [
          { type: "tool_use", id: "call_1", name: "read_file", input: { path: "a" } },
          { type: "tool_use", id: portable, name: "list_files", input: { path: "b" } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "call_1", content: "A" },
          { type: "tool_result", tool_use_id: portable, content: "B" },
        ],
      },
      { role: "assistant", content: "So far" },
    ],
  },
  ollama: {
    tools: [{ type: "function", function: { name: "read_file", parameters } }],
    messages: [
      { role: "user", content: "Read both." },
      {
        role: "assistant",
        content: "",
        tool_calls: [
          { function: { name: "read_file", arguments: { path: "a" } } },
          { function: { name: "list_files", arguments: { path: "b" } } },
        ],
      },
      { role: "tool", tool_name: "read_file", content: "A" },
      { role: "tool", tool_name: "list_files", content: "B" },
      { role: "assistant", content: "So far" },
    ],
  },
};
