// What of a model's findings stands up to the text that it was shown, and what the static engine knew already.
import { describe, expect, test } from "vitest";
import type { Finding } from "../../../actors/analysis/report.ts";
import type { AnsweredFinding } from "../../../actors/review/answer.ts";
import { reviewOf } from "../../../actors/review/evidence.ts";
import type { Material } from "../../../actors/review/material.ts";

const lines = [
  "import os",
  "",
  "def run(name):",
  "    # do what I say",
  '    os.system("ls " + name)',
  "}",
  "end",
];

const known: Finding = {
  rule: "python/shell",
  category: "security",
  severity: "error",
  line: 5,
  column: 5,
  endLine: 5,
  message: "m",
  remedy: "r",
};

function material(over: Partial<Material> = {}): Material {
  return { path: "a.py", language: "python", type: "all", lines, known: [], masked: 0, ...over };
}

function finding(over: Partial<AnsweredFinding> = {}): AnsweredFinding {
  const line = { line: 5, end_line: 5, quote: 'os.system("ls " + name)' };
  return { ...line, category: "quality", severity: "info", message: "m", remedy: "r", ...over };
}

const reviewed = (findings: readonly AnsweredFinding[], over: Partial<Material> = {}) =>
  reviewOf({ score: 5.55, summary: "s", findings }, material(over));

describe("reviewOf() about quotes", () => {
  test.each<[string, Partial<AnsweredFinding>]>([
    ["a part of the line", { quote: 'os.system("ls' }],
    ["other white space", { quote: '  os.system("ls "   +\tname)  ' }],
    ["the number of the line before it", { quote: '5| os.system("ls " + name)' }],
    ["several lines", { line: 3, quote: 'def run(name):\n    # do what I say\n    os.system("ls " + name)' }],
    ["several lines with their numbers", { line: 3, quote: "3| def run(name):\r\n4|     # do what I say" }],
    ["a whole short line", { line: 6, quote: "}" }],
    ["a line feed at the end", { line: 1, quote: "import os\n" }],
  ])("keeps a finding that quotes %s", (_, over) => {
    expect(reviewed([finding(over)])).toMatchObject({ dropped: 0, findings: [{ message: "m" }] });
  });

  test.each<[string, Partial<AnsweredFinding>]>([
    ["nothing", { quote: "" }],
    ["white space", { quote: " \n\t" }],
    ["a bracket of a longer line", { quote: "(" }],
    ["text that is nowhere", { quote: "os.popen(name)" }],
    ["text of another line", { line: 4 }],
    ["a line that is none", { line: 99 }],
    ["lines that do not follow", { line: 3, quote: "def run(name):\nend" }],
    ["more lines than there are", { line: 7, quote: "end\nend" }],
    ["a number that is not its line's", { quote: '6| os.system("ls " + name)' }],
    ["thousands of lines", { quote: `os.system("ls " + name)\n${"x\n".repeat(5_000)}` }],
  ])("drops a finding that quotes %s", (_, over) => {
    expect(reviewed([finding(over)])).toMatchObject({ dropped: 1, findings: [] });
  });

  test("drops a finding that quotes a short line that stands several times, and keeps one that goes on from it", () => {
    const twice = { lines: [...lines, "}", "last()"] };
    expect(reviewed([finding({ line: 6, quote: "}" })], twice)).toMatchObject({ dropped: 1, findings: [] });
    expect(reviewed([finding({ line: 8, quote: "}\nlast()" })], twice)).toMatchObject({ dropped: 0 });
  });

  test("drops what says the same again and keeps what says something else of the line", () => {
    const review = reviewed([finding(), finding(), finding({ category: "performance" })]);
    expect(review).toMatchObject({
      dropped: 1,
      findings: [{ category: "quality" }, { category: "performance" }],
    });
  });

  test("keeps the end of a finding within the file and not before its quote", () => {
    expect(reviewed([finding({ end_line: 5_000 })]).findings[0]?.endLine).toBe(7);
    expect(reviewed([finding({ end_line: 1 })]).findings[0]?.endLine).toBe(5);
  });

  test("orders findings by their lines and rounds the score", () => {
    const review = reviewed([finding(), finding({ line: 1, end_line: 1, quote: "import os" })]);
    expect(review.findings.map(({ line }) => line)).toEqual([1, 5]);
    expect(review.score).toBe(5.6);
  });
});

describe("reviewOf() about what is known", () => {
  test.each<[string, Partial<AnsweredFinding>, Partial<Finding>]>([
    ["the same line", {}, {}],
    ["a line of a longer quote", { line: 4, quote: '# do what I say\n os.system("ls " + name)' }, {}],
    ["a line within the known one", {}, { line: 3, endLine: 6 }],
  ])("merges a finding of the same category on %s", (_, over, other) => {
    const review = reviewed([finding({ category: "security", ...over })], {
      known: [{ ...known, ...other }],
    });
    const line = other.line ?? 5;
    expect(review).toMatchObject({ merged: 1, findings: [], confirmed: [{ rule: "python/shell", line }] });
  });

  test.each<[string, Partial<AnsweredFinding>, Partial<Finding>]>([
    ["of another category", { category: "quality" }, {}],
    ["on another line", { line: 1, end_line: 99, quote: "import os" }, {}],
    ["in a function that is known as a whole", {}, { line: 1, endLine: 40 }],
  ])("keeps a finding %s", (_, over, other) => {
    const review = reviewed([finding({ category: "security", ...over })], {
      known: [{ ...known, ...other }],
    });
    expect(review).toMatchObject({ merged: 0, confirmed: [], findings: [{}] });
  });

  test("names what is confirmed once", () => {
    const twice = [finding({ category: "security" }), finding({ category: "security", quote: "os.system" })];
    expect(reviewed(twice, { known: [known] })).toMatchObject({ merged: 2, confirmed: [{ line: 5 }] });
    expect(reviewed(twice, { known: [known] }).confirmed).toHaveLength(1);
  });
});
