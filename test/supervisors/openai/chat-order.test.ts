// Requests in OpenAI's form, as orders.
import { describe, expect, it } from "vitest";
import { readChatOrder } from "../../../supervisors/openai/chat-order.ts";

const messages = [{ role: "user", content: "Hello" }];

function read(body: unknown) {
  return readChatOrder(new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body)));
}

function order(body: object) {
  const result = read({ model: "auto", messages, ...body });
  if (!result.ok) throw new Error(result.problem.message);
  return result.order;
}

function problem(body: unknown) {
  const result = read(body);
  if (result.ok) throw new Error("It was accepted.");
  return result.problem;
}

describe("A request in OpenAI's form", () => {
  it.each([
    ["auto", undefined, undefined],
    ["main", "main", undefined],
    ["main/gpt-5", "main", "gpt-5"],
    ["router/meta/llama-4", "router", "meta/llama-4"],
  ])("names with the model %s the entry %s and its model %s", (word, provider, model) => {
    const { order: read } = order({ model: word });
    expect([read.provider, read.request.model]).toEqual([provider, model]);
  });

  it("becomes a conversation with tools as it is understood here", () => {
    const { order: read } = order({
      messages: [
        { role: "developer", content: "Be short." },
        {
          role: "user",
          content: [
            { type: "text", text: "Read " },
            { type: "text", text: "a.ts" },
          ],
          name: "ada",
        },
        {
          role: "assistant",
          content: null,
          tool_calls: [
            { id: "1", type: "function", function: { name: "read", arguments: '{"path":"a.ts"}' } },
            { id: "2", type: "function", function: { name: "list", arguments: "" } },
          ],
        },
        { role: "tool", tool_call_id: "1", content: [{ type: "text", text: "export {}" }] },
        { role: "tool", tool_call_id: "2", content: "none" },
        { role: "assistant", content: [{ type: "refusal", refusal: "No." }], tool_calls: [] },
      ],
      tools: [{ type: "function", function: { name: "read", description: null, strict: true } }],
      tool_choice: { type: "function", function: { name: "read" } },
      max_tokens: 100,
      temperature: 0.5,
    });
    expect(read.request).toEqual({
      messages: [
        { role: "system", content: "Be short." },
        { role: "user", content: "Read a.ts" },
        {
          role: "assistant",
          content: "",
          tool_calls: [
            { id: "1", name: "read", arguments: { path: "a.ts" } },
            { id: "2", name: "list", arguments: {} },
          ],
        },
        { role: "tool", tool_call_id: "1", content: "export {}" },
        { role: "tool", tool_call_id: "2", content: "none" },
        { role: "assistant", content: "No." },
      ],
      tools: [{ name: "read", description: "", parameters: { type: "object", properties: {} } }],
      tool_choice: { name: "read" },
      max_output_tokens: 100,
      temperature: 0.5,
    });
  });

  it("may want an answer that is JSON by a schema", () => {
    const schema = { type: "object", properties: {}, required: [], additionalProperties: false };
    const format = { type: "json_schema", json_schema: { name: "report", strict: true, schema } };
    expect(order({ response_format: format }).order.request.answer_schema).toEqual({
      name: "report",
      schema,
    });
    expect(order({ response_format: { type: "text" } }).order.request.answer_schema).toBeUndefined();
  });

  it("takes null for left out, as OpenAI does", () => {
    const nothing = {
      ...{
        stream: null,
        stop: null,
        n: null,
        tools: null,
        tool_choice: null,
        response_format: null,
        user: null,
      },
      ...{ max_tokens: null, temperature: null, stream_options: null, logit_bias: null },
    };
    const { order: read, ignored } = order(nothing);
    expect(ignored).toEqual([]);
    expect(read.request).toEqual({ messages });
  });

  it("prefers the newer name of the limit of length", () => {
    const read = order({ max_tokens: 1, max_completion_tokens: 2 }).order;
    expect(read.request.max_output_tokens).toBe(2);
  });

  it("tells which of its wishes nobody hears of, and none that would break a header", () => {
    const { ignored } = order({
      top_p: 1,
      seed: null,
      "evil\r\nset-cookie: a": 1,
      presence_penalty: 0,
      n: 1,
    });
    expect(ignored).toEqual(["top_p", "presence_penalty"]);
  });

  it.each([
    ["n", 2],
    ["stop", "END"],
    ["stop", ["END"]],
    ["logprobs", true],
    ["top_logprobs", 3],
    ["logit_bias", { 5: 1 }],
    ["functions", [{ name: "old" }]],
    ["modalities", ["text", "audio"]],
    ["audio", {}],
    ["web_search_options", {}],
  ])("is refused with %s = %o, which would change the meaning of the answer", (name, value) => {
    const said = problem({ model: "auto", messages, [name]: value });
    expect(said).toMatchObject({ status: 400, code: "unsupported_parameter", param: name });
  });

  it.each([
    [{}, "model"],
    [{ model: "auto" }, "messages"],
    [{ model: "auto", messages: [] }, "messages"],
    [{ model: "", messages }, "model"],
    [{ model: "main/", messages }, "model"],
    [{ model: "auto", messages: [{ role: "function", content: "" }] }, "messages.0.role"],
    [{ model: "auto", messages: [{ role: "user" }] }, "messages.0.content"],
    [{ model: "auto", messages: [{ role: "user", content: [{ type: "image_url" }] }] }, "messages.0.content"],
    [{ model: "auto", messages: [{ role: "user", content: [null] }] }, "messages.0.content"],
    [{ model: "auto", messages: [{ role: "tool", content: "x" }] }, "messages.0.tool_call_id"],
    [{ model: "auto", messages, temperature: 9 }, "temperature"],
    [{ model: "auto", messages, max_tokens: 0 }, "max_output_tokens"],
    [{ model: "auto", messages, tools: [{ type: "web_search" }] }, "tools.0.type"],
    [{ model: "auto", messages, tool_choice: "maybe" }, "tool_choice"],
    [{ model: "auto", messages, response_format: { type: "json_object" } }, "response_format.type"],
  ])("is refused as %j, with the part that is wrong: %s", (body, param) => {
    expect(problem(body)).toMatchObject({ status: 400, type: "invalid_request_error", param });
  });

  it.each(["[1]", '"[1"', '"{"', "3"])("is refused with %s for the arguments of a tool", (json) => {
    const call = { id: "1", type: "function", function: { name: "f", arguments: json } };
    const said = problem({
      model: "auto",
      messages: [{ role: "assistant", content: "", tool_calls: [call] }],
    });
    expect(said.param).toBe("messages.0.tool_calls.0.function.arguments");
  });

  it.each(["", "null", "3", "[]", '"text"', "{", `${"[".repeat(200_000)}`])("is refused as %.20s", (body) => {
    expect(problem(body)).toMatchObject({ status: 400, param: null });
  });

  it("keeps nothing of what is called __proto__", () => {
    const { order: read } = order({ ...JSON.parse('{"__proto__": {"temperature": 1}}') });
    expect(read.request.temperature).toBeUndefined();
  });
});
