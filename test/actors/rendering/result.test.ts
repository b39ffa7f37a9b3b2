// Results by their schema: each goes to its own renderer, and what nobody knows is shown as data.
import { describe, expect, it } from "vitest";
import { markdownOf, textOf } from "../../../actors/rendering/result.ts";
import { reportFile } from "../../../actors/rendering/terminal.ts";
import { report } from "../../cli/fixtures.ts";

const file = { file: "src/a.ts", language: "typescript", remarks: "It is short.", verification: null };
const made = { ...file, path: null, run: null, code: "one();\n" };
const edited = { input: "src", mode: "preview", remarks: "", files: [], left_out: [], run: null };

const results = [
  [report({}), "# Code Analysis Results\n", "Code Analysis Results\n"],
  [
    {
      ...{ schema: "aiex.explanation/1", file: "src/a.ts", level: "basic", focus: "patterns" },
      ...{ summary: "It adds.", claims: [], dropped: 0, complete: true },
    },
    "# Explanation of `src/a.ts`\n",
    "Explanation of src/a.ts\n",
  ],
  [
    { schema: "aiex.refactoring/1", type: "all", verification: null, ...edited },
    "# Refactoring of `src`\n",
    "Refactoring of src\n",
  ],
  [{ schema: "aiex.comments/1", ...edited }, "# Comments for `src`\n", "Comments for src\n"],
  [{ schema: "aiex.generation/1", type: "module", ...made }, "# Generation of a module\n", "one();\n"],
  [
    { schema: "aiex.test_generation/1", place: "test/a.test.ts", coverage: null, ...made },
    "# Tests for `src/a.ts`\n",
    "one();\n",
  ],
  [{ schema: "aiex.documentation/1", markdown: "# Adding\n" }, "# Adding\n", "# Adding\n"],
] as const;

describe("markdownOf()", () => {
  it.each(results)("makes a page of %j", (result, markdown) => {
    expect(markdownOf(result).startsWith(markdown)).toBe(true);
    expect(markdownOf(result).endsWith("\n")).toBe(true);
  });

  it.each([[{}], [{ schema: "aiex.explanation/9", a: 1 }], [{ schema: ["aiex.analysis/1"] }]])(
    "shows %j, of which nobody knows the form, as data",
    (result) => {
      expect(markdownOf(result)).toBe(`\`\`\`json\n${JSON.stringify(result, null, 2)}\n\`\`\`\n`);
    },
  );

  it("lets nothing of unknown data out of its block", () => {
    expect(markdownOf({ a: "```\n# title\n\u001b[2J" })).toBe(
      '````json\n{\n  "a": "```\\n# title\\n\\u001b[2J"\n}\n````\n',
    );
  });
});

describe("textOf()", () => {
  it.each(results)("makes a text of %j", (result, _, text) => {
    expect(
      textOf(result)
        .replace(/^\p{Extended_Pictographic}\uFE0F? /u, "")
        .startsWith(text),
    ).toBe(true);
  });

  it("is laid out for the terminal that is given", () => {
    const [, [explanation]] = results;
    expect(textOf(explanation, { ...reportFile, unicode: false })).toMatch(/^Explanation of/);
    expect(textOf({ schema: "other", text: "é" }, { ...reportFile, unicode: false })).toBe(
      '{\n  "schema": "other",\n  "text": "\\u{e9}"\n}\n',
    );
  });
});
