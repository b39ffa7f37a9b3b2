// The Markdown report: everything in it, and content that stays content.
import { describe, expect, it } from "vitest";
import { codeSpan, escapeMarkdown, renderReportMarkdown } from "../../../actors/rendering/report-markdown.ts";
import { fileReport, fileReview, finding, modelPart, report } from "../../cli/fixtures.ts";

describe("renderReportMarkdown()", () => {
  it("shows score, files, issues and recommendations", () => {
    const text = renderReportMarkdown(
      report({
        input: "src",
        complete: false,
        recommendations: ["Mend it."],
        files: [
          fileReport({
            path: "src/a.py",
            findings: [finding({ message: "Do not call `eval` on <input>." })],
          }),
          fileReport({ path: "src/b|c.py", status: "unparsed", reason: "Line 3.", quality_score: null }),
        ],
      }),
    );
    expect(text).toBe(`# Code Analysis Results

Well kept Python.

**Quality Score:** 8/10

- Input: \`src\`
- Type: all
- Files: 1 analyzed, 0 cut short, 1 unparsed, 0 skipped
- Lines: 10
- Issues: 1 warning

## Files (2)

| Score | File | Issues |
| ---: | --- | --- |
| 8/10 | \`src/a.py\` | 1 warning |
| none | \`src/b\\|c.py\` | no issues |

## Not Analyzed as a Whole (1)

- \`src/b|c.py\`: unparsed: Line 3.

## Issues Found (1)

1. **warning** \`src/a.py:3:5\` \`python/eval\`  
   Do not call \\\`eval\\\` on &lt;input>.  
   *Remedy:* Parse the text with ast.literal_eval.

## Recommendations (1)

1. Mend it.
`);
  });

  it("lists every issue, however many", () => {
    const findings = Array.from({ length: 500 }, (_, index) => finding({ line: index + 1, remedy: "" }));
    const text = renderReportMarkdown(report({ files: [fileReport({ findings })] }));
    expect(text.match(/^\d+\. \*\*warning\*\*/gm)).toHaveLength(500);
  });
});

describe("escapeMarkdown()", () => {
  it.each([
    ["*bold* _it_ [x](y)", "\\*bold\\* \\_it\\_ \\[x\\](y)"],
    ["snake_case_name", "snake_case_name"],
    ["<script>alert(1)</script>", "&lt;script>alert(1)&lt;/script>"],
    ["&lt;", "&amp;lt;"],
    ["# title", "\\# title"],
    ["1. list", "1\\. list"],
    ["- list", "\\- list"],
    ["> quote", "\\> quote"],
    ["see http://x.example and www.x.example", "see http\\://x.example and www\\.x.example"],
    ["a|b~c~@me", "a\\|b\\~c\\~\\@me"],
    ["a \\ b", "a \\\\ b"],
  ])("%s", (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });
});

describe("codeSpan()", () => {
  it.each([
    ["a", "`a`"],
    ["a`b", "`` a`b ``"],
    ["``", "``` `` ```"],
    [" a", "`  a `"],
    ["", "`  `"],
  ])("%j", (text, span) => {
    expect(codeSpan(text)).toBe(span);
  });
});

describe("renderReportMarkdown() of a model's review", () => {
  it("marks every finding as the model's and lists what it did not review", () => {
    const text = renderReportMarkdown(
      report({
        model_score: 6,
        model: modelPart({
          status: "partial",
          reason: "1 of 2 files has no review.",
          files: { reviewed: 1, missing: 1, left_out: 0 },
          missing: [{ path: "b.py", reason: "It was late." }],
        }),
        files: [fileReport({ model: fileReview() })],
      }),
    );
    expect(text).toContain("**Model Score:** 6/10 (openai, model-1)");
    expect(text).toContain(`## Found by the Model (1)

1 file reviewed; 1 without an answer.

- \`src/app.py\` 6/10: Divides.

1. \\[model\\] **warning** \`src/app.py:7\` quality  
   \`return a / b\`  
   Divides by zero.  
   *Remedy:* Check b.

### Not Reviewed by the Model

- It was late. (\`b.py\`)
`);
  });

  it("keeps a model's words words", () => {
    const [own] = fileReview().findings;
    const hostile = "![x](http://evil.example/p) <script> `code` **bold** # title\n\n# other";
    const findings = own === undefined ? [] : [{ ...own, message: hostile, quote: hostile, remedy: hostile }];
    const files = [fileReport({ model: fileReview({ summary: hostile, findings }) })];
    const text = renderReportMarkdown(report({ files, model: modelPart() }));
    // The quote stands as code between fences that are longer than any in it.
    const prose = text.split("\n").filter((line) => !line.trim().startsWith("``"));
    expect(prose.join("\n")).not.toMatch(/(?<!\\)\[x|<script>/);
    expect(prose).toHaveLength(text.split("\n").length - 1);
    expect(text).not.toMatch(/^# other/m);
  });
});
