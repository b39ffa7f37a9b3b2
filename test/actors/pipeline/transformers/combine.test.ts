// combine_results and merge: results side by side, and the parts of a split as one report where they are reports.
import { describe, expect, it } from "vitest";
import { AnalysisReport } from "../../../../actors/analysis/report.ts";
import { analysis, explanation, file, finding, parts, record, refactoring } from "../records.ts";
import { resultOf, transformed } from "./given.ts";

const other = analysis([
  file({ path: "src/b.ts", quality: 0.25, codeLines: 300, findings: [finding({ severity: "error" })] }),
]);

describe("combine_results", () => {
  it("joins the results of all steps that were done, in their order", () => {
    const records = [
      record({ result: analysis() }),
      record({ step: 2, word: "refactor", status: "failed", result: null }),
      record({
        step: 3,
        word: "load",
        result: { schema: "aiex.loaded/1", path: "a", kind: "file", files: 1 },
      }),
    ];
    const made = resultOf("combine_results", explanation(), { records, latest: { word: "explain" } });
    expect(made).toEqual({
      schema: "aiex.combined/1",
      results: [
        { step: 1, operation: "analyze", name: null, result: analysis() },
        { step: 4, operation: "explain", name: null, result: explanation() },
      ],
      failed: [],
    });
  });

  it("has no result twice that it has joined before", () => {
    const records = [record({ result: analysis() })];
    const latest = { word: "combine_results" };
    const made = resultOf("combine_results", { schema: "aiex.combined/1", results: [] }, { records, latest });
    expect(made.results).toMatchObject([{ step: 1 }]);
  });
});

describe("merge", () => {
  it("makes one report of reports, as if all had been analyzed at once", () => {
    const made = AnalysisReport.parse(
      resultOf("merge", parts(["src/b.ts", other], ["src/a.ts", analysis()]), {
        flow: { target: { kind: "path", path: "src" } },
      }),
    );
    expect(made).toMatchObject({
      ...{ input: "src", type: "all", complete: true, quality: 0.375 },
      totals: { files: 2, duplicated_lines: 8, import_cycles: 2, findings: { error: 1, warning: 1 } },
      files: [{ path: "src/a.ts" }, { path: "src/b.ts" }],
    });
  });

  it("says that the report is not complete where parts failed", () => {
    const made = resultOf("merge", parts(["src/a.ts", analysis()], ["src/b.ts", null]));
    expect(made).toMatchObject({
      ...{ schema: "aiex.analysis/1", complete: false },
      summary: expect.stringMatching(/ Without 1 of 2 parts, which failed\.$/),
    });
  });

  it("tells functions of one file apart", () => {
    const made = resultOf("merge", parts(["src/a.ts#one", analysis()], ["src/a.ts#two", analysis()]));
    expect(made.files).toMatchObject([{ path: "src/a.ts#one" }, { path: "src/a.ts#two" }]);
  });

  it("adds up what models said of them", () => {
    const model = {
      ...{
        provider: "p",
        kind: "openai",
        model: "m",
        status: "complete",
        reason: null,
        dropped: 0,
        merged: 0,
      },
      ...{
        files: { reviewed: 1, missing: 0, left_out: 0 },
        missing: [],
        left_out: [],
        repaired: 0,
        masked: 1,
      },
      ...{ requests: 1, input_tokens: 10, output_tokens: 5, cost_usd: 0.001 },
    };
    const review = { summary: "", findings: [], confirmed: [], merged: 0, dropped: 0, masked: 0 };
    const one = { ...analysis([file({ model: { ...review, score: 4 } })]), model, model_score: 4 };
    const two = {
      ...analysis([file({ path: "b.ts", codeLines: 300, model: { ...review, score: 8 } })]),
      ...{ model: { ...model, status: "partial", reason: "No answer.", cost_usd: null }, model_score: 8 },
    };
    expect(resultOf("merge", parts(["a", one], ["b", two]))).toMatchObject({
      model_score: 7,
      model: { status: "partial", reason: "No answer.", files: { reviewed: 2 }, requests: 2, cost_usd: null },
    });
  });

  it("puts other results beside each other, with their names and with what failed", () => {
    const made = resultOf("merge", parts(["a", analysis()], ["b", refactoring()], ["c", null]), {
      latest: { word: "refactor" },
    });
    expect(made).toMatchObject({
      schema: "aiex.combined/1",
      results: [
        { step: 1, operation: "refactor", name: "a" },
        { step: 1, operation: "refactor", name: "b" },
      ],
      failed: [{ name: "c", reason: "The model did not answer." }],
    });
  });

  it("keeps two analyses of one part apart", () => {
    const steps = [analysis(), other].map((result, index) => ({
      step: index + 1,
      operation: "analyze",
      result,
    }));
    const made = resultOf("merge", parts(["a", { schema: "aiex.pipeline/1", steps }]));
    expect(made.results).toMatchObject([
      { step: 1, name: "a" },
      { step: 2, name: "a" },
    ]);
  });

  it.each([
    ["what was not split", analysis(), "no parts"],
    ["parts of which none is done", parts(["a", null]), "no part with a result"],
    ["no parts", parts(), "no parts"],
  ])("refuses %s", (_, result, wanted) => {
    expect(transformed("merge", result)).toMatchObject({
      ...{ ok: false, code: "nothing_to_transform" },
      message: expect.stringContaining(`merge finds ${wanted} in what step 1 (analyze) came to.`),
    });
  });
});
