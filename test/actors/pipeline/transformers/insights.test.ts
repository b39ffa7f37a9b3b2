// extract_insights and filter_suggestions: what is worth telling of each result, the gravest first, and no more than was asked for.
import { describe, expect, it } from "vitest";
import { insightsMax } from "../../../../actors/pipeline/limits.ts";
import {
  analysis,
  documentation,
  explanation,
  file,
  finding,
  generation,
  parts,
  refactoring,
  tests,
} from "../records.ts";
import { resultOf, transformed } from "./given.ts";

const review = {
  ...{ score: 6, summary: "It is long.", confirmed: [], merged: 0, dropped: 0, masked: 0 },
  findings: [
    {
      ...{ category: "security", severity: "error", line: 7, endLine: 7, quote: "eval" },
      ...{ message: "It runs text.", remedy: "Do not." },
    },
  ],
};
const mixed = analysis([
  file({
    findings: [
      finding({ severity: "hint", message: "A hint." }),
      finding({ severity: "error", category: "security", message: "An error." }),
      finding({ message: "A warning." }),
    ],
    model: review,
  }),
]);

function told(result: Parameters<typeof resultOf>[1], word = "extract_insights", parameters = {}): string[] {
  const { insights } = resultOf(word, result, { parameters });
  return (insights as { kind: string; text: string; path: string | null; line: number | null }[]).map(
    ({ kind, text, path, line }) => [kind, text, path ?? "-", line ?? "-"].join("|"),
  );
}

describe("extract_insights", () => {
  it("tells of an analysis its summary, its findings from the gravest on, and what to do", () => {
    expect(told(mixed)).toEqual([
      "summary|Read 1 files.|-|-",
      "summary|It is long.|src/a.ts|-",
      "finding|An error. Divide it.|src/a.ts|3",
      "finding|It runs text. Do not.|src/a.ts|7",
      "finding|A warning. Divide it.|src/a.ts|3",
      "finding|A hint. Divide it.|src/a.ts|3",
      "recommendation|Divide it.|-|-",
    ]);
  });

  it("tells of what models wrote", () => {
    expect(told(explanation())).toEqual([
      "summary|It adds numbers.|src/a.ts|-",
      "claim|Adding: Two numbers become one.|src/a.ts|3",
    ]);
    expect(told(refactoring())).toEqual([
      "remark|It reads better so.|src/a.ts|-",
      "recommendation|Apply the change that is proposed: 2 lines more, 1 less.|src/a.ts|-",
    ]);
    const verification = { passed: false };
    const coverage = { goal: 0.9, measured: 0.5, uncovered_lines: null };
    expect(told(tests({ verification, coverage }))).toEqual([
      "remark|They are few.|test/a.test.ts|-",
      "finding|The project's own checks did not pass.|test/a.test.ts|-",
      "remark|The tests run through 50 % of the lines; the goal is 90 %.|test/a.test.ts|-",
    ]);
    expect(told(documentation())).toEqual(["summary|Adding, with add|src/a.ts|-"]);
  });

  it("tells of every part, and of those that failed", () => {
    expect(told(parts(["src/a.ts", explanation({ claims: [] })], ["src/b.ts", null]))).toEqual([
      "summary|It adds numbers.|src/a.ts|-",
      "remark|There is no result: The model did not answer.|src/b.ts|-",
    ]);
  });

  it("keeps a bounded number, and says how many it left out", () => {
    const findings = Array.from({ length: insightsMax + 5 }, () => finding());
    const made = resultOf("extract_insights", analysis([file({ findings })]));
    expect(made.insights).toHaveLength(insightsMax);
    expect(made.left_out).toBe(7);
    expect(resultOf("extract_insights", made).left_out).toBe(7);
  });

  it("cuts off a text of any length", () => {
    const made = resultOf("extract_insights", explanation({ summary: "a".repeat(1_000_000) }));
    expect(JSON.stringify(made).length).toBeLessThan(5_000);
  });

  it("refuses what has no points", () => {
    expect(transformed("extract_insights", generation())).toMatchObject({
      message:
        "extract_insights finds no summaries, findings, recommendations, claims or remarks in what step 1 (analyze) came to. Put it behind a step such as analyze or explain.",
    });
  });
});

describe("filter_suggestions", () => {
  it("keeps findings and recommendations", () => {
    expect(told(mixed, "filter_suggestions").map((line) => line.split("|")[0])).toEqual([
      ...["finding", "finding", "finding", "finding", "recommendation"],
    ]);
    expect(told(explanationWithRemark(), "filter_suggestions")).toEqual(
      ["recommendation|Apply the change that is proposed: 2 lines more, 1 less.|src/a.ts|-"].toSpliced(
        0,
        0,
        "remark|It reads better so.|src/a.ts|-",
      ),
    );
  });

  it("keeps what is as grave as was asked, with what the findings that are left lead to", () => {
    expect(told(mixed, "filter_suggestions", { severity: "error" })).toEqual([
      "finding|An error. Divide it.|src/a.ts|3",
      "finding|It runs text. Do not.|src/a.ts|7",
      "recommendation|Divide it. (typescript/long, 1 place: src/a.ts:3)|-|-",
    ]);
    expect(told(mixed, "filter_suggestions", { category: "quality", severity: "warning" })).toEqual([
      "finding|A warning. Divide it.|src/a.ts|3",
      "recommendation|Divide it. (typescript/long, 1 place: src/a.ts:3)|-|-",
    ]);
  });

  it("keeps the gravest of points that were taken before", () => {
    const points = resultOf("extract_insights", mixed);
    const made = resultOf("filter_suggestions", points, { parameters: { severity: "error" } });
    expect(made).toMatchObject({ insights: [{ severity: "error" }, { severity: "error" }], left_out: 3 });
  });

  it("keeps so many as were asked for, and counts the rest", () => {
    const made = resultOf("filter_suggestions", mixed, { parameters: { limit: 2 } });
    expect(made).toMatchObject({ insights: [{ severity: "error" }, { severity: "error" }], left_out: 3 });
  });

  it("has an empty list where code has nothing so grave, which is no failure", () => {
    const made = resultOf("filter_suggestions", analysis([file({ findings: [] })]), {
      parameters: { severity: "error" },
    });
    expect(made.insights).toEqual([]);
  });

  it("refuses what suggests nothing", () => {
    expect(transformed("filter_suggestions", explanation())).toMatchObject({
      ok: false,
      message: expect.stringContaining(
        "finds no findings and no recommendations in what step 1 (analyze) came to.",
      ),
    });
  });
});

function explanationWithRemark(): ReturnType<typeof parts> {
  return parts(["a", explanation()], ["b", refactoring()]);
}
