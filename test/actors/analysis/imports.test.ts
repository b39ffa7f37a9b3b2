// Imports as the parsers read them: those that load a file at once, and none that come later or load nothing.
import { describe, expect, it } from "vitest";
import { examine } from "../../../actors/analysis/examine.ts";

/** Path, or path and name, of each import. */
async function importsIn(language: string, text: string): Promise<string[]> {
  const answer = await examine({ id: 1, path: "a", language, text });
  if (!answer.ok) throw new Error(answer.reason);
  return answer.footprint.imports.map(({ specifier, name }) =>
    name === undefined ? specifier : `${specifier} ${name}`,
  );
}

describe("The imports of TypeScript", () => {
  it.each([
    ['import { a } from "./a.js";\na();', ["./a.js"]],
    ['import a from "./a.js";\nnew a();', ["./a.js"]],
    ['import * as a from "../a.js";\na.b();', ["../a.js"]],
    ['import a = require("./a");\na.b();', ["./a"]],
    ['import { a as b } from "./a.js";\nconst c = { b };', ["./a.js"]],
    ['import "./a.js";', ["./a.js"]],
    ['import {\n  a, // not b\n} from "./a.js";\nclass C extends a<D> {}', ["./a.js"]],
    ['import A from "./a.js";\n@A\nclass C {}', ["./a.js"]],
    ['export * from "./a.js";\nexport { b } from "./b.js";', ["./a.js", "./b.js"]],
    ['import type { A } from "./a.js";\nexport type { B } from "./b.js";', []],
    ['import { type A } from "./a.js";\nlet a: A;', []],
    ['import { A } from "./a.js";\nlet a: A | A.B;\nlet b: typeof A;', []],
    ['import { A } from "./a.js";\n// A()\nconst text = "A()";', []],
    ['import { a } from "a";\nimport b from "node:fs";\na(b);', []],
    ['const a = await import("./a.js");', []],
    ['const text = `import "./a.js"`;\n// import "./b.js"', []],
  ])("of %j are %j", async (text, expected) => {
    expect(await importsIn("typescript", text)).toEqual(expected);
  });

  it("of TSX count a component as a value", async () => {
    expect(await importsIn("tsx", 'import { A } from "./a";\nconst b = <A />;')).toEqual(["./a"]);
  });
});

describe("The imports of JavaScript", () => {
  it.each([
    ['import { a } from "./a.js";', ["./a.js"]],
    ["const a = require(\"./a\"), { b } = require('../b').c;", ["./a", "../b"]],
    ['module.exports = { a: require("./a") };', ["./a"]],
    ['function f() {\n  return require("./a");\n}\nconst g = () => require("./b");', []],
    ["const a = require(name);\nrequire(`./b`);", []],
    ['const a = require("a");\nit.require("./b");', []],
  ])("of %j are %j", async (text, expected) => {
    expect(await importsIn("javascript", text)).toEqual(expected);
  });
});

describe("The imports of Python", () => {
  it.each([
    ["import a.b as c, d", ["a.b", "d"]],
    ["from .a import b, c as d", [".a b", ".a c"]],
    ["from .. import (\n    x,\n)", [".. x"]],
    ["from .a import *", [".a"]],
    ["try:\n    import a\nexcept ImportError:\n    a = None", ["a"]],
    ["def f():\n    import a\n\nclass C:\n    import b", ["b"]],
    ["if TYPE_CHECKING:\n    import a\nif typing.TYPE_CHECKING:\n    from . import b", []],
    ["if DEBUG:\n    import a", ["a"]],
    ['"""import a"""\n# import b\nfrom __future__ import annotations', []],
  ])("of %j are %j", async (text, expected) => {
    expect(await importsIn("python", text)).toEqual(expected);
  });
});

describe("The imports of other languages", () => {
  it("of Ruby are what it requires by place", async () => {
    const text = 'require "set"\nrequire_relative "a"\nrequire_relative("../b")\nrequire_relative "c/#{d}"\n';
    expect(await importsIn("ruby", `${text}def f\n  require_relative "e"\nend\n`)).toEqual(["a", "../b"]);
  });

  it.each(["c", "cpp"])("of %s are what it includes in quotes", async (language) => {
    const text =
      '#include <stdio.h>\n#  include "a.h"\n#ifdef B\n#include "b/c.h"\n#endif\n// #include "d.h"\n';
    expect(await importsIn(language, text)).toEqual(["a.h", "b/c.h"]);
  });

  it("of Go are none, since its compiler forbids cycles", async () => {
    expect(await importsIn("go", 'package a\n\nimport "./b"\n')).toEqual([]);
  });
});

describe("An import", () => {
  it("stands where its statement begins", async () => {
    const text = 'import "b";\n\n  import {\n  a,\n} from "./a.js";\na();\n';
    const answer = await examine({ id: 1, path: "a.ts", language: "typescript", text });
    expect(answer).toMatchObject({ footprint: { imports: [{ specifier: "./a.js", line: 3, column: 3 }] } });
  });
});
