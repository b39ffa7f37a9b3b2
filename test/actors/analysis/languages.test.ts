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
