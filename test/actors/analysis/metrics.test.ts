// Metrics on examples whose figures are known, those of the Cognitive Complexity paper first.
import { describe, expect, it } from "vitest";
import { examine } from "../../../actors/analysis/examine.ts";
import type { FileMetrics, FunctionMetrics } from "../../../actors/analysis/report.ts";

describe("cognitive complexity, on the examples of the paper,", () => {
  it("counts nested loops and a jump to a label", async () => {
    const text = `function sumOfPrimes(max) {
  let total = 0;
  OUT: for (let i = 1; i <= max; ++i) {
    for (let j = 2; j < i; ++j) {
      if (i % j === 0) {
        continue OUT;
      }
    }
    total += i;
  }
  return total;
}`;
    expect(await only("javascript", text)).toMatchObject({ cognitive: 7, cyclomatic: 4, nesting: 3 });
  });

  it("counts a switch once, whatever its cases", async () => {
    const text = `function getWords(number) {
  switch (number) {
    case 1: return "one";
    case 2: return "a couple";
    case 3: return "a few";
    default: return "lots";
  }
}`;
    expect(await only("javascript", text)).toMatchObject({ cognitive: 1, cyclomatic: 4 });
  });

  it("counts each sequence of like logical operators", async () => {
    expect(await only("javascript", "function f() { if (a && b && c || d || e && f) {} }")).toMatchObject({
      cognitive: 4,
    });
    expect(await only("javascript", "function f() { if (a && !(b && c)) {} }")).toMatchObject({
      cognitive: 3,
    });
    expect(await only("javascript", "function f() { return (a || b) || (c || d); }")).toMatchObject({
      cognitive: 1,
    });
    expect(await only("javascript", "function f() { return a ?? b ?? c; }")).toMatchObject({
      cognitive: 0,
      cyclomatic: 3,
    });
    expect(await only("javascript", "function f() { return a && g(b && c); }")).toMatchObject({
      cognitive: 2,
    });
  });

  it("counts catch and what is nested in it", async () => {
    const text = `function myMethod() {
  try {
    if (condition1) {
      for (let i = 0; i < 10; i++) {
        while (condition2) {}
      }
    }
  } catch (e) {
    if (condition2) {}
  }
}`;
    expect(await only("javascript", text)).toMatchObject({ cognitive: 9 });
  });

  it("counts else and else if without nesting", async () => {
    const text = "function f() { if (a) {} else if (b) { if (c) {} } else if (d) {} else {} }";
    expect(await only("javascript", text)).toMatchObject({ cognitive: 6, cyclomatic: 5, nesting: 2 });
  });

  it("adds a function inside to a function that is not only declarative, one level deeper", async () => {
    const text = `function outer() {
  if (foo) {}
  bar.myFun = function (myParam) {
    if (myParam) {}
  };
}`;
    expect(await only("javascript", text)).toMatchObject({ name: "outer", cognitive: 3 });
  });

  it("lists a function inside a declarative one by itself", async () => {
    const text = "function outer() { bar.myFun = function (myParam) { if (myParam) {} }; }";
    expect(await functionsOf("javascript", text)).toMatchObject([
      { name: "outer", cognitive: 0 },
      { name: "bar.myFun", cognitive: 1 },
    ]);
  });

  it("leaves a decorator's outer function at zero", async () => {
    const text = `def a_decorator(a, b):
    def inner(func):
        if condition:
            print(b)
        func()
    return inner
`;
    expect(await functionsOf("python", text)).toMatchObject([
      { name: "a_decorator", cognitive: 0 },
      { name: "inner", cognitive: 1 },
    ]);
  });

  it("adds one for a function that calls itself", async () => {
    expect(await only("javascript", "function f(n) { return n < 2 ? 1 : n * f(n - 1); }")).toMatchObject({
      cognitive: 2,
    });
    expect(await only("javascript", "class A { f(n) { return this.f(n); } }")).toMatchObject({
      cognitive: 1,
    });
    expect(await only("javascript", "class A { f(n) { return f(n); } }")).toMatchObject({ cognitive: 0 });
    expect(await only("python", "def f(n):\n    return f(n - 1)\n")).toMatchObject({ cognitive: 1 });
    expect(await only("elixir", "def f(n), do: f(n - 1)")).toMatchObject({ cognitive: 1 });
    expect(await only("elixir", "def f(n), do: n |> f()")).toMatchObject({ cognitive: 1 });
    expect(await only("elixir", "def f(n), do: f(n, 1)")).toMatchObject({ cognitive: 0 });
  });
});

describe("cyclomatic complexity", () => {
  it("is one for a function without decisions", async () => {
    expect(await only("typescript", "function f(): void {}")).toMatchObject({ cyclomatic: 1 });
  });

  it("counts the decisions of Python, comprehensions and cases among them", async () => {
    const text = `def f(xs):
    for x in xs:
        if x and x > 1:
            pass
        elif x:
            pass
        else:
            pass
    try:
        pass
    except KeyError:
        pass
    match xs:
        case []:
            pass
        case _:
            pass
    return [x for x in xs if x]
`;
    expect(await only("python", text)).toMatchObject({ cyclomatic: 9, cognitive: 8, nesting: 2 });
  });

  it("counts n clauses of Elixir as n - 1 decisions", async () => {
    const text = `def f(x) do
  case x do
    1 -> :a
    2 -> :b
    _ -> :c
  end
end`;
    expect(await only("elixir", text)).toMatchObject({
      name: "f/1",
      cyclomatic: 3,
      cognitive: 1,
      nesting: 1,
    });
  });

  it("counts if, else, with and rescue of Elixir", async () => {
    const text = `def f(x) do
  if x && x > 1 do
    with {:ok, a} <- g(x), {:ok, b} <- g(a) do
      b
    else
      :error -> 1
    end
  else
    2
  end
rescue
  ArgumentError -> 3
  _ -> 4
end`;
    expect(await only("elixir", text)).toMatchObject({ cyclomatic: 7, cognitive: 6 });
  });
});

describe("the listed functions", () => {
  it("have names, lines and parameters", async () => {
    const text = `class Shape {
  area(width: number, { height }: Size, ...rest: number[]): number {
    return 1;
  }
}
const twice = (x: number) => x * 2;
describe("a suite", () => {
  it("does", async () => {});
});
export default function () {}
const table = { "a b": function (this: Shape, one: number) {} };`;
    const listed = (await functionsOf("typescript", text)).map(({ name, line, lines, parameters }) => [
      name,
      line,
      lines,
      parameters,
    ]);
    expect(listed).toEqual([
      ["Shape.area", 2, 3, 3],
      ["twice", 6, 1, 1],
      ["callback of describe", 7, 3, 0],
      ["callback of it", 8, 1, 0],
      ["anonymous function", 10, 1, 0],
      ['"a b"', 11, 1, 1],
    ]);
  });

  it("leave out self and the separators of Python", async () => {
    const text =
      "class A:\n    def f(self, a, /, b, *, c=1, **rest):\n        pass\n\n    @staticmethod\n    def g(a):\n        pass\n";
    expect(await functionsOf("python", text)).toMatchObject([
      { name: "A.f", parameters: 4 },
      { name: "A.g", parameters: 1 },
    ]);
  });

  it("are one for each clause in Elixir, guards and defaults included", async () => {
    const text = `defmodule A.B do
  def f(a, b \\\\ 1)
  def f(0, _), do: 0
  def f(a, b) when a > b do
    a
  end
  defp a <~> b, do: {a, b}
  def none, do: 1
end`;
    expect((await functionsOf("elixir", text)).map(({ name, parameters }) => [name, parameters])).toEqual([
      ["A.B.f/2", 2],
      ["A.B.f/2", 2],
      ["A.B.<~>/2", 2],
      ["A.B.none/0", 0],
    ]);
  });
});

describe("lines", () => {
  it.each([
    ["javascript", "", [0, 0, 0, 0]],
    ["javascript", "\n", [1, 0, 0, 1]],
    ["javascript", "a;", [1, 1, 0, 0]],
    ["javascript", "a; // b\n/* c\n\n d */ e;\n// f\n", [5, 2, 2, 1]],
    ["javascript", "a;\r\n\r\n// b\r\n", [3, 1, 1, 1]],
    ["javascript", "\uFEFFconst s = `// no\n`;\n", [2, 2, 0, 0]],
    ["python", '"""Doc."""\n\ndef f():\n    """More\n    doc."""\n    return 1  # x\n', [6, 2, 3, 1]],
    ["elixir", '@moduledoc """\nA\n"""\nx = "# no"\n# b\n', [5, 1, 4, 0]],
  ])("of %s %j are %j", async (language, text, [lines, codeLines, commentLines, blankLines]) => {
    expect(await metricsOf(language, text)).toMatchObject({ lines, codeLines, commentLines, blankLines });
  });
});

async function metricsOf(language: string, text: string): Promise<FileMetrics> {
  const response = await examine({ id: 1, path: "snippet", language, text });
  if (!response.ok) throw new Error(response.reason);
  return response.metrics;
}

async function functionsOf(language: string, text: string): Promise<FunctionMetrics[]> {
  return (await metricsOf(language, text)).functions;
}

async function only(language: string, text: string): Promise<FunctionMetrics | undefined> {
  const functions = await functionsOf(language, text);
  expect(functions).toHaveLength(1);
  return functions[0];
}
