// filter: findings and files that are asked for, with scores that no filter makes better.
import { describe, expect, it } from "vitest";
import { AnalysisReport } from "../../../../actors/analysis/report.ts";
import { markdownOf, textOf } from "../../../../actors/rendering/result.ts";
import { analysis, explanation, file, finding, parts, refactoring } from "../records.ts";
import { resultOf, transformed } from "./given.ts";

const whole = analysis([
  file({ findings: [finding({ severity: "error", category: "security" }), finding()], quality: 0.5 }),
  file({ path: "lib/b.py", language: "python", findings: [finding({ severity: "hint" })], quality: 1 }),
]);

function filtered(parameters: Readonly<Record<string, string>>, result = whole): AnalysisReport {
  return AnalysisReport.parse(resultOf("filter", result, { parameters }));
}

describe("filter", () => {
  it("keeps findings as severe as was asked, and every file with the score that it had", () => {
    const made = filtered({ severity: "warning" });
    expect(made.files.map(({ findings, quality }) => [findings.length, quality])).toEqual([
      [0, 1],
      [2, 0.5],
    ]);
    expect(made).toMatchObject({
      ...{ quality: 0.75, quality_score: 7.5, complete: true },
      totals: {
        files: 2,
        duplicated_lines: 4,
        import_cycles: 1,
        findings: { error: 1, warning: 1, hint: 0 },
      },
      filtered: { severity: "warning", category: null, path: null, language: null },
      summary: expect.stringMatching(/^Filtered \(warning or graver\)\. Read 2 files/),
      recommendations: ["Divide it. (typescript/long, 2 places: src/a.ts:3)"],
    });
    expect(made.filtered).toMatchObject({ findings_left_out: 1, files_left_out: 0 });
  });

  it("keeps files, and has the score of those alone", () => {
    for (const asked of [{ path: "SRC/" }, { language: "TypeScript" }, { language: "ts" }])
      expect(filtered(asked)).toMatchObject({
        ...{ quality: 0.5, files: [{ path: "src/a.ts" }] },
        filtered: { findings_left_out: 0, files_left_out: 1 },
      });
  });

  it("keeps one category", () => {
    expect(filtered({ category: "security" }).totals.findings).toEqual({
      error: 1,
      warning: 0,
      info: 0,
      hint: 0,
    });
  });

  it("has a report without findings where there are none so grave, and one without files", () => {
    expect(filtered({ category: "smells" }).totals.findings.error).toBe(0);
    expect(filtered({ path: "nowhere" })).toMatchObject({ files: [], quality: null });
  });

  it("adds up what several filters left out", () => {
    const once = filtered({ severity: "warning" });
    const twice = filtered({ path: "src" }, { ...once });
    expect(twice.filtered).toEqual({
      ...{ severity: "warning", category: null, path: "src", language: null },
      ...{ findings_left_out: 1, files_left_out: 1 },
    });
  });

  it("is said in every form of the report", () => {
    const made = resultOf("filter", whole, { parameters: { severity: "error" } });
    expect(markdownOf(made)).toContain("Filtered (errors).");
    expect(textOf(made)).toContain("Filtered (errors).");
  });

  it("keeps the files of a refactoring, of code and of points", () => {
    const parameters = { path: "src" };
    expect(resultOf("filter", refactoring(), { parameters: { path: "lib" } }).files).toEqual([]);
    const code = { schema: "aiex.code/1", parts: [{ path: "src/a.ts", language: null, code: "a" }] };
    expect(resultOf("filter", code, { parameters }).parts).toHaveLength(1);
    expect(resultOf("filter", code, { parameters: { language: "python" } }).parts).toHaveLength(0);
    const points = resultOf("extract_insights", whole);
    const kept = resultOf("filter", points, { parameters: { severity: "error", path: "src" } });
    expect(kept).toMatchObject({ insights: [{ severity: "error", path: "src/a.ts" }], left_out: 4 });
  });

  it("filters each part, keeps those that it can say nothing of, and drops those of other files", () => {
    const all = parts(["src/a.ts", analysis()], ["lib/b.py", explanation()], ["src/c.ts", explanation()]);
    const bySeverity = resultOf("filter", all, { parameters: { severity: "error" } });
    expect(bySeverity.parts).toMatchObject([{ result: { totals: { findings: { warning: 0 } } } }, {}, {}]);
    const byPath = resultOf("filter", all, { parameters: { path: "src/" } });
    expect(byPath.parts).toMatchObject([{ name: "src/a.ts" }, { name: "src/c.ts" }]);
    const byLanguage = resultOf("filter", all, { parameters: { language: "python" } });
    expect(byLanguage.parts).toMatchObject([{ name: "lib/b.py" }]);
  });

  it("asks what to filter by", () => {
    expect(transformed("filter", whole)).toEqual({
      ...{ ok: false, code: "usage" },
      message:
        "filter has nothing to filter by. Give it severity, category, path or language, as in filter severity:high.",
    });
  });

  it.each([
    ["severity", "error", refactoring()],
    ["path", "src", explanation()],
  ])("refuses where nothing has a %s", (name, value, result) => {
    expect(transformed("filter", result, { parameters: { [name]: value } })).toMatchObject({
      ok: false,
      message: expect.stringContaining(
        "finds nothing that has what it filters by in what step 1 (analyze) came to.",
      ),
    });
  });
});
