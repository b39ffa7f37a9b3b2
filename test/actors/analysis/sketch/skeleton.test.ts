// The skeleton of a script has the definitions of the whole text, in the same lines, and little else.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasGrammar, openGrammar } from "../../../../actors/analysis/grammar.ts";
import { languageById } from "../../../../actors/analysis/languages.ts";
import { definitionsOf } from "../../../../actors/analysis/sketch/definitions.ts";
import { shapes } from "../../../../actors/analysis/sketch/shapes.ts";
import { skeletonOf } from "../../../../actors/analysis/sketch/skeleton.ts";

const root = new URL("../../../../", import.meta.url).pathname;

/** Without signatures: comments in them are left out. */
async function definitionsIn(text: string) {
  const language = languageById("typescript");
  if (language === null || !hasGrammar(language)) throw new Error("TypeScript has a grammar.");
  const opened = await openGrammar(language);
  if (!opened.ok) throw new Error(opened.reason);
  const { symbols, scriptImports } = definitionsOf(opened.rootOf(text), text, shapes.typescript);
  return {
    symbols: symbols.map(({ name, kind, line, endLine }) => ({ name, kind, line, endLine })),
    imports: scriptImports.map(({ specifier, line }) => ({ specifier, line })),
  };
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name));
}

const hard = {
  "brackets in strings, templates and regular expressions": [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what is to be read.
    "export function a() { return \"}\" + '{' + `}${ `{` + { b: 1 }.b }{` + /[}/{]/.source; }",
    "export const c = () => { return a / b / c; };",
    "export class D { e = /}/; f() { return 1 / 2; } }",
  ],
  "brackets in comments": [
    "/* { */ export function a() { // }",
    "  /* } */",
    "}",
    "export type B = /* { */ string;",
  ],
  "types in braces": [
    "export function a(options: { b: { c: string } }): { d: string } { return { d: '' }; }",
    "class E { f: { g: string } = { g: '' }; h(): Promise<{ i: 1 }> { return j; } get k(): string { return ''; } }",
    "export const l: { m: number } = { m: 1 };",
    "export type N<O = { p: 1 }> = { q: O };",
  ],
  "no semicolons": [
    "declare function a(): void",
    "export { b } from './b'",
    "declare function c(): string",
    "const { d } = e",
    "class F extends g({ h: 1 }) {",
    "  static { i() }",
    "  async j() {}",
    "}",
    "interface K extends L<{ m: 1 }> { n(): void }",
  ],
  "names that are words of the language elsewhere": [
    "module.exports = { class: 1, function: 2 };",
    "const type = { interface: a.class, enum: 1 };",
    "class B { type() { return 1; } namespace() {} class() {} get() {} static import() {} }",
    "export function after() {}",
  ],
  "modules and namespaces": [
    "declare module 'a' { export function b(): void; }",
    "declare global { interface C {} function d(): void; }",
    "export namespace E.F { export class G { h() {} } export namespace I { const j = 1; } }",
  ],
  "what is exported by default": ["export default class { a() {} }", "export default function () { b(); }"],
  "what is given a class": [
    "const A = class { b() {} };",
    "export default mixin(class extends C { d() {} });",
  ],
};

describe("a skeleton", () => {
  test.each(Object.entries(hard))("finds its way through %s", async (_, lines) => {
    const text = `${lines.join("\n")}\n`;
    const skeleton = skeletonOf(text) ?? "";
    expect(await definitionsIn(skeleton)).toEqual(await definitionsIn(text));
    expect(skeleton.split("\n").length).toBe(text.split("\n").length);
  });

  test("has the definitions of all sources of this project, and less than half of their text", async () => {
    let [bytes, kept, none] = [0, 0, 0];
    for (const path of sourcesBelow("actors")) {
      const text = readFileSync(path, "utf8");
      const skeleton = skeletonOf(text);
      if (skeleton === undefined) {
        none += 1;
        continue;
      }
      expect(await definitionsIn(skeleton), path).toEqual(await definitionsIn(text));
      bytes += text.length;
      kept += skeleton.length;
    }
    expect(kept).toBeLessThan(bytes / 2);
    expect(none).toBeLessThan(10);
  });

  test.each([
    ["a bracket that nothing closes", "export function a() {\n"],
    ["one that nothing opened", "}\nexport function a() {}\n"],
    ["brackets that do not pair", "foo({ a: [1 };\n"],
    ["JSX", "export const a = () => <p>it's</p>;\n"],
  ])("is none of %s", (_, text) => {
    expect(skeletonOf(text)).toBeUndefined();
  });

  test("ends with whatever it is given, with as many lines or none", () => {
    const piece = fc.constantFrom(
      ..."{ } ( ) [ ] ' \" ` ${ / // /* */ \\ \n class function => = : ; a 1 export interface ".split(" "),
      " ",
      "\n",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join("");
        const skeleton = skeletonOf(text);
        if (skeleton !== undefined) expect(skeleton.split("\n").length).toBe(text.split("\n").length);
      }),
      { numRuns: 2_000 },
    );
  });
});
