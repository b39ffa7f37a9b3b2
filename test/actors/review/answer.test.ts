// What is asked of a model as a form, and what of its text is taken.
import { describe, expect, test } from "vitest";
import { answerSchema, readAnswer } from "../../../actors/review/answer.ts";
import { findingsMax, sentenceCharactersMax } from "../../../actors/review/limits.ts";

const finding = {
  line: 1,
  end_line: 1,
  quote: "x = 1",
  category: "quality",
  severity: "info",
  message: "m",
  remedy: "r",
};
const answer = { summary: "s", score: 7, findings: [finding] };

describe("answerSchema()", () => {
  /** Every schema inside a schema. */
  function* schemasIn(schema: unknown): Generator<Record<string, unknown>> {
    if (typeof schema !== "object" || schema === null) return;
    if ("type" in schema && typeof schema.type === "string") yield schema as Record<string, unknown>;
    for (const inner of Object.values(schema)) yield* schemasIn(inner);
  }

  test("closes every object, requires every key and uses no keyword that strict modes refuse", () => {
    const { name, schema } = answerSchema("all");
    expect(name).toMatch(/^\w+$/);
    const allowed = new Set([
      "type",
      "properties",
      "required",
      "additionalProperties",
      "items",
      "enum",
      "description",
    ]);
    const schemas = [...schemasIn(schema)];
    expect(schemas.length).toBeGreaterThan(5);
    for (const inner of schemas) {
      expect(Object.keys(inner).filter((key) => !allowed.has(key))).toEqual([]);
      if (inner.type !== "object") continue;
      expect(inner.additionalProperties).toBe(false);
      expect(inner.required).toEqual(Object.keys(inner.properties as object));
    }
  });

  test("offers only the categories that are asked for", () => {
    expect(JSON.stringify(answerSchema("security"))).toContain('"enum":["security"]');
    expect(JSON.stringify(answerSchema("quality"))).toContain('"enum":["quality","smells"]');
  });
});

describe("readAnswer()", () => {
  test.each([
    ["as it is", JSON.stringify(answer)],
    ["in a fence", `\`\`\`json\n${JSON.stringify(answer)}\n\`\`\``],
    ["between words", `Here you are: ${JSON.stringify(answer)} Anything else?`],
    ["with keys that nobody asked for", JSON.stringify({ ...answer, more: 1, __proto__: { a: 1 } })],
  ])("takes an answer %s", (_, text) => {
    expect(readAnswer(text, "all")).toEqual({ ok: true, answer });
  });

  test.each<[string, string, RegExp]>([
    ["nothing", "", /no JSON document/],
    ["prose", "PWNED", /no JSON document/],
    ["half an answer", JSON.stringify(answer).slice(0, 60), /no JSON document/],
    ["a list", "[]", /Invalid input/],
    ["a number", "7", /Invalid input/],
    ["no findings", JSON.stringify({ summary: "s", score: 7 }), /findings/],
    ["a score beyond ten", JSON.stringify({ ...answer, score: 11 }), /score/],
    [
      "an unknown severity",
      JSON.stringify({ ...answer, findings: [{ ...finding, severity: "fatal" }] }),
      /severity/,
    ],
    ["a line that is none", JSON.stringify({ ...answer, findings: [{ ...finding, line: 0 }] }), /line/],
    ["a line as text", JSON.stringify({ ...answer, findings: [{ ...finding, line: "1" }] }), /line/],
    [
      "a message that is none",
      JSON.stringify({ ...answer, findings: [{ ...finding, message: {} }] }),
      /message/,
    ],
    ["brackets without an end", `{"a":${"[".repeat(100_000)}`, /no JSON document/],
  ])("refuses %s and says why", (_, text, problem) => {
    const read = readAnswer(text, "all");
    expect(read.ok ? "" : read.problem).toMatch(problem);
  });

  test("leaves findings out whose category was not asked for", () => {
    const findings = [finding, { ...finding, category: "security" }];
    expect(readAnswer(JSON.stringify({ ...answer, findings }), "security")).toMatchObject({
      ok: true,
      answer: { findings: [{ category: "security" }] },
    });
  });

  test("cuts what is too long and too much", () => {
    const long = { ...finding, message: "x".repeat(sentenceCharactersMax + 1) };
    const read = readAnswer(
      JSON.stringify({ ...answer, findings: Array(findingsMax + 5).fill(long) }),
      "all",
    );
    expect(read.ok && read.answer.findings.length).toBe(findingsMax);
    expect(read.ok && read.answer.findings[0]?.message).toHaveLength(sentenceCharactersMax + 1);
    expect(read.ok && read.answer.findings[0]?.message.endsWith("…")).toBe(true);
  });

  test("looks at no more findings than it takes, however many there are", () => {
    const wrong = JSON.stringify({
      ...answer,
      findings: [...Array(findingsMax).fill(finding), ...Array(100_000).fill({})],
    });
    expect(readAnswer(wrong, "all")).toMatchObject({ ok: true });
    const all = readAnswer(JSON.stringify({ ...answer, findings: Array(100_000).fill({}) }), "all");
    expect(all.ok || all.problem.length).toBeLessThan(2_000);
  });
});
