// What the metrics count in Java, on functions whose figures are worked out by hand.
import { describe, expect, it } from "vitest";
import { measuring } from "./measured.ts";

const { metricsOf, functionsOf, listedIn } = measuring("java");

describe("the complexity of Java", () => {
  it.each([
    ["nothing", "", { cyclomatic: 1, cognitive: 0, nesting: 0 }],
    ["if, else if and else", "if (a) {} else if (b) {} else {}", { cyclomatic: 3, cognitive: 3, nesting: 1 }],
    ["else without braces", "if (a) x(); else if (b) y(); else z();", { cyclomatic: 3, cognitive: 3 }],
    ["an else that returns", "if (a) x(); else return;", { cyclomatic: 2, cognitive: 2 }],
    ["an else that is a loop", "if (a) x(); else for (;;) {}", { cyclomatic: 3, cognitive: 4, nesting: 2 }],
    [
      "an else that is a switch",
      "if (a) x(); else switch (b) { default: y(); }",
      { cyclomatic: 2, cognitive: 4 },
    ],
    ["an if within an else", "if (a) {} else { if (b) {} }", { cyclomatic: 3, cognitive: 4, nesting: 2 }],
    ["an else behind a comment", "if (a) { } /* c */ else /* d */ { }", { cyclomatic: 2, cognitive: 2 }],
    [
      "all loops",
      "for (int i = 0; i < 3; i++) {} for (var x : xs) {} while (a) {} do {} while (b);",
      { cyclomatic: 5, cognitive: 4, nesting: 1 },
    ],
    [
      "jumps to a label only",
      "out: for (var x : xs) { while (a) { continue out; } break; }",
      { cyclomatic: 3, cognitive: 4, nesting: 2 },
    ],
    [
      "an old switch by its labels",
      "switch (a) { case 1: case 2: x(); break; default: y(); }",
      { cyclomatic: 3, cognitive: 1, nesting: 1 },
    ],
    [
      "a switch of arrows by its labels",
      "int r = switch (a) { case 1, 2 -> 3; case 4 -> { yield 3; } default -> 5; };",
      { cyclomatic: 3, cognitive: 1 },
    ],
    [
      "a switch of patterns with its guards",
      "var r = switch (o) { case Foo f when f.x > 1 -> 1; case Bar(int a) -> 2; case null, default -> 3; };",
      { cyclomatic: 4, cognitive: 1 },
    ],
    [
      "each catch, and neither try nor finally",
      "try (var in = open()) { if (a) {} } catch (A | B e) { if (b) {} } catch (C e) {} finally {}",
      { cyclomatic: 5, cognitive: 5, nesting: 2 },
    ],
    ["a conditional expression", "x(a ? b : c ? d : e);", { cyclomatic: 3, cognitive: 3, nesting: 0 }],
    ["like logical operators once", "x(a && b && c);", { cyclomatic: 3, cognitive: 1 }],
    ["logical operators through parentheses", "x(a && (b && (c || d)));", { cyclomatic: 4, cognitive: 2 }],
    ["no arithmetic on bits", "x(a & b | c);", { cyclomatic: 1, cognitive: 0 }],
    [
      "a lambda for the method around it, one level deeper",
      "run(() -> { if (a) {} });",
      { cyclomatic: 2, cognitive: 2, nesting: 1 },
    ],
    [
      "synchronized as nothing",
      "synchronized (lock) { if (a) {} }",
      { cyclomatic: 2, cognitive: 1, nesting: 1 },
    ],
  ])("counts %s", async (_, body, figures) => {
    expect(await functionsOf(`class A { void f() { ${body} } }`)).toMatchObject([figures]);
  });

  it.each([
    ["void f(int n) { f(n - 1); }", 1],
    ["void f(int n) { this.f(n - 1); }", 1],
    ["void f(int n) { other.f(n); }", 0],
    ["void f(int n) { f(n, 1); }", 0],
    ["void f(int n) { g(); } void g() { f(1); }", 0],
    ["void f(int n) { f((long) n); } void f(long n) {}", 0],
    ["void f(long n) {} /* c */ void f(int n) { f((long) n); }", 0],
  ])("takes a method for its own caller only where no other can be meant: %s", async (methods, cognitive) => {
    const found = await functionsOf(`class A { ${methods} }`);
    expect(found.reduce((sum, each) => sum + each.cognitive, 0)).toBe(cognitive);
  });
});

describe("the listed functions of Java", () => {
  it("have names, lines and parameters", async () => {
    const text = `public class A<T> {
  static { start(); }
  static final Comparator<B> ORDER = (a, b) -> a.n - b.n;
  A(int a) { super(a); }

  /** Documentation. */
  @Override
  public int f(@Nullable final int a, String... rest) {
    return 1;
  }
  int g(A<T> this, int b) { return 1; }
  abstract int h(int c);
  void run() {
    go(new Task(1) { @Override public void run(int x, int y, int z) { } });
  }
}
interface I { int x(); default int y() { return 1; } }
enum E { X(1) { int f() { return 1; } }, Y; E(int... n) {} }
record R(int a, String b) { R { if (a < 0) throw new X(); } int z() { return 1; } }`;
    expect(await listedIn(text)).toEqual([
      ["A.static initializer", 2, 1, 0],
      ["A.ORDER", 3, 1, 2],
      ["A.A", 4, 1, 1],
      ["A.f", 7, 4, 2],
      ["A.g", 11, 1, 1],
      ["A.run", 13, 3, 0],
      ["Task.run", 14, 1, 3],
      ["I.y", 17, 1, 0],
      ["X.f", 18, 1, 0],
      ["E.E", 18, 1, 1],
      ["R.R", 19, 1, 0],
      ["R.z", 19, 1, 0],
    ]);
  });

  it("keep what a class without a name decides to its own methods", async () => {
    const text = `class A { void f() { if (a) { go(new Task() { void run() { if (b) {} } }); } } }`;
    expect(await functionsOf(text)).toMatchObject([
      { name: "A.f", cognitive: 1 },
      { name: "Task.run", cognitive: 1 },
    ]);
  });
});

describe("lines of Java", () => {
  it("are comments in all three forms", async () => {
    const text = `/** Documentation. */\nclass A { // no comment line\n  /* a\n\n  b */\n  String s = """\n    // text\n    """;\n// c\n}\n`;
    expect(await metricsOf(text)).toMatchObject({ lines: 10, codeLines: 5, commentLines: 4, blankLines: 1 });
  });
});
