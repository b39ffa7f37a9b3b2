// C and C++ as they are written: with macros and directives that no grammar can place.
import { describe, expect, it } from "vitest";
import { examine } from "../../../../actors/analysis/examine.ts";
import { withoutMacros } from "../../../../actors/analysis/preprocessor/readable.ts";

describe("a text without its macros", () => {
  it.each([
    [
      "a condition around half an if",
      "void f() {\n#ifdef A\n  if (a)\n#else\n  if (b)\n#endif\n    c();\n}\n",
      ["if (a)", "c();"],
      ["if (b)", "#"],
    ],
    [
      "an else behind a condition",
      "void f() {\n  if (a) b();\n#ifdef A\n  else if (c) d();\n#endif\n}\n",
      ["else if (c)"],
      ["#"],
    ],
    ["a condition in a list", "int a[] = {\n#ifdef A\n  1,\n#else\n  2,\n#endif\n};\n", ["1,", "2,"], ["#"]],
    [
      "a condition in the arguments",
      "void f() { g(a,\n#ifdef A\n b\n#else\n c\n#endif\n ); }\n",
      ["b"],
      [" c", "#"],
    ],
    [
      "a language that is not C's",
      '#ifdef __cplusplus\nextern "C" {\n#endif\nint a;\n#ifdef __cplusplus\n}\n#endif\n',
      ["int a;"],
      ["extern", "}"],
    ],
    [
      "conditions that contradict each other",
      "void f() {\n#ifdef A\n if (a) {\n#endif\n b();\n#ifndef A\n if (c) {\n#endif\n }\n}\n",
      ["if (a) {"],
      ["if (c)"],
    ],
    ["code that is switched off", "#if 0\nthis is (no code\n#endif\nint a;\n", ["int a;"], ["this"]],
    [
      "an attribute in front",
      "LIB_API int f(int a);\nstatic redisAtomic size_t b;\n",
      ["int f(int a);", "static ", "size_t b"],
      ["LIB_API", "redisAtomic"],
    ],
    [
      "an attribute behind",
      "int f(int a) WARN_UNUSED FORMAT(1, 2);\nint g(void) NO_RETURN {}\n",
      ["int f(int a)"],
      ["WARN_UNUSED", "FORMAT", "NO_RETURN"],
    ],
    ["a macro by itself", "BEGIN_DECLS\nDEFINE(a, b)\nint c;\n", ["int c;"], ["DEFINE"]],
    ["a loop", "void f() { list_foreach(a, b) { c(); } }\n", ["while(", "1", "{ c(); }"], ["list_foreach"]],
    ["a block", 'void f() { SECTION("a") { b(); } }\n', ["{ b(); }"], ["SECTION"]],
    [
      "a type as an argument",
      "void f() { a = va_arg(b, const char *); c = va_arg(b, long long); }\n",
      ["va_arg(b,", "char"],
      ["const", "*"],
    ],
    ["an operator as an argument", "void f() { a = op(+, b, c); }\n", ["op(0, b, c)"], ["+"]],
    ["a text put together", 'void f() { printf("%" PRIu64 "\\n", a); }\n', ['"%"', '"\\n"'], ["PRIu64"]],
    [
      "a declaration in a macro",
      "void f() { DEBUG(const char *a = 0); ARRAY(uint8_t, b, 9); THROWS(c, error &); }\n",
      ["char *a = 0", ";", "THROWS(c, error  )"],
      ["DEBUG", "ARRAY", "&"],
    ],
  ])("has %s so that it can be read", (_, text, kept, hidden) => {
    const plain = withoutMacros(text, false);
    expect(plain).toHaveLength(text.length);
    expect(plain.split("\n")).toHaveLength(text.split("\n").length);
    for (const part of kept) expect(plain).toContain(part);
    for (const part of hidden) expect(plain).not.toContain(part);
  });

  it.each([
    ["conditions around whole statements", "void f() {\n#ifdef A\n  a();\n#else\n  b();\n#endif\n}\n"],
    [
      "ordinary declarations",
      "static const char *a(struct b *c, unsigned long d);\nFILE *e;\nDWORD g;\nfoo h(i);\n",
    ],
    ["calls and products", "void f() { a(b * c * d, e); if (x) FOO(a); FOO(b); return a * b; }\n"],
    ["comments and strings", '/* LIB_API int a */ const char *s = "LIB_API int a # if"; // BEGIN\n'],
    ["a suffix of a literal", 'auto a = "b"_json; extern "C" int c;\n'],
  ])("keeps %s", (_, text) => {
    expect(withoutMacros(text, true)).toBe(text);
  });

  it("keeps comments where it hides what is around them", () => {
    expect(withoutMacros("LIB_API /* why */ int f(void);\n", false)).toBe("        /* why */ int f(void);\n");
  });
});

describe("a file with macros", () => {
  it("has the functions, findings and positions of what can be read", async () => {
    const text = `LIB_API int first(char *p) WARN_UNUSED {
#ifdef A
  if (p) {
#else
  if (!p) {
#endif
    gets(p);
  }
  return 0;
}
`;
    const { metrics, findings } = await read(text);
    expect(metrics.functions).toMatchObject([{ name: "first", line: 1, lines: 10, cyclomatic: 2 }]);
    expect(findings).toMatchObject([{ rule: "c/gets", line: 7, column: 5 }]);
  });

  it("is read but for one definition that nobody can read, and says which", async () => {
    const readable = Array.from(
      { length: 30 },
      (_, index) => `int f${index}(void) { return ${index}; }\n`,
    ).join("");
    const { metrics, findings } = await read(`${readable}int g(void) { return ) 1 @ ; }\n${readable}`);
    expect(metrics.functions).toHaveLength(60);
    expect(findings).toMatchObject([{ rule: "shared/unread-code", line: 31, severity: "hint" }]);
  });

  it("is refused where more than a tenth cannot be read", async () => {
    const response = await examine(request("int f(void) { return 1; }\nint g(void) { return ) 1 @ ; }\n"));
    expect(response).toMatchObject({ ok: false });
  });

  it.each([
    [
      "an if chain cut by a condition",
      "int f(int a) {\n  if (a == 1) b();\n#ifdef X\n  else if (a == 2) c();\n#endif\n  else d();\n  return 0;\n}\n",
    ],
    [
      "a release in each branch",
      "void f(char *p) {\n#ifdef A\n  LOCK free(p);\n#else\n  free(p);\n#endif\n}\n",
    ],
    [
      "a case that goes on behind a condition",
      "void f(int a) {\n  switch (a) {\n  case 1:\n    LOG_IT(a) b();\n#ifdef X\n    break;\n#endif\n  case 2:\n    break;\n  }\n}\n",
    ],
  ])("has no false finding for %s", async (_, text) => {
    expect((await read(text)).findings).toEqual([]);
  });
});

describe("a hostile text", () => {
  it.each([
    '"',
    "'",
    "#",
    "#if A\n",
    "#if A\nx\n#else\n",
    "A ",
    "A(b) ",
    "/*",
    "\\\n",
    'R"(',
    "a*",
    "{}",
    "#define A \\\n",
    "::",
  ])(
    "of many %j keeps its length, in time that grows with it alone",
    (part) => {
      const text = part.repeat(Math.ceil(500_000 / part.length));
      expect(withoutMacros(text, true)).toHaveLength(text.length);
    },
    60_000,
  );
});

function request(text: string) {
  return { id: 1, path: "a.c", language: "c", text };
}

async function read(text: string) {
  const response = await examine(request(text));
  if (!response.ok) throw new Error(response.reason);
  return response;
}
