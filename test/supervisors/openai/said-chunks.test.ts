// What a model says, as the chunks of a stream.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SaidEvent } from "../../../actors/llm/model-event.ts";
import { SaidChunks, type StreamTerms } from "../../../supervisors/openai/said-chunks.ts";
import { answered } from "./stage.ts";

const terms: StreamTerms = {
  frame: { id: "chatcmpl-1", created: 1_790_000_000, model: "auto" },
  wantsUsage: false,
  isStructured: false,
  hasTools: false,
};
const text = (said: string): SaidEvent => ({ type: "text", text: said });
const restarted: SaidEvent = { type: "restarted", entry: "other", reason: "The first one failed." };

function parsed(stream: string): readonly Record<string, unknown>[] {
  return stream
    .split("\n\n")
    .flatMap((line) => (line.startsWith("data: {") ? [JSON.parse(line.slice(6))] : []));
}

function taken(chunks: SaidChunks, events: readonly SaidEvent[]): void {
  for (const event of events) chunks.take(event);
}

function contentOf(stream: string): string {
  return parsed(stream)
    .flatMap(({ choices }) => (choices ?? []) as readonly { delta: { content?: string } }[])
    .map(({ delta }) => delta.content ?? "")
    .join("");
}

function whole(events: readonly SaidEvent[], all: string, given: Partial<StreamTerms> = {}): string {
  const chunks = new SaidChunks({ ...terms, ...given });
  taken(chunks, events);
  return chunks.flush() + chunks.finish(answered({ text: all }));
}

describe("The chunks of a stream", () => {
  it("begin with who speaks, and end with why it ends and who said it", () => {
    const stream = whole([text("Hi")], "Hi");
    const [first, said, last, ...others] = parsed(stream);
    expect(others).toEqual([]);
    expect(first).toEqual({
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      created: 1_790_000_000,
      model: "auto",
      choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }],
    });
    expect(said).toMatchObject({ choices: [{ delta: { content: "Hi" } }] });
    expect(last).toMatchObject({
      choices: [{ index: 0, delta: {}, finish_reason: "stop" }],
      aiex: { entry: "main", model: "model-1", cost_usd: 0.001 },
    });
    expect(stream.endsWith("data: [DONE]\n\n")).toBe(true);
  });

  it("have in them all of an answer of which nothing was heard before", () => {
    expect(contentOf(whole([], "All at once."))).toBe("All at once.");
  });

  it("put pieces together that wait, and keep thoughts and words apart", () => {
    const chunks = new SaidChunks(terms);
    taken(chunks, [
      text("a"),
      text("b"),
      { type: "reasoning", text: "?" },
      { type: "reasoning", text: "!" },
      text("c"),
    ]);
    const deltas = parsed(chunks.flush()).map(
      ({ choices }) => (choices as readonly { delta: object }[])[0]?.delta,
    );
    expect(deltas).toEqual([
      { role: "assistant", content: "" },
      { content: "ab" },
      { reasoning_content: "?!" },
      { content: "c" },
    ]);
    expect(chunks.flush()).toBe("");
  });

  it("never cut a character in two, and lose no half of one", () => {
    const chunks = new SaidChunks(terms);
    taken(chunks, [text("a\ud83d")]);
    const first = chunks.flush();
    expect(contentOf(first)).toBe("a");
    taken(chunks, [text("\ude00b")]);
    expect(contentOf(chunks.flush())).toBe("😀b");
    taken(chunks, [text("\ud83d")]);
    expect(contentOf(chunks.flush() + chunks.finish(answered({ text: "a😀b\ud83d" })))).toBe("\ud83d");
  });

  it("give every answer as it was, however it is cut into pieces and batches", () => {
    const piece = fc.string({ unit: "binary", maxLength: 8 });
    fc.assert(
      fc.property(fc.array(fc.array(piece, { maxLength: 4 }), { maxLength: 8 }), (batches) => {
        const chunks = new SaidChunks(terms);
        const written = batches.map((batch, number) => {
          taken(chunks, batch.map(text));
          // A reader that is behind gets some of them together.
          return number % 2 === 0 ? chunks.flush() : "";
        });
        const all = batches.flat().join("");
        expect(contentOf(written.join("") + chunks.finish(answered({ text: all })))).toBe(all);
      }),
    );
  });

  it("hold an answer by a schema until it is whole, so that it may begin again", () => {
    const chunks = new SaidChunks({ ...terms, isStructured: true });
    taken(chunks, [text('{"a"'), restarted, text('{"b":1}')]);
    expect(chunks.flush()).toBe("");
    expect(chunks.problem).toBeUndefined();
    expect(contentOf(chunks.finish(answered({ text: '{"b":1}' })))).toBe('{"b":1}');
  });

  it("hold calls of tools until the answer is whole", () => {
    const chunks = new SaidChunks({ ...terms, hasTools: true });
    const call = { id: "1", name: "f", arguments: { a: 1 } };
    taken(chunks, [text("I look."), { type: "tool_call", call: { ...call, name: "lost" } }]);
    taken(chunks, [restarted, text("Look."), { type: "tool_call", call }]);
    const end =
      chunks.flush() + chunks.finish(answered({ text: "Look.", tool_calls: [call], finish: "tool_calls" }));
    expect(end).not.toContain("lost");
    expect(contentOf(end)).toBe("I look.\n\nLook.");
    expect(JSON.stringify(parsed(end))).toContain(
      '{"index":0,"id":"1","type":"function","function":{"name":"f","arguments":"{\\"a\\":1}"}}',
    );
  });

  it("say that they cannot go on where words were said that count no more", () => {
    const chunks = new SaidChunks(terms);
    taken(chunks, [text("Hel")]);
    expect(chunks.problem).toBeUndefined();
    taken(chunks, [restarted, text("Hello")]);
    expect(chunks.problem).toMatchObject({ status: 503, code: "answer_began_again" });
  });

  it("begin again without a word where only thoughts were told", () => {
    const stream = whole([{ type: "reasoning", text: "Hm" }, restarted, text("Hello")], "Hello");
    expect(contentOf(stream)).toBe("Hello");
  });

  it("tell what was used, where that is wanted and known", () => {
    const usage = { input_tokens: 10, cached_tokens: 4, output_tokens: 2 };
    const chunks = new SaidChunks({ ...terms, wantsUsage: true });
    taken(chunks, [text("Hi")]);
    const stream = parsed(chunks.flush() + chunks.finish(answered({ text: "Hi", usage })));
    expect(stream.map((chunk) => chunk.usage)).toEqual([
      null,
      null,
      null,
      {
        prompt_tokens: 10,
        completion_tokens: 2,
        total_tokens: 12,
        prompt_tokens_details: { cached_tokens: 4 },
      },
    ]);
    expect(parsed(whole([], "Hi")).some((chunk) => "usage" in chunk)).toBe(false);
  });

  it("hold nothing that ends a line within them, whatever is said", () => {
    const stream = whole([text("data: [DONE]\n\ndata: {}\r\n\u2028")], "data: [DONE]\n\ndata: {}\r\n\u2028");
    expect(stream.match(/data: \[DONE\]\n\n/g)).toHaveLength(1);
    expect(contentOf(stream)).toBe("data: [DONE]\n\ndata: {}\r\n\u2028");
  });
});
