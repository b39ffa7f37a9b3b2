// format_markdown: one page of whatever came before, with one title, in which nothing of a model is fetched, run or followed.
import { describe, expect, it } from "vitest";
import { analysis, documentation, explanation, generation, parts, refactoring, tests } from "../records.ts";
import { odd, resultOf } from "./given.ts";

function pageOf(
  result: Parameters<typeof resultOf>[1],
  title?: string,
): { readonly title: string; readonly markdown: string } {
  const page = resultOf("format_markdown", result, { parameters: title === undefined ? {} : { title } });
  return { title: String(page.title), markdown: String(page.markdown) };
}

describe("format_markdown", () => {
  it.each([
    ["an analysis", analysis(), "Code Analysis Results"],
    ["an explanation", explanation(), "Explanation of src/a.ts"],
    ["a refactoring", refactoring(), "Refactoring of src/a.ts"],
    ["a file", generation(), "Generation of a module"],
    ["tests", tests(), "Tests for src/a.ts"],
    ["documentation", documentation(), "Adding"],
    ["parts", parts(["a", explanation()]), "Results"],
    ["what nobody knows", { schema: "aiex.other/1", a: 1 }, "Result"],
  ])("makes a page of %s", (_, result, title) => {
    const page = pageOf(result);
    expect(page.title).toBe(title);
    expect(page.markdown).toMatch(/^# \S[^\n]*\n\n[\s\S]+\n$/);
  });

  it("puts the title that is asked for above all, and the other headings below it", () => {
    expect(pageOf(documentation(), "Our *code*\n# x")).toEqual({
      title: "Our *code* # x",
      markdown: "# Our \\*code\\* # x\n\n## Adding\n\n### `add`\n\nAdds.\n\n```ts\nadd(1, 2);\n```\n",
    });
    expect(pageOf(parts(["a", explanation()]), "All").markdown).toMatch(
      /^# All\n\n## `a`\n\n### Explanation of /,
    );
  });

  it("gives a page a new title in place of its own", () => {
    const page = resultOf("format_markdown", documentation(), { parameters: { title: "One" } });
    expect(pageOf(page)).toMatchObject({ title: "One", markdown: page.markdown });
    expect(pageOf(page, "Two").markdown).toBe(String(page.markdown).replace("# One", "# Two"));
  });

  it("leaves what looks like a heading in code as it is", () => {
    const markdown = "# A\n\n~~~\n# no heading\n~~~\n\n## B\n";
    expect(pageOf(documentation({ markdown }), "T").markdown).toBe(
      "# T\n\n## A\n\n~~~\n# no heading\n~~~\n\n### B\n",
    );
  });

  it("shows parts under their names, failed ones with the reason", () => {
    expect(pageOf(parts(["src/`a`.ts", explanation()], ["b", null])).markdown).toContain(
      "\n## `b`\n\nThere is no result: The model did not answer.\n",
    );
  });

  it("tells points by their kinds", () => {
    const points = resultOf("extract_insights", analysis());
    expect(pageOf(points).markdown).toBe(
      "# Insights\n\n## Summary\n\n- Read 1 files.\n\n## Findings\n\n- **warning** `src/a.ts:3` This is long. Divide it.\n\n## Recommendations\n\n- Divide it.\n",
    );
  });

  const hostile =
    '<script>x</script> ![x](http://evil.example) [y](javascript:z)\n\n[z]: http://evil.example\n# "';

  it.each([
    [
      "an explanation",
      explanation({
        summary: hostile,
        claims: [{ title: hostile, text: hostile, from_line: 1, to_line: 1 }],
      }),
    ],
    ["a refactoring", refactoring({ remarks: hostile, input: hostile })],
    ["tests", tests({ remarks: hostile, file: hostile })],
    ["documentation", documentation({ markdown: `# A\n\n${hostile}` })],
    ["a page", { schema: "aiex.page/1", title: hostile, markdown: hostile }],
    ["parts", parts([hostile, explanation({ summary: hostile })])],
    ["a part that failed", { schema: "aiex.parts/1", parts: [{ name: "a", reason: hostile }] }],
    [
      "points",
      {
        schema: "aiex.insights/1",
        insights: [
          { kind: "claim", text: hostile, path: hostile, line: null, severity: null, category: null },
        ],
        left_out: 0,
      },
    ],
    ["code", { schema: "aiex.code/1", parts: [{ path: hostile, language: hostile, code: hostile }] }],
    ["what was saved", { schema: "aiex.saved/1", path: hostile, bytes: 1, run: null }],
  ])("lets nothing live out of %s", (_, result) => {
    for (const title of [undefined, hostile]) {
      const live = pageOf(result, title)
        .markdown.replace(/^(`{3,})[^\n]*\n[\s\S]*?\n\1$/gm, "")
        .replace(/(`+)[\s\S]*?[^`]\1(?!`)/g, "")
        .replace(/\\[!-/:-@[-`{-~]/g, "");
      expect(live).not.toMatch(/<script|!\[|\]\((http|javascript)|^ *\[z\]:/m);
    }
  });

  it.each(odd)("makes a page of %s, or shows it as data", (_, result) => {
    const { markdown } = pageOf(result);
    expect(markdown).toMatch(/^# \S/);
    expect(markdown).not.toContain("undefined");
  });
});
