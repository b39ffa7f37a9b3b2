// The figures of C++: what it has beyond C.
import { describe, expect, it } from "vitest";
import { measuring } from "./measured.ts";

const { functionsOf } = measuring("cpp");

describe("the complexities of C++", () => {
  it.each([
    ["a loop over a range", "for (auto x : xs) { if (x) {} }", { cyclomatic: 3, cognitive: 3, nesting: 2 }],
    [
      "each handler",
      "try { a(); } catch (const E& e) { if (b) {} } catch (...) {}",
      { cyclomatic: 4, cognitive: 4, nesting: 2 },
    ],
    [
      "a condition with a declaration",
      "if (int z = g(); z && y) {} else if constexpr (w) {}",
      { cyclomatic: 4, cognitive: 3 },
    ],
    ["operators spelled as words", "return a and b or not c;", { cyclomatic: 3, cognitive: 2 }],
    [
      "a lambda that nothing names, one level deeper",
      "run([](int a) { if (a) {} });",
      { cyclomatic: 2, cognitive: 2, nesting: 1 },
    ],
    ["a call of itself", "return this->f(1);", { cognitive: 1 }],
    ["no call of an overload", "return f(1, 2);", { cognitive: 0 }],
    ["no call of another's function", "return std::f(1);", { cognitive: 0 }],
    ["a template as any function", "while (a) continue;", { cyclomatic: 2, cognitive: 1 }],
  ])("count %s", async (_, body, figures) => {
    expect(await functionsOf(`template <typename T> int f(T n) { ${body} }`)).toMatchObject([figures]);
  });

  it("count a handler around a whole function", async () => {
    expect(await functionsOf("A::A(int a) try : b(a) {} catch (...) { throw; }")).toMatchObject([
      { cognitive: 1 },
    ]);
  });
});

describe("the functions of C++", () => {
  it("have names, parameters and lines", async () => {
    const text = `namespace n { class A : public B {
 public:
  A(int a) : x(a) {}
  ~A() = default;
  virtual int pure(int) const = 0;
  int get(int a = 1, ...) const noexcept override { return x; }
  A& operator+=(const A& other) { return *this; }
  explicit operator bool() const { return true; }
}; }
template <class T> T& Stack<T>::top(T first, Args... rest) { return first; }
A::~A() {}
struct S { union { int a; }; int m() { return 1; } } s;
auto twice = [](int a) { return a * 2; };
`;
    const listed = (await functionsOf(text)).map(({ name, line, parameters }) => [name, line, parameters]);
    expect(listed).toEqual([
      ["A.A", 3, 1],
      ["A.get", 6, 1],
      ["A.operator+=", 7, 1],
      ["A.operator bool", 8, 0],
      ["Stack<T>::top", 10, 2],
      ["A::~A", 11, 0],
      ["S.m", 12, 0],
      ["twice", 13, 1],
    ]);
  });

  it("are listed by themselves where a lambda has a name, and leave the one around alone", async () => {
    expect(
      await functionsOf("void f() { auto g = [&](int a) -> int { return a ? 1 : 2; }; g(1); }"),
    ).toMatchObject([
      { name: "f", cognitive: 0 },
      { name: "g", cognitive: 1, parameters: 1 },
    ]);
  });
});
