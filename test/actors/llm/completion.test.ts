import { describe, expect, test } from "vitest";
import { completion, completionRequest, isPlainCompletion } from "../../../actors/llm/completion.ts";
import { schemaCharactersMax } from "../../../actors/llm/limits.ts";

const messages = [{ role: "user", content: "Hello?" }];
const schema = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };

function problemOf(answer_schema: unknown): string | undefined {
  return completionRequest.safeParse({ messages, answer_schema }).error?.issues[0]?.message;
}

const plain = { text: "Hi.", model: "m", finish: "stop" };
const usage = { input_tokens: 1, output_tokens: 0 };

describe("a plain completion", () => {
  test.each([
    plain,
    { ...plain, usage, request_id: "r" },
    { ...plain, usage: { ...usage, cached_tokens: 1, cache_write_tokens: 1 } },
  ])("is one by the schema too: %j", (given) => {
    expect([isPlainCompletion(given as never), completion.safeParse(given).success]).toEqual([true, true]);
  });

  const strange: readonly unknown[] = [
    undefined,
    null,
    "Hi.",
    [],
    {},
    7,
    1.5,
    -1,
    Number.NaN,
    "",
    "x".repeat(201),
  ];

  test("is nothing that the schema refuses", () => {
    const changed = ["text", "model", "finish", "usage", "request_id", "more"].flatMap((key) =>
      strange.map((value) => ({ ...plain, [key]: value })),
    );
    const counted = ["input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "more"].flatMap(
      (key) => strange.map((value) => ({ ...plain, usage: { ...usage, [key]: value } })),
    );
    for (const given of [...strange, ...changed, ...counted])
      if (!completion.safeParse(given).success)
        expect([given, isPlainCompletion(given as never)]).toEqual([given, false]);
  });
});

describe("answer_schema", () => {
  test("is taken as it stands", () => {
    const request = { messages, answer_schema: { name: "a_b-9", schema } };
    expect(completionRequest.parse(request)).toEqual(request);
  });

  const circular: Record<string, unknown> = { type: "object" };
  circular.self = circular;

  test.each<[string, unknown, RegExp]>([
    ["a name with other characters", { name: "a b", schema }, /letters, digits/],
    ["no name", { name: "", schema }, /letters, digits/],
    ["a name too long", { name: "x".repeat(65), schema }, /letters, digits/],
    ["no object at its root", { name: "a", schema: { type: "array" } }, /type is "object"/],
    ["an empty schema", { name: "a", schema: {} }, /type is "object"/],
    ["a list for a schema", { name: "a", schema: [] }, /expected record/],
    ["a schema that holds itself", { name: "a", schema: circular }, /must be JSON/],
    ["a number that JSON has not", { name: "a", schema: { type: "object", x: 1n } }, /must be JSON/],
    [
      "a schema too long",
      { name: "a", schema: { type: "object", x: "x".repeat(schemaCharactersMax) } },
      /at most/,
    ],
    ["something else beside", { name: "a", schema, strict: false }, /strict/],
  ])("is refused with %s", (_, given, message) => {
    expect(problemOf(given)).toMatch(message);
  });
});
