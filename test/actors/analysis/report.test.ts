// Reports of files and of a whole analysis: what counts, what is left out, and the same bytes for the same input.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analysisReport } from "../../../actors/analysis/analysis-report.ts";
import { examine } from "../../../actors/analysis/examine.ts";
import {
  fileReport,
  type Outcome,
  outcomeOf,
  type SourceFile,
} from "../../../actors/analysis/file-report.ts";
import { detectLanguage } from "../../../actors/analysis/languages.ts";
import { AnalysisReport, type AnalysisType, type FileReport } from "../../../actors/analysis/report.ts";

const token = `AKIA${"QWERTYUIOPASDFGH"}`;

/** What a look across the files shows where there is nothing to be seen. */
const alone = { duplicatedLines: 0, importCycles: 0 };

describe("fileReport()", () => {
  it("reports a parsed file with metrics, findings and a score", async () => {
    const report = await reportOf("a.js", "eval(text);\n", "all");
    expect(report).toMatchObject({
      path: "a.js",
      language: "javascript",
      status: "analyzed",
      reason: null,
      bytes: 12,
    });
    expect(report.findings.map(({ rule }) => rule)).toEqual(["javascript/eval"]);
    expect(report.quality_score).toBeLessThan(6);
  });

  it("counts only the findings of the asked type, and smells as quality", async () => {
    const text = "eval(text);\nvar a = b == 1;\n";
    const found = async (type: AnalysisType) =>
      (await reportOf("a.js", text, type)).findings.map(({ rule }) => rule);
    expect(await found("all")).toEqual(["javascript/eval", "javascript/var", "javascript/loose-equality"]);
    expect(await found("security")).toEqual(["javascript/eval"]);
    expect(await found("quality")).toEqual(["javascript/var", "javascript/loose-equality"]);
    expect(await found("smells")).toEqual(["javascript/var"]);
    expect(await found("performance")).toEqual([]);
    expect((await reportOf("a.js", text, "performance")).quality_score).toBe(10);
  });

  it("gives a file that does not parse its lines and what its text tells, and no score", async () => {
    const report = await reportOf("a.py", `# one\nkey = "${token}"\ndef f(:\n`, "all");
    expect(report).toMatchObject({ status: "unparsed", quality: null, quality_score: null });
    expect(report.reason).toContain("line 3");
    expect(report.metrics).toMatchObject({ lines: 3, codeLines: 2, commentLines: 1, functions: [] });
    expect(report.findings).toMatchObject([{ rule: "shared/credential", line: 2, column: 8 }]);
  });

  it("gives a file that was cut short no score", () => {
    const file = sourceFile("a.js", "a;\n");
    const report = fileReport(file, { status: "cut_short", reason: "it is longer than 5 MB" }, "all");
    expect(report).toMatchObject({
      status: "cut_short",
      reason: "it is longer than 5 MB",
      quality: null,
      metrics: { lines: 1 },
    });
  });

  it("gives a skipped file nothing", () => {
    const file: SourceFile = { path: "a.png", bytes: 3, language: null, text: null };
    const report = fileReport(file, { status: "skipped", reason: "it is no text" }, "all");
    expect(report).toMatchObject({
      language: null,
      status: "skipped",
      metrics: null,
      findings: [],
      quality: null,
    });
  });
});

describe("analysisReport()", () => {
  it("sorts files by path, adds up and fits the published shape", async () => {
    const files = [
      await reportOf("b.py", "eval(x)\n", "all"),
      await reportOf("B.js", "a == 1;\n", "all"),
      await reportOf("c.ex", "def f(\n", "all"),
      await reportOf("a.ts", "const a = 1;\n", "all"),
    ];
    const report = analysisReport(files, ".", "all", alone);
    expect(AnalysisReport.parse(report)).toEqual(report);
    expect(report.files.map(({ path }) => path)).toEqual(["B.js", "a.ts", "b.py", "c.ex"]);
    expect(report).toMatchObject({ complete: false, input: ".", type: "all" });
    expect(report.totals).toMatchObject({
      files: 4,
      analyzed: 3,
      unparsed: 1,
      findings: { error: 1, info: 1 },
    });
    expect(report.summary).toBe(
      "Read 4 files (Elixir, JavaScript, Python, TypeScript; 4 lines): 1 error and 1 remark. " +
        "Without a score, since it could not be parsed: 1 file.",
    );
    expect(report.recommendations).toEqual([
      "Parse data with ast.literal_eval or json.loads, or choose among functions by name in a dict. (python/eval, 1 place: b.py:1)",
      "Use === or !==; `== null` for null and undefined may stay. (javascript/loose-equality, 1 place: B.js:1)",
    ]);
  });

  it("has no score where no file has one", async () => {
    const report = analysisReport([await reportOf("c.ex", "def f(\n", "all")], "c.ex", "all", alone);
    expect(report).toMatchObject({ quality: null, quality_score: null, complete: false });
  });

  it("says so where there was nothing", () => {
    expect(analysisReport([], ".", "all", alone)).toMatchObject({
      summary: "There was no file to analyze.",
      complete: true,
      quality: null,
    });
    const skipped = fileReport(
      { path: "a", bytes: 0, language: null, text: null },
      { status: "skipped", reason: "empty" },
      "all",
    );
    expect(analysisReport([skipped], "a", "all", alone)).toMatchObject({
      summary: "Nothing to analyze: 1 file skipped.",
      complete: true,
    });
  });

  it("recommends the most costly rules first, each once, with some of its places, at most seven", async () => {
    const names = ["a", "b", "c", "d", "e"];
    const files = await Promise.all(
      names.map((name) =>
        reportOf(
          `${name}.js`,
          "eval(x);\nvar b = a == c;\ndebugger;\nthrow 'x';\nconsole.log(1);\nif (x == NaN) f();\nx.innerHTML = y;\nJSON.parse(JSON.stringify(x));\n",
          "all",
        ),
      ),
    );
    const { recommendations } = analysisReport(files, ".", "all", alone);
    expect(recommendations).toHaveLength(7);
    expect(recommendations[0]).toMatch(
      /\(javascript\/eval, 5 places: a\.js:1, b\.js:1, c\.js:1 and 2 more\)$/,
    );
    expect(new Set(recommendations.map((text) => /\(([^,]+),/.exec(text)?.[1])).size).toBe(7);
  });

  it("is the same bytes for the same files in any order", async () => {
    const texts = ["eval(x)", "var a = 1", "a == b", "function f( {", "// nothing", "debugger"];
    const files = await Promise.all(texts.map((text, index) => reportOf(`${index}.js`, text, "all")));
    const once = JSON.stringify(analysisReport(files, ".", "all", alone));
    const arbitrary = fc.shuffledSubarray(files, { minLength: files.length });
    fc.assert(
      fc.property(arbitrary, (shuffled) => {
        expect(JSON.stringify(analysisReport(shuffled, ".", "all", alone))).toBe(once);
      }),
    );
  });
});

function sourceFile(path: string, text: string): SourceFile {
  return { path, bytes: Buffer.byteLength(text), language: detectLanguage(path), text };
}

async function reportOf(path: string, text: string, type: AnalysisType): Promise<FileReport> {
  const file = sourceFile(path, text);
  const response = await examine({ id: 1, path, language: file.language?.id ?? "", text });
  const outcome: Outcome = outcomeOf(response);
  return fileReport(file, outcome, type);
}
