// JSON for programs.
import { describe, expect, it } from "vitest";
import { renderJson } from "../../../cli/render/json.ts";

describe("renderJson()", () => {
  it("indents, ends with a line feed and escapes what a terminal would act on", () => {
    expect(renderJson({ a: ["\x1b\u009b\u2028\u202e\x7f"] })).toBe(
      '{\n  "a": [\n    "\\u001b\\u009b\\u2028\\u202e\\u007f"\n  ]\n}\n',
    );
  });
});
