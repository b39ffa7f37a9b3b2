import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromPlainJson, toPlainJson } from "../../../actors/control/plain-json.ts";

const there = (value: unknown): unknown => JSON.parse(JSON.stringify(toPlainJson(value)));

const plain = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array().map((bytes) => new Uint8Array(bytes)),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("$bytes", "$plain", "constructor")), tie("value"), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
})).value;

describe("Plain data as JSON", () => {
  it("comes back as it was, bytes and objects that look like them included", () => {
    fc.assert(
      fc.property(
        plain.filter((value) => !JSON.stringify(value).includes("__proto__")),
        (value) => {
          expect(fromPlainJson(there(value))).toEqual(value);
        },
      ),
      { seed: 7, numRuns: 500 },
    );
  });

  it("leaves out fields that are undefined", () => {
    expect(there({ a: undefined, b: [undefined], c: 1 })).toEqual({ b: [null], c: 1 });
  });

  it.each<[string, unknown]>([
    ["bytes that are no base64", { $bytes: "a*b" }],
    ["bytes that are no text", { $bytes: [1, 2] }],
    ["an escape without an object", { $plain: 7 }],
  ])("refuses %s", (_, json) => {
    expect(() => fromPlainJson(json)).toThrow(TypeError);
  });

  it("refuses what is nested so deeply that nobody could have sent it, before the stack is full", () => {
    let json: unknown = 1;
    for (let depth = 0; depth < 100_000; depth += 1) json = [json];
    expect(() => fromPlainJson(json)).toThrow(/nested/);
  });

  it("gives no object another prototype", () => {
    const read = fromPlainJson(JSON.parse('{"__proto__":{"isAdmin":true},"a":1}'));
    expect((read as { readonly isAdmin?: boolean }).isAdmin).toBeUndefined();
    expect(read).toEqual({ a: 1 });
  });
});
