// JSON that a person typed: the value, or the place where it stops being JSON.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonPrefixLength, jsonValue } from "../../cli/json-input.ts";
import { UsageError } from "../../cli/usage.ts";

const input = { placeholder: "MESSAGE", topic: "send" };

function refusal(text: string): string {
  try {
    jsonValue(text, input);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
  }
  throw new Error(`${text} was taken`);
}

describe("jsonValue()", () => {
  it("gives the value", () => {
    expect(jsonValue('{"type":"press","by":[1,2.5e3,null,true,"ä\\n"]}', input)).toEqual({
      type: "press",
      by: [1, 2_500, null, true, "ä\n"],
    });
  });

  it.each([
    ["{type:press}", "line 1, column 2", 'there is "type:press}"'],
    ["press", "line 1, column 1", "double quotes"],
    ['{"a":1,}', "line 1, column 8", 'there is "}"'],
    ['{"a":1', "line 1, column 7", "it ends there"],
    ["", "line 1, column 1", "it ends there"],
    ['{\n  "a": 1\n  "b": 2\n}', "line 3, column 3", ""],
    ["[1,,2]", "line 1, column 4", 'there is ",2]"'],
    ["1 2", "line 1, column 3", 'there is "2"'],
    ["{'a':1}", "line 1, column 2", "double quotes"],
    ["01", "line 1, column 2", ""],
    ['["a\nb"]', "line 1, column 2", ""],
    ["NaN", "line 1, column 1", ""],
  ])("says where %j stops being JSON", (text, place, says) => {
    const message = refusal(text);
    expect(message).toContain(`MESSAGE is no JSON at ${place}`);
    expect(message).toContain(says);
  });
});

describe("jsonPrefixLength()", () => {
  it("takes whatever JSON.parse takes, to its end", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 1, 3), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(jsonPrefixLength(text)).toBe(text.length);
      }),
    );
  });

  it("finds a place within what is no JSON, up to which it could have been", () => {
    const broken = fc
      .tuple(fc.jsonValue(), fc.nat(), fc.string({ unit: "binary", maxLength: 3 }))
      .map(([value, at, more]) => {
        const text = JSON.stringify(value);
        return text.slice(0, at % (text.length + 1)) + more + text.slice(at % (text.length + 1));
      });
    fc.assert(
      fc.property(broken, (text) => {
        const length = jsonPrefixLength(text);
        expect(length).toBeLessThanOrEqual(text.length);
        if (length === text.length) return;
        expect(() => JSON.parse(text)).toThrow(SyntaxError);
      }),
    );
  });

  it("is not stopped by depth or length", () => {
    const depth = 200_000;
    expect(jsonPrefixLength("[".repeat(depth))).toBe(depth);
    expect(jsonPrefixLength(`["${"a".repeat(3_000_000)}",]`)).toBe(3_000_004);
  });
});
