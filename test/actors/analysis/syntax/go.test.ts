// What the metrics count in Go.
import { describe, expect, it } from "vitest";
import type { FunctionMetrics } from "../../../../actors/analysis/report.ts";
import { measuring } from "./measured.ts";

const { metricsOf, functionsOf, onlyOf, listedIn } = measuring("go");

describe("the complexity of Go", () => {
  it("counts nested loops and a jump to a label, as in the paper", async () => {
    const body = `total := 0
OUT:
  for i := 1; i <= max; i++ {
    for j := 2; j < i; j++ {
      if i%j == 0 {
        continue OUT
      }
    }
    total += i
  }
  return total`;
    expect(await only(body)).toMatchObject({ cognitive: 7, cyclomatic: 4, nesting: 3 });
  });

  it("counts every form of for once", async () => {
    const body =
      "for i := 0; i < 1; i++ {}; for a {}; for {}; for k, v := range m { _, _ = k, v }; for range 3 {}";
    expect(await only(body)).toMatchObject({ cognitive: 5, cyclomatic: 6, nesting: 1 });
  });

  it("counts else and else if without nesting", async () => {
    const body = "if a { } else if x := g(); x { if c { } } else if d { } else { if e { } }";
    expect(await only(body)).toMatchObject({ cognitive: 8, cyclomatic: 6, nesting: 2 });
  });

  it("counts a switch once for the reader, and its cases without the default as paths", async () => {
    const cases = "{ case 1, 2: return 1\n case 3: fallthrough\n default: return 2 }";
    expect(await only(`switch n ${cases}`)).toMatchObject({ cognitive: 1, cyclomatic: 3, nesting: 1 });
    expect(await only("switch { case a > 1:\n case b: }")).toMatchObject({ cognitive: 1, cyclomatic: 3 });
    expect(await only("switch x := y.(type) { case int, string: _ = x\n default: }")).toMatchObject({
      cognitive: 1,
      cyclomatic: 2,
    });
    expect(await only("for { select { case <-a: return 1\n case b <- 1:\n default: } }")).toMatchObject({
      cognitive: 3,
      cyclomatic: 4,
      nesting: 2,
    });
  });

  it("counts sequences of logical operators through parentheses", async () => {
    expect(await only("if a && b && c || d || e && f { }")).toMatchObject({ cognitive: 4, cyclomatic: 7 });
    expect(await only("if a && !(b && c) { }")).toMatchObject({ cognitive: 3, cyclomatic: 4 });
    expect(await only("return (a || b) || (c || d)")).toMatchObject({ cognitive: 1, cyclomatic: 4 });
  });

  it("counts labelled break and goto, but no plain jump", async () => {
    expect(await only("L: for { break L }")).toMatchObject({ cognitive: 2 });
    expect(await only("goto END\nEND:\n return 1")).toMatchObject({ cognitive: 1, cyclomatic: 1 });
    expect(await only("for { if a { continue }; break }")).toMatchObject({ cognitive: 3 });
  });

  it("counts a function literal for the function around it, one level deeper", async () => {
    const body = "if a { }; defer func() { if r := recover(); r != nil { } }()";
    expect(await only(body)).toMatchObject({ name: "f", cognitive: 3, cyclomatic: 3, nesting: 1 });
  });

  it("counts a call of itself, by a method on its own receiver only", async () => {
    expect(await only("return f()")).toMatchObject({ cognitive: 1 });
    expect(await first("func (t *Tree) Size() int { return 1 + t.Size() }")).toMatchObject({ cognitive: 1 });
    expect(await first("func (t *Tree) Size() int { return t.left.Size() }")).toMatchObject({ cognitive: 0 });
    expect(await first("func (t *Tree) Close() { Close(t) }")).toMatchObject({ cognitive: 0 });
  });
});

describe("the functions of Go", () => {
  it("have names with their receiver's type, lines and parameters", async () => {
    const text = `package p

func (s *Server[K, V]) Handle(ctx context.Context, a, b int, rest ...string) (n int, err error) {
	return
}
func (Plain) String() string { return "" }
func Map[K comparable, V any](keys []K, f func(K) V) {}
func write(io.Writer, []byte) {}
func assembler(x int) int
func none() {}`;
    expect(await listedIn(text)).toEqual([
      ["Server.Handle", 3, 3, 4],
      ["Plain.String", 6, 1, 0],
      ["Map", 7, 1, 2],
      ["write", 8, 1, 2],
      ["none", 10, 1, 0],
    ]);
  });

  it("are literals too where nothing but declarations is around them, named by what holds them", async () => {
    const text = `package p
var twice = func(x int) int { return 2 * x }
var command = cobra.Command{Run: func(c *cobra.Command, args []string) { if a { } }}
func f() {
	less := func(a, b int) bool { return a < b }
	s.handler = func() {}
}`;
    expect((await functionsOf(text)).map(({ name, cognitive }) => [name, cognitive])).toEqual([
      ["twice", 0],
      ["Run", 1],
      ["f", 0],
      ["less", 0],
      ["s.handler", 0],
    ]);
  });
});

it("counts the lines of Go", async () => {
  const text = "// Package p.\npackage p // here\n\n/* a\n\nb */\nvar s = `// no\n\n`\n";
  expect(await metricsOf(text)).toMatchObject({ lines: 9, codeLines: 3, commentLines: 3, blankLines: 3 });
});

it("reads what is new in Go's grammar", async () => {
  const text = `package p
type Number interface{ ~int | ~float64 }
type List[T any] struct { next *List[T] }
type Alias = map[string]func(int) (string, error)
func Sum[T Number](xs ...T) (total T) { for i := range 10 { _ = i }; clear(m); return min(total, 0x1p-2, 0b1_0, 1i) }
func (l *List[T]) All() iter.Seq[T] { return func(yield func(T) bool) { for l != nil { if !yield(l.v) { return } } } }
var _ = [...]string{2: "a"}
var _ = <-c.(chan int)
`;
  expect((await metricsOf(text)).functions.map(({ name }) => name)).toEqual([
    "Sum",
    "List.All",
    "anonymous function",
  ]);
});

it.each(["", "\n", "package p\n", "// only a comment\n", "package p\r\n\r\nvar x = 1\r\n"])(
  "finds no functions in %j",
  async (text) => {
    expect(await metricsOf(text)).toMatchObject({ functions: [], cyclomatic: 0, cognitive: 0 });
  },
);

it("measures loops nested a hundred deep", async () => {
  const text = `package p\nfunc f() {\n${"for {\n".repeat(100)}${"}\n".repeat(100)}}\n`;
  expect((await functionsOf(text))[0]).toMatchObject({ cyclomatic: 101, nesting: 100, cognitive: 5_050 });
});

async function first(declaration: string): Promise<FunctionMetrics | undefined> {
  return (await functionsOf(`package p\n${declaration}\n`))[0];
}

/** The figures of a function `f` with this body, which must be the only one listed. */
function only(body: string): Promise<FunctionMetrics | undefined> {
  return onlyOf(`package p\nfunc f() int {\n${body}\n}\n`);
}
