// Texts that may differ in their comments and docstrings, and in nothing else: what each language takes for a comment, and what it does not.
import { describe, expect, it } from "vitest";
import type { LanguageId } from "../../../actors/analysis/languages.ts";
import { compareBare } from "../../../actors/analysis/without-comments.ts";

async function compared(language: LanguageId, before: string, after: string) {
  return compareBare({ id: 1, language, before, after });
}

const template = "f(`a $".concat("{b} c`);\n");

const documented: readonly (readonly [LanguageId, before: string, after: string])[] = [
  ["typescript", "export const a = 1;\n", "/**\n * One.\n */\nexport const a = 1; // really\n"],
  ["typescript", "type A<in out T> = T;\n", "/** Both ways. */\ntype A<in out T> = T;\n"],
  ["tsx", "const a = <b>x</b>;\n", "/** Bold. */\nconst a = <b>x</b>;\n"],
  ["javascript", `#!/usr/bin/env node\n${template}`, `#!/usr/bin/env node\n/** Begins. */\n${template}`],
  [
    "python",
    "# -*- coding: utf-8 -*-\nclass A:\n    def f(self):\n        pass\n",
    '# -*- coding: utf-8 -*-\n"""About A."""\nclass A:\n    """A class."""\n\n    def f(self):\n        r"""Does nothing."""\n        pass\n',
  ],
  ["python", 'def f():\n    """Old."""\n', 'def f():\n    """New,\n\n    and longer."""\n'],
  [
    "elixir",
    "defmodule A do\n  def f(x), do: x\nend\n",
    'defmodule A do\n  @moduledoc ~S"""\n  About \\#{A}.\n  """\n\n  @doc "Gives it."\n  # and so on\n  def f(x), do: x\nend\n',
  ],
  ["go", "package a\n\nfunc F() {}\n", "// Package a is.\npackage a\n\n// F does.\nfunc F() {}\n"],
  ["rust", "pub fn f() {}\n", "//! About.\n\n/// Does.\n///\n/// # Panics\npub fn f() {}\n"],
  ["java", "class A { int f() { return 1; } }\n", "/** A. */\nclass A { int f() { return 1; } }\n"],
  ["ruby", "class A\n  def f = 1\nend\n", "# A.\nclass A\n  # Gives one.\n  def f = 1\nend\n"],
  [
    "c",
    "#define A 1\nint f(void) {\n  return A;\n}\n",
    "#define A 1 // one\n/** Gives it. */\nint f(void) {\n  return A; // here\n}\n",
  ],
  ["cpp", "MACRO_CLASS(A)\nint f();\n", "MACRO_CLASS(A)\n/// Gives one.\nint f();\n"],
  [
    "erlang",
    "-module(a).\nf(X) -> X.\n",
    '-module(a).\n-moduledoc "About.".\n%% @doc Gives it.\nf(X) -> X. % so\n',
  ],
];

const changed: readonly (readonly [LanguageId, what: string, before: string, after: string])[] = [
  ["typescript", "another value", "export const a = 1;\n", "/** One. */\nexport const a = 2;\n"],
  ["typescript", "another space in a text", 'const a = "b c";\n', 'const a = "b  c";\n'],
  ["typescript", "what the grammar does not know", "type A<in out T> = T;\n", "type A<out T> = T;\n"],
  ["typescript", "a silenced check", "f(a);\n", "// @ts-ignore\nf(a);\n"],
  [
    "typescript",
    "a check that is no longer silenced",
    "// aiex-ignore x -- y\nf(a);\n",
    "/** F. */\nf(a);\n",
  ],
  ["javascript", "a returned value", "function f() { return x; }\n", "function f() { return/*\n*/ x; }\n"],
  ["javascript", "code in a comment", "f();\ng();\n", "/* f();\ng(); */\n"],
  ["javascript", "a first line", "#!/usr/bin/env node\nf();\n", "// F.\n#!/usr/bin/env node\nf();\n"],
  ["tsx", "a comment that is shown", "const a = <b>x</b>;\n", "const a = <b>/* B */x</b>;\n"],
  ["python", "a computed docstring", "def f():\n    pass\n", 'def f():\n    f"{g()}"\n    pass\n'],
  ["python", "a body", 'def f():\n    """Old."""\n', "def f():\n    # New.\n\nx = 1\n"],
  ["python", "another indentation", "if a:\n    b()\n    c()\n", "if a:\n    b()\nc()\n"],
  ["python", "another encoding", "x = 1\n", "# coding: utf-7\nx = 1\n"],
  [
    "elixir",
    "computed documentation",
    "defmodule A do\nend\n",
    'defmodule A do\n  @moduledoc File.read!("a")\nend\n',
  ],
  ["elixir", "interpolation", "defmodule A do\nend\n", 'defmodule A do\n  @moduledoc "#{f()}"\nend\n'],
  ["elixir", "an operator", "defmodule A do\nend\n", 'defmodule A do\n  @moduledoc "a" <> f()\nend\n'],
  [
    "go",
    "a file to be embedded",
    "package a\n\nvar f string\n",
    "package a\n\n//go:embed /etc/passwd\nvar f string\n",
  ],
  ["go", "C", 'package a\n\nimport "C"\n', 'package a\n\n// int f() { return 1; }\nimport "C"\n'],
  ["java", "code behind escapes", "class A {}\n", "/* \\u002a\\u002f class B {} /* */\nclass A {}\n"],
  ["rust", "an attribute", "fn f() {}\n", "#[allow(dead_code)]\nfn f() {}\n"],
  ["ruby", "the end", "f\ng\n", "f\n__END__\ng\n"],
  ["c", "a joined line", "int a;\nint b;\n", "int a; // one \\\nint b;\n"],
  ["c", "a directive", "#define A 1\n", "#define A 2 // two\n"],
  ["erlang", "another clause", "f(1) -> 1.\n", "%% One.\nf(1) -> 2.\n"],
];

describe("compareBare()", () => {
  it.each(documented)("sees nothing but comments in %s", async (language, before, after) => {
    expect(await compared(language, before, after)).toEqual({ id: 1, ok: true, isSame: true, line: null });
  });

  it.each(changed)("sees in %s: %s", async (language, _, before, after) => {
    const answer = await compared(language, before, after);
    expect(answer.ok && answer.isSame).toBe(false);
  });

  it("says which line it is", async () => {
    const answer = await compared("python", "a = 1\nb = 2\n", '"""A."""\n\na = 1\n# b\nb = 3\n');
    expect(answer).toMatchObject({ isSame: false, line: 5 });
  });

  it("says why it cannot judge", async () => {
    expect(await compared("python", "def (", "x = 1\n")).toMatchObject({
      ok: false,
      reason: /^before, line 1/,
    });
    expect(await compareBare({ id: 1, language: "cobol", before: "", after: "" })).toMatchObject({
      ok: false,
    });
  });
});
