// extract_code: whole files where there are any, else blocks of code in what was written.
import { describe, expect, it } from "vitest";
import { analysis, documentation, explanation, generation, parts, refactoring, tests } from "../records.ts";
import { resultOf, transformed } from "./given.ts";

function codeOf(result: Parameters<typeof resultOf>[1], asked?: Parameters<typeof resultOf>[2]): unknown {
  return resultOf("extract_code", result, asked).parts;
}

const diff = expect.stringContaining("@@ -1,2 +1,3 @@");

describe("extract_code", () => {
  it("takes the file that was written, and where it belongs", () => {
    expect(codeOf(tests())).toEqual([
      { path: "test/a.test.ts", language: "typescript", code: 'it("adds", () => {});\n' },
    ]);
    expect(codeOf(tests({ path: "spec/a.ts" }))).toMatchObject([{ path: "spec/a.ts" }]);
    expect(codeOf(generation())).toEqual([{ path: null, language: "python", code: "a = 1\n" }]);
  });

  it("takes files as a refactoring would have them, and its diff where nobody knows them", () => {
    expect(codeOf(refactoring())).toEqual([{ path: "src/a.ts", language: "diff", code: diff }]);
    const texts = { "src/a.ts": "one\n2\n3\n" };
    expect(codeOf(refactoring(), { flow: { texts } })).toEqual([
      { path: "src/a.ts", language: "typescript", code: "one\n2\n3\n" },
    ]);
    // They are told apart by where they really are.
    const places = { "/work/src/a.ts": "one\n2\n3\n", "/work/src/bra.ts": "no" };
    expect(codeOf(parts(["src/a.ts", refactoring()]), { flow: { texts: places } })).toMatchObject([
      { language: "typescript", code: "one\n2\n3\n" },
    ]);
  });

  it("takes the blocks of a page", () => {
    expect(codeOf(documentation())).toEqual([{ path: null, language: "typescript", code: "add(1, 2);\n" }]);
    expect(codeOf(generation({ language: null, code: "# A\n\n~~~~\na\n~~~\n~~~~\n" }))).toEqual([
      { path: null, language: null, code: "a\n~~~\n" },
    ]);
    const text = "Call it so:\n\n   ```py title=x\n   add(1)\n     # more\n   ```\nand\n```\nleft open";
    expect(codeOf(explanation({ claims: [{ text }] }))).toEqual([
      { path: null, language: "python", code: "add(1)\n  # more\n" },
      { path: null, language: null, code: "left open\n" },
    ]);
  });

  it("takes that of every part, and of code that was taken already", () => {
    const all = parts(["a", generation()], ["b", null], ["c", tests()]);
    const taken = resultOf("extract_code", all);
    expect(taken.parts).toHaveLength(2);
    expect(codeOf(taken)).toEqual(taken.parts);
  });

  it.each(["python", "Python", "py", ".py"])("takes that of one language alone, called %s", (language) => {
    const all = parts(["a", generation()], ["c", tests()]);
    expect(codeOf(all, { parameters: { language } })).toMatchObject([{ language: "python" }]);
  });

  it("takes a diff for code of the language of its file", () => {
    expect(codeOf(refactoring(), { parameters: { language: "ts" } })).toMatchObject([{ language: "diff" }]);
  });

  it("says which languages there are", () => {
    expect(transformed("extract_code", tests(), { parameters: { language: "go" } })).toEqual({
      ...{ ok: false, code: "nothing_to_transform" },
      message:
        "extract_code finds no code in go in what step 1 (analyze) came to. There is code in typescript.",
    });
  });

  it.each([
    ["an analysis", analysis()],
    ["a refactoring that has nothing to change", refactoring({ files: [] })],
    ["an empty file", generation({ code: " \n" })],
    ["an explanation in words", explanation()],
  ])("refuses %s", (_, result) => {
    expect(transformed("extract_code", result)).toMatchObject({
      ...{ ok: false, code: "nothing_to_transform" },
      message:
        "extract_code finds no code in what step 1 (analyze) came to. Put it behind a step that writes code.",
    });
  });
});
