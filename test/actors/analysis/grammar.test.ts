// Texts that the built-in grammars do not know yet are read all the same; those with an error are refused with its line.
import { describe, expect, it } from "vitest";
import { hasGrammar, parse } from "../../../actors/analysis/grammar.ts";
import { languageById } from "../../../actors/analysis/languages.ts";

describe("parse()", () => {
  it.each([
    ["variance", "interface Box<in out T, out U = 1, in V> { a: T }\n"],
    [
      "variance on lines of their own",
      "type Box<\n  in out T, // both ways\n  // one way\n  out U,\n> = [T, U];\n",
    ],
    ["reserved words as names of exports", "const n = 1;\nexport { n as null, n as function };\n"],
  ])("reads %s at the same places", async (_, text) => {
    const root = await rootOf("typescript", `${text}eval(b);\n`);
    const [call] = root.findAll({ rule: { pattern: "eval($A)" } });
    expect(call?.range().start.index).toBe(text.length);
  });

  it.each([
    ["typescript", 'export type * from "a";\nexport type * as b from "b";\n'],
    ["typescript", 'let a: import("a").Map<string>;\n'],
    ["typescript", "class A {\n  static accessor a = 1;\n}\n"],
    ["go", "package a\n\nfunc f() any { return new(g()) }\n"],
    ["go", "package a\n\nvar s = ``\n\nvar t = 1"],
    ["rust", "fn f() { g(async || 1); g(async move |y| y) }\n"],
    ["rust", "fn f(a: impl async Fn()) {}\n"],
    ["rust", "macro_rules! m { ($a:pat_param) => {} }\nfn f() { str!(1) }\n"],
    ["rust", "fn f(x: i32) -> i32 { match x { 1.. => 2, ..=-2 | ..=0 => 4, _ => 5 } }\n"],
    ["rust", 'fn a() {}\nunsafe extern "C" {\n    safe fn f();\n}\n'],
    ["rust", 'fn f() -> &str { r"" }\n///'],
  ])("reads what the grammar of %s does not know yet: %j", async (language, text) => {
    expect((await rootOf(language, text)).text()).toHaveLength(text.length);
  });

  it.each([
    ["typescript", "const a = 1;\nlet x = ;\n", 2],
    ["typescript", "if (a) {\n", 1],
    ["tsx", "const a = <b>;\n", 1],
    ["javascript", "interface Box<in out T> {}\n", 1],
    ["python", "x = 1\n\ndef f():\n", 3],
    ["elixir", "defmodule A do\n", 2],
  ])("refuses broken %s %j with the line", async (language, text, line) => {
    await expect(rootOf(language, text)).rejects.toThrow(`line ${line} holds a syntax error`);
  });

  it("refuses brackets nested too deeply, and forgets unmatched ones in strings and comments", async () => {
    await expect(rootOf("javascript", "[".repeat(501))).rejects.toThrow("nested deeper than 500");
    await rootOf("javascript", 'f({ a: "((" });\n'.repeat(600));
    await rootOf("javascript", `${"[".repeat(499)}${"]".repeat(499)}`);
  });
});

async function rootOf(id: string, text: string) {
  const language = languageById(id);
  if (language === null || !hasGrammar(language)) throw new Error(`${id} has no grammar`);
  const parsed = await parse(language, text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.root;
}
