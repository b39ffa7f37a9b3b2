// Languages are known by name first and by the `#!` line where the name tells nothing.
import { describe, expect, it } from "vitest";
import { detectLanguage, languages } from "../../../actors/analysis/languages.ts";

describe("detectLanguage()", () => {
  it.each([
    ["a.ts", "typescript"],
    ["src/a.d.mts", "typescript"],
    ["C:\\src\\a.CTS", "typescript"],
    ["a.tsx", "tsx"],
    ["a.js", "javascript"],
    ["a.min.mjs", "javascript"],
    ["a.cjs", "javascript"],
    ["a.jsx", "javascript"],
    ["a.py", "python"],
    ["a.pyi", "python"],
    ["SConstruct", "python"],
    ["mix.exs", "elixir"],
    ["lib/a.ex", "elixir"],
  ])("knows %s as %s", (path, id) => {
    expect(detectLanguage(path)?.id).toBe(id);
  });

  it.each([
    ["#!/usr/bin/env node\n", "javascript"],
    ["#!/usr/bin/env -S LANG=C python3.11 -u\n", "python"],
    ["#!/usr/bin/python\r\n", "python"],
    ["\uFEFF#! /opt/bin/elixir --no-halt\n", "elixir"],
    ["#!/usr/bin/env deno run", "typescript"],
  ])("knows a program by %j as %s", (text, id) => {
    expect(detectLanguage("bin/tool", text)?.id).toBe(id);
  });

  it.each([
    ["tool", "#!/bin/sh\n"],
    ["tool", "#!\n"],
    ["tool", "#!/usr/bin/env -S\n"],
    ["tool", ""],
    ["README.md", "text"],
    [".ts", ""],
    ["a.ts/b", ""],
    ["ts", ""],
    ["", ""],
  ])("does not know %j that begins with %j", (path, text) => {
    expect(detectLanguage(path, text)).toBeNull();
  });

  it.each([
    ["c", ""],
    ["c", "int f(void);\nstruct class { int namespace; };\n"],
    ["c", "/*\n * class A is std::string's friend\n * template <T>\n */\nint template;\n"],
    [
      "c",
      '#ifdef __cplusplus\nnamespace n {\nextern "C" {\n#endif\nint f(void);\n#ifdef __cplusplus\n}}\n#endif\n',
    ],
    ["c", "#if defined(__cplusplus)\n#include <cstdlib>\n#else\n#include <stdlib.h>\n#endif\n"],
    ["cpp", "class A;\n"],
    ["cpp", "namespace n {\n}\n"],
    ["cpp", "  template <typename T>\nT f(T);\n"],
    ["cpp", "#include <vector>\n"],
    ["cpp", "struct A : B {};\n"],
    ["cpp", "void f(const std::string& s);\n"],
    ["cpp", "enum class E { A };\r\n"],
    ["cpp", "using T = int;\n"],
    ["cpp", "#ifdef __cplusplus\nint a;\n#endif\nclass LIBRARY_API A : public B {\n};\n"],
  ])("knows a header of %s by %j", (id, text) => {
    expect(detectLanguage("include/a.h", text)?.id).toBe(id);
    expect(detectLanguage("a.H", text)?.id).toBe(id);
    expect(detectLanguage("a.c", text)?.id).toBe("c");
  });

  it.each(["#ifdef __cplusplus\n", "std::", "class ", " ", "namespace\t", "a "])(
    "reads a header of many %j, in time that grows with its length alone",
    (part) => {
      expect(detectLanguage("a.h", part.repeat(1_000_000))?.id).toMatch(/^c(pp)?$/);
    },
    60_000,
  );

  it("goes by the name where both tell", () => {
    expect(detectLanguage("a.py", "#!/usr/bin/env node\n")?.id).toBe("python");
  });
});

describe("the table of languages", () => {
  it("gives no extension, file name or interpreter to two languages", () => {
    for (const key of ["extensions", "fileNames", "interpreters"] as const) {
      const all = languages.flatMap((language) => language[key]);
      expect(new Set(all).size).toBe(all.length);
    }
  });
});
