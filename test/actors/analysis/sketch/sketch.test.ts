import { describe, expect, test } from "vitest";
import type { LanguageId } from "../../../../actors/analysis/languages.ts";
import { partLinesMax } from "../../../../actors/analysis/sketch/limits.ts";
import { makeSketch } from "../../../../actors/analysis/sketch/make-sketch.ts";
import type { Sketch } from "../../../../actors/analysis/sketch/sketch.ts";

async function sketch(language: LanguageId | "", text: string): Promise<Sketch> {
  return (await makeSketch({ id: 1, sketch: true, language, text })).sketch;
}

/** `kind name line-endLine` of each. */
async function symbols(language: LanguageId, text: string): Promise<string[]> {
  const found = (await sketch(language, text)).symbols;
  return found.map(({ kind, name, line, endLine }) => `${kind} ${name} ${line}-${endLine}`);
}

describe("a sketch's symbols", () => {
  test("are those of TypeScript, with what wraps them", async () => {
    const text = [
      "export interface Shape { readonly sides: number }",
      "export type Name = string;",
      "enum Colour { Red }",
      "export const area = (shape: Shape): number => {",
      "  return shape.sides;",
      "};",
      "const limit = 3;",
      "export abstract class Box<T> extends Base {",
      "  static of = () => new Box();",
      "  open(key: string): T {",
      "    return this.get(key);",
      "  }",
      "}",
      "declare function told(): void;",
      "namespace Inner { export function deep() {} }",
      "export default function run() {}",
    ].join("\n");
    expect(await symbols("typescript", text)).toEqual([
      "type Shape 1-1",
      "type Name 2-2",
      "type Colour 3-3",
      "function area 4-6",
      "constant limit 7-7",
      "class Box 8-13",
      "method of 9-9",
      "method open 10-12",
      "function told 14-14",
      "module Inner 15-15",
      "function deep 15-15",
      "function run 16-16",
    ]);
    const { symbols: found } = await sketch("typescript", text);
    expect(found.find(({ name }) => name === "area")?.signature).toBe(
      "export const area = (shape: Shape): number =>",
    );
    expect(found.find(({ name }) => name === "open")?.signature).toBe("open(key: string): T");
  });

  test.each([
    [
      "python",
      "LIMIT = 3\n\n@cached\ndef one(a):\n    return a\n\nclass Two(Base):\n    def three(self):\n        pass\n",
      ["constant LIMIT 1-1", "function one 3-5", "class Two 7-9", "method three 8-9"],
    ],
    [
      "go",
      "package a\n\ntype Box struct { n int }\n\nconst Max = 3\n\nfunc (b *Box) Open() int { return b.n }\n\nfunc New() *Box { return nil }\n",
      ["type Box 3-3", "constant Max 5-5", "method Open 7-7", "function New 9-9"],
    ],
    [
      "rust",
      "pub struct Box;\nimpl Box {\n    pub fn open(&self) -> u32 { 1 }\n}\ntrait Shape { fn sides(&self) -> u32; }\nfn main() {}\nmod inner { fn deep() {} }\n",
      [
        "type Box 1-1",
        "method open 3-3",
        "class Shape 5-5",
        "method sides 5-5",
        "function main 6-6",
        "module inner 7-7",
        "function deep 7-7",
      ],
    ],
    [
      "java",
      "package a;\nclass Box {\n  Box() {}\n  int open() { return 1; }\n  enum Kind { A }\n}\n",
      ["class Box 2-6", "method Box 3-3", "method open 4-4", "class Kind 5-5"],
    ],
    [
      "ruby",
      "module Shop\n  LIMIT = 3\n  class Box\n    def open(key)\n      key\n    end\n    def self.make; end\n  end\nend\n",
      ["module Shop 1-9", "constant LIMIT 2-2", "class Box 3-8", "method open 4-6", "method make 7-7"],
    ],
    [
      "c",
      "#define LIMIT 3\nstruct box { int n; };\ntypedef struct { int m; } crate;\nint open_box(struct box *b);\nstatic int *twice(int n) {\n  return 0;\n}\n",
      [
        "constant LIMIT 1-1",
        "class box 2-2",
        "type crate 3-3",
        "function open_box 4-4",
        "function twice 5-7",
      ],
    ],
    [
      "cpp",
      "namespace shop {\ntemplate <typename T>\nclass Box {\n public:\n  int open() { return 1; }\n};\nint Box::close() { return 2; }\n}\n",
      ["module shop 1-8", "class Box 2-6", "method open 5-5", "function close 7-7"],
    ],
    [
      "elixir",
      'defmodule Shop.Box do\n  @doc "Opens"\n  def open(key) when is_binary(key) do\n    key\n  end\n\n  defp close, do: :ok\nend\n',
      ["module Shop.Box 1-8", "function open 3-5", "function close 7-7"],
    ],
    [
      "erlang",
      "-module(box).\n-record(state, {n}).\nopen(0) -> 1;\nopen(N) ->\n  N.\nclose() -> ok.\n",
      ["module box 1-1", "type state 2-2", "function open 3-5", "function close 6-6"],
    ],
  ] as const)("are those of %s", async (language, text, expected) => {
    expect(await symbols(language, text)).toEqual(expected);
  });

  test("are found around what the grammar cannot read", async () => {
    const text = "function good() { return 1; }\nfunction bad( { ]]]\nfunction last() { return 2; }\n";
    expect((await symbols("javascript", text))[0]).toBe("function good 1-1");
  });

  test("are none in brackets that are an attack, whose words are there all the same", async () => {
    const { symbols: found, words } = await sketch("javascript", `let deep = ${"[".repeat(5_000)}`);
    expect(found).toEqual([]);
    expect(words).toContain("deep");
  });
});

describe("a sketch's imports", () => {
  test("are those of scripts, types and calls included, and not of packages", async () => {
    const text = [
      'import type { A } from "./a.ts";',
      'import b from "../b.js";',
      'import { readFile } from "node:fs";',
      'export * from "./c";',
      'const d = require("./d");',
      'const e = () => import("./e.ts");',
    ].join("\n");
    const { imports } = await sketch("typescript", text);
    expect(imports.map(({ specifier, line }) => `${specifier} ${line}`)).toEqual([
      "./a.ts 1",
      "../b.js 2",
      "./c 4",
      "./d 5",
      "./e.ts 6",
    ]);
  });
});

describe("a sketch's parts", () => {
  test("are the whole file without overlaps, whatever its language", async () => {
    const text = Array.from({ length: 1_000 }, (_, line) =>
      line % 9 === 0
        ? `function f${line}() {`
        : line % 9 === 8
          ? "}"
          : line % 9 === 4
            ? ""
            : `  call(${line});`,
    ).join("\n");
    for (const language of ["typescript", ""] as const) {
      const { parts } = await sketch(language, text);
      const rows = text.split("\n");
      const covered = new Set<number>();
      let last = 0;
      for (const { line, endLine } of parts) {
        expect(line).toBeGreaterThan(last);
        expect(endLine - line + 1).toBeLessThanOrEqual(partLinesMax + 2);
        for (let at = line; at <= endLine; at += 1) covered.add(at);
        last = endLine;
      }
      for (const [index, row] of rows.entries()) if (row.trim() !== "") expect(covered).toContain(index + 1);
    }
  });

  test("begin with what is said of a definition right above it", async () => {
    const body = Array.from({ length: 10 }, () => "  work();").join("\n");
    const text = `function one() {\n${body}\n}\n\n/** Says what two is for. */\nfunction two() {\n${body}\n}\n`;
    const { parts } = await sketch("typescript", text);
    expect(parts.map(({ line, endLine }) => [line, endLine])).toEqual([
      [1, 12],
      [14, 26],
    ]);
  });

  test("begin at the headings of what is no code", async () => {
    const text = `# One\n${"word\n".repeat(10)}\n# Two\n${"word\n".repeat(10)}`;
    const { parts } = await sketch("", text);
    expect(parts.map(({ line }) => line)).toEqual([1, 13]);
  });

  test("count their words", async () => {
    const { parts, words } = await sketch("typescript", "const total = price + price;\n");
    const [part] = parts;
    const counted = new Map<string, number>();
    for (let at = 0; at < (part?.words.length ?? 0); at += 2)
      counted.set(words[part?.words[at] ?? 0] ?? "", part?.words[at + 1] ?? 0);
    expect(counted.get("price")).toBe(2);
    expect(counted.get("total")).toBe(1);
  });
});

describe("a sketch's code words", () => {
  test.each([
    [
      "typescript",
      '// aside\nconst a = "quoted"; /* block */ call(`in {template}`);',
      ["a", "call", "const", "in", "template"],
    ],
    ["python", '"""doc\nstring"""\nvalue = other  # aside\n', ["other", "value"]],
    ["rust", "fn f<'life>(x: &'life str) {} // aside\n", ["f", "fn", "life", "str", "x"]],
  ] as const)("of %s are not those of comments and strings", async (language, text, expected) => {
    const { words, code } = await sketch(language, text);
    expect(code.map((index) => words[index]).sort()).toEqual(expected);
  });

  test("are found behind what is not closed", async () => {
    const { words } = await sketch("typescript", 'const a = "never closed\nconst after = 1; /* never');
    expect(words).toContain("after");
  });
});

describe("makeSketch()", () => {
  test.each([
    ["nothing", ""],
    ["line ends alone", "\n\n\n"],
    ["Windows' line ends", "function a() {\r\n  return 1;\r\n}\r\n"],
    ["a byte order mark", "\uFEFFconst a = 1;"],
    ["no text", "\u0001\u0002\uFFFD".repeat(100)],
    ["one very long word", "x".repeat(100_000)],
    ["another script", "const größe = 名前の変数; // Größe 検索\n"],
  ])("takes %s", async (_, text) => {
    const { lines, parts } = await sketch("typescript", text);
    expect(lines).toBeLessThanOrEqual(text.split("\n").length);
    for (const { endLine } of parts) expect(endLine).toBeLessThanOrEqual(text.split("\n").length);
  });

  test("takes a time that grows with the text, whatever is not closed in it", async () => {
    for (const text of ['"'.repeat(20_000), "/*".repeat(10_000), "'''".repeat(6_000), "\\".repeat(20_000)])
      for (const language of ["python", "typescript", "rust"] as const) await sketch(language, text);
  });
});
