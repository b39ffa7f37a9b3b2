// The text report: as the guide shows it, within the columns, and in what the terminal has.
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { filesShownMax, issuesShownMax } from "../../../actors/rendering/limits.ts";
import { renderReportText } from "../../../actors/rendering/report-text.ts";
import { reportFile, type Terminal } from "../../../cli/terminal.ts";
import { fileReport, fileReview, finding, modelPart, report } from "../../cli/fixtures.ts";

const ascii: Terminal = { ...reportFile, unicode: false };

const single = report({
  summary: "Well kept Python with one thing to mend.",
  recommendations: ["Parse the text: use ast.literal_eval instead of eval wherever text comes from outside."],
  files: [
    fileReport({
      findings: [
        finding({ severity: "info", rule: "python/todo", line: 9, message: "A TODO is left.", remedy: "" }),
        finding(),
      ],
    }),
  ],
});

const directory = report({
  input: "src",
  complete: false,
  files: [
    fileReport({ path: "src/good.py", quality_score: 10 }),
    fileReport({
      path: "src/bad.py",
      quality_score: 2.5,
      findings: [finding({ severity: "error" }), finding()],
    }),
    fileReport({ path: "src/huge.js", status: "cut_short", reason: "It has 12 MB.", quality_score: null }),
    fileReport({ path: "src/logo.png", status: "skipped", reason: "binary", quality_score: null }),
  ],
});

describe("renderReportText()", () => {
  it("shows one file as the guide does", () => {
    expect(renderReportText(single, reportFile)).toBe(`📊 Code Analysis Results
==================================================

Summary: Well kept Python with one thing to mend.
Quality Score: 8/10
Measures: python, 10 lines, 0 functions, cyclomatic complexity 2, deepest
          nesting 1

⚠️  Issues Found (2):
   1. ⚠️ src/app.py:3:5 warning python/eval
      eval() runs whatever text it is given.
      → Parse the text with ast.literal_eval.
   2. ℹ️ src/app.py:9:5 info python/todo
      A TODO is left.

🔧 Recommendations (1):
   1. Parse the text: use ast.literal_eval instead of eval wherever text comes
      from outside.
`);
  });

  it("shows a directory with its files, worst first, and what is missing", () => {
    expect(renderReportText(directory, ascii)).toBe(`Code Analysis Results
==================================================

Summary: Well kept Python.
Quality Score: 8/10
Files: 2 analyzed, 1 cut short, 1 skipped; 10 lines; 1 error, 1 warning

Files (3, worst first):
   2.5/10  src/bad.py  1 error, 1 warning
    10/10  src/good.py  no issues
     none  src/huge.js  no issues

Not Analyzed as a Whole (1):
   src/huge.js
      cut short: It has 12 MB.

Issues Found (2):
   1. src/bad.py:3:5 error python/eval
      eval() runs whatever text it is given.
      -> Parse the text with ast.literal_eval.
   2. src/bad.py:3:5 warning python/eval
      eval() runs whatever text it is given.
      -> Parse the text with ast.literal_eval.
`);
  });

  it("says so where there is no score and no issue", () => {
    const empty = report({
      quality: null,
      quality_score: null,
      files: [
        fileReport({ status: "skipped", reason: "The file is empty.", metrics: null, quality_score: null }),
      ],
    });
    const text = renderReportText(empty, ascii);
    expect(text).toContain("Quality Score: none\nFile: skipped: The file is empty.\n");
    expect(text).toContain("Issues Found (0)\n");
  });

  it("shows a report without any file", () => {
    expect(renderReportText(report({ files: [] }), ascii)).toContain(
      "Files: 0 analyzed; 10 lines; no issues",
    );
  });

  it("is plain ASCII where the terminal wants it, whatever the files hold", () => {
    const text = renderReportText(
      report({
        summary: "naïve – “x”",
        recommendations: ["日本"],
        files: [fileReport({ path: "é.py", findings: [finding({ message: "…👍" })] })],
      }),
      ascii,
    );
    expect(text).toMatch(/^[\x20-\x7e\n]+$/);
    expect(text).toContain('na\\u{ef}ve - "x"');
  });

  it("colours only where colours are taken", () => {
    expect(renderReportText(single, { ...reportFile, colors: true })).toContain("\x1b[33mwarning\x1b[39m");
    expect(renderReportText(single, reportFile)).not.toContain("\x1b");
  });

  it.each([30, 40, 80, 100])("keeps to %i columns", (columns) => {
    const long = "word ".repeat(40) + "x".repeat(200);
    const wide = report({
      summary: long,
      recommendations: [long, "日本語".repeat(50)],
      files: [
        fileReport({ path: "a.py", findings: [finding({ rule: "python/r", message: long, remedy: long })] }),
      ],
    });
    for (const terminal of [reportFile, ascii]) {
      for (const line of renderReportText(wide, { ...terminal, columns }).split("\n")) {
        expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      }
    }
  });

  it("puts what does not fit beside a long path on a line of its own and leaves the path whole", () => {
    const path = `${"folder/".repeat(12)}app.py`;
    const text = renderReportText(report({ files: [fileReport({ path, findings: [finding()] })] }), ascii);
    expect(text).toContain(`   1. ${path}:3:5\n      warning python/eval\n`);
  });

  it("shows so many files and issues, and says how to see the rest", () => {
    const findings = Array.from({ length: 3 }, (_, index) => finding({ line: index + 1 }));
    const files = Array.from({ length: 200 }, (_, index) => fileReport({ path: `f${index}.py`, findings }));
    const text = renderReportText(report({ files }), ascii);
    expect(text.match(/^ {3,5}\d+\. /gm)).toHaveLength(issuesShownMax);
    expect(text).toContain(`... and ${600 - issuesShownMax} issues more`);
    expect(text).toContain(`... and ${200 - filesShownMax} files more`);
    expect(text).toContain("Issues Found (600):");
  });

  it("orders issues by gravity, then by place", () => {
    const files = [
      fileReport({
        path: "b.py",
        quality_score: 1,
        findings: [
          finding({ severity: "hint", line: 1 }),
          finding({ severity: "error", line: 9, column: 2 }),
          finding({ severity: "error", line: 9, column: 1 }),
        ],
      }),
      fileReport({ path: "a.py", quality_score: 2, findings: [finding({ severity: "error", line: 1 })] }),
    ];
    const places = renderReportText(report({ files }), ascii).match(/\w\.py:\d+:\d+/g);
    expect(places).toEqual(["b.py:9:1", "b.py:9:2", "a.py:1:5", "b.py:1:5"]);
  });
});

describe("renderReportText() of a model's review", () => {
  const reviewed = report({
    model_score: 6,
    model: modelPart({ merged: 1, dropped: 2 }),
    files: [fileReport({ findings: [finding()], model: fileReview() })],
  });

  it("shows the model's findings after the others, each marked as the model's", () => {
    expect(renderReportText(reviewed, ascii)).toBe(`Code Analysis Results
==================================================

Summary: Well kept Python.
Quality Score: 8/10
Model Score: 6/10 (openai, model-1; no gate looks at it)
Measures: python, 10 lines, 0 functions, cyclomatic complexity 2, deepest
          nesting 1

Issues Found (1):
   1. src/app.py:3:5 warning python/eval
      eval() runs whatever text it is given.
      -> Parse the text with ast.literal_eval.

Found by the Model (1):
   [model] Divides.
   1. [model] src/app.py:7 warning quality
      Divides by zero.
      -> Check b.
   1 file reviewed; 1 finding made by both; 2 findings dropped, since the quote
   is not there.
`);
  });

  it("says what is missing and why, the most frequent reason first", () => {
    const missing = [{ path: "a.py", reason: "It was late." }];
    const left_out = ["b.py", "c.py", "d.py", "e.py"].map((path) => ({ path, reason: "Too large." }));
    const model = modelPart({
      status: "missing",
      reason: "None of 5 files was reviewed.",
      files: { reviewed: 0, missing: 1, left_out: 4 },
      missing,
      left_out,
    });
    const text = renderReportText(report({ model }), ascii);
    expect(text).toContain("Model Score: none (openai, model-1");
    expect(text).toContain(`Not Reviewed by the Model (5 files):
   b.py, c.py, d.py and 1 more
      Too large.
   a.py
      It was late.
`);
  });

  it("shows nothing of a model that a terminal would obey, within the columns", () => {
    const hostile = `\x1b[2J\u202e${"long".repeat(40)}\nline`;
    const [own] = fileReview().findings;
    const findings = own === undefined ? [] : [{ ...own, message: hostile, remedy: hostile, quote: hostile }];
    const model = modelPart({ model: hostile, missing: [{ path: hostile, reason: hostile }] });
    const files = [fileReport({ model: fileReview({ summary: hostile, findings }) })];
    const text = renderReportText(report({ files, model }), ascii);
    expect(text).toMatch(/^[\x20-\x7e\n]+$/);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("ends with advice where there is some", () => {
    expect(renderReportText(report(), ascii, "Do this.")).toMatch(/\n\nDo this\.\n$/);
    expect(renderReportText(report(), ascii)).not.toContain("odel");
  });
});
