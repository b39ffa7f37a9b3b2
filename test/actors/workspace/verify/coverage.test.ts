// Coverage reports of every kind, honest and made up: what they say of the one file that is meant, and nothing else.
import { describe, expect, it } from "vitest";
import { coverageIn } from "../../../../actors/workspace/verify/coverage/report.ts";

const meant = { path: "src/money.js", roots: ["/named/project", "/real/project"] };

function read(text: string) {
  return coverageIn(text, meant);
}

const half = { lines: 2, covered: 1, uncovered: [3] };

const lcov = (path: string): string =>
  `TN:\nSF:other.js\nDA:1,0\nend_of_record\nSF:${path}\nDA:2,1\nDA:3,0\nend_of_record\n`;
const cobertura = (path: string, source = "."): string =>
  `<?xml version="1.0" ?><!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd"><!-- <class filename="src/money.js"> --><coverage><sources><source>${source}</source></sources><packages><package name="a"><classes><class name="x > y" filename="${path}"><methods><method name="f"><lines><line number="2" hits="0"/></lines></method></methods><lines><line number="2" hits="4"/><line number='3' hits='0'/></lines></class><class filename="other.js"><lines><line number="9" hits="0"/></lines></class></classes></package></packages></coverage>`;
const final = (path: string): string =>
  JSON.stringify({
    [path]: {
      path,
      statementMap: { 0: { start: { line: 2 } }, 1: { start: { line: 3 } }, 2: { start: { line: 2 } } },
      s: { 0: 0, 1: 0, 2: 7 },
    },
  });

describe("coverageIn()", () => {
  it.each([
    ["LCOV, below the project", lcov("src/money.js")],
    ["LCOV, absolute", lcov("/real/project/src/money.js")],
    ["LCOV of Windows", lcov("src\\money.js").replaceAll("\n", "\r\n")],
    ["LCOV that has the file twice", `${lcov("src/money.js")}SF:./src/money.js\nDA:2,0\nend_of_record\n`],
    ["Cobertura", cobertura("src/money.js")],
    ["Cobertura below a source", cobertura("money.js", "/named/project/src")],
    ["coverage-final.json", final("/named/project/src/money.js")],
  ])("reads %s", (_, text) => {
    expect(read(text)).toEqual(half);
  });

  it("reads coverage-summary.json, which names no lines", () => {
    const lines = { total: 4, covered: 3, skipped: 0, pct: 75 };
    const text = JSON.stringify({ total: { lines }, "/real/project/src/money.js": { lines } });
    expect(read(text)).toEqual({ lines: 4, covered: 3, uncovered: null });
  });

  it.each([
    ["another directory", lcov("/elsewhere/src/money.js")],
    ["a way out and back", lcov("../project/src/money.js")],
    ["the end of a longer name", lcov("lib/src/money.js")],
    ["no lines", "SF:src/money.js\nend_of_record\n"],
    ["nonsense for numbers", "SF:src/money.js\nDA:x,1\nDA:-3,1\nDA:99999999999,1\nDA:4\nend_of_record\n"],
    ["an empty coverage", "<coverage/>"],
    [
      "an object of the prototype",
      '{"__proto__": {"statementMap": {}, "s": {}}, "total": {"lines": {"total": 1, "covered": 1}}}',
    ],
    ["totals that cannot be", '{"/real/project/src/money.js": {"lines": {"total": 1, "covered": 2}}}'],
  ])("knows nothing of the file where a report has %s", (_, text) => {
    expect(read(text)).toBeNull();
  });

  it.each([
    ["nothing", ""],
    ["prose", "All tests passed."],
    ["a number", "{}"],
    ["JSON that is cut off", final("src/money.js").slice(0, -5)],
    ["a page of HTML", "<html><body>100 %</body></html>"],
    ["entities", '<!DOCTYPE coverage [<!ENTITY a "b">]><coverage>&a;</coverage>'],
    ["another JSON", '{"coverage": 1}'],
  ])("takes %s for no report", (_, text) => {
    expect(read(text)).toBeUndefined();
  });

  it.each([
    ["records", "SF:other.js\nDA:1,1\nend_of_record\n".repeat(200_000)],
    ["a line without an end", `SF:${"a".repeat(20_000_000)}`],
    ["tags", `<coverage>${"<class filename='a'><line number='1' hits='1'/>".repeat(200_000)}`],
    ["a tag without an end", `<coverage><class filename="${"a".repeat(20_000_000)}`],
    ["comments without an end", `<coverage>${"<!--".repeat(2_000_000)}`],
    ["less-than signs", `<coverage>${"<".repeat(2_000_000)}`],
  ])("is through with too many %s", (_, text) => {
    expect(read(text)).toBeNull();
  });
});
