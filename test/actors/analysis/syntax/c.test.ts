// The figures of C: every structure, and names through its declarators.
import { describe, expect, it } from "vitest";
import { measuring } from "./measured.ts";

const { metricsOf, functionsOf, listedIn } = measuring("c");

describe("the complexities of C", () => {
  it.each([
    ["nothing", "", { cyclomatic: 1, cognitive: 0, nesting: 0 }],
    [
      "if, else if and else",
      "if (a) b(); else if (c) d(); else e();",
      { cyclomatic: 3, cognitive: 3, nesting: 1 },
    ],
    ["an if in an else block", "if (a) {} else { if (b) {} }", { cyclomatic: 3, cognitive: 4, nesting: 2 }],
    [
      "every loop",
      "for (;;) { while (a) {} } do { if (b) {} } while (c);",
      { cyclomatic: 5, cognitive: 6, nesting: 2 },
    ],
    [
      "a switch",
      "switch (a) { case 1: case 2: b(); break; default: c(); }",
      { cyclomatic: 3, cognitive: 1, nesting: 1 },
    ],
    [
      "a switch in a loop",
      "for (;;) switch (a) { case 1: if (b) {} }",
      { cyclomatic: 4, cognitive: 6, nesting: 3 },
    ],
    ["a ternary", "x = a ? b : c ? d : e;", { cyclomatic: 3, cognitive: 3, nesting: 0 }],
    ["sequences of operators", "if (a && b && c || d || (e && f)) {}", { cyclomatic: 7, cognitive: 4 }],
    ["one sequence through parentheses", "return (a || b) || (c || d);", { cyclomatic: 4, cognitive: 1 }],
    ["a jump", "again: if (a) goto again;", { cyclomatic: 2, cognitive: 2 }],
    ["a call of itself", "return f(n - 1);", { cyclomatic: 1, cognitive: 1 }],
    [
      "no condition of the preprocessor",
      "\n#ifdef X\n a();\n#else\n b();\n#endif\n",
      { cyclomatic: 1, cognitive: 0 },
    ],
  ])("count %s", async (_, body, figures) => {
    expect(await functionsOf(`int f(int n) { ${body} }`)).toMatchObject([figures]);
  });
});

describe("the functions of C", () => {
  it("have names, parameters and lines", async () => {
    const text = `static int plain(const char *name, int (*callback)(int), ...) { return 0; }
void *pointer(void) { return 0; }
int (*giver(int a))(int) { return 0; }
int old(a, b) int a; char *b; { return a; }
int nothing() {
  return 1;
}
int declared(int a);
struct point { int x; };
`;
    expect(await listedIn(text)).toEqual([
      ["plain", 1, 1, 2],
      ["pointer", 2, 1, 0],
      ["giver", 3, 1, 1],
      ["old", 4, 1, 2],
      ["nothing", 5, 3, 0],
    ]);
  });
});

describe("the lines of C", () => {
  it("tell comments from code and from strings", async () => {
    const text = '/* a\n   b */\nint x; // c\nchar *s = "/* no */";\n\n// d\n';
    expect(await metricsOf(text)).toMatchObject({ lines: 6, codeLines: 2, commentLines: 3, blankLines: 1 });
  });
});
