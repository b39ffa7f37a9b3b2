// What the metrics count in Ruby, on functions whose figures are worked out by hand.
import { describe, expect, it } from "vitest";
import { measuring } from "./measured.ts";

const { metricsOf, functionsOf, listedIn } = measuring("ruby");

describe("the complexity of Ruby", () => {
  it.each([
    ["nothing", "", { cyclomatic: 1, cognitive: 0, nesting: 0 }],
    [
      "if, elsif and else",
      "if a then b elsif c then d else e end",
      { cyclomatic: 3, cognitive: 3, nesting: 1 },
    ],
    ["unless and its else", "unless a; b; else; c; end", { cyclomatic: 2, cognitive: 2 }],
    [
      "an if within an else",
      "if a; else\n if b then c end\n end",
      { cyclomatic: 3, cognitive: 4, nesting: 2 },
    ],
    ["if and unless behind a statement", "x if a\n y unless b", { cyclomatic: 3, cognitive: 2, nesting: 1 }],
    [
      "all loops",
      "while a do b end\n until a do b end\n for i in xs do b end\n b while a\n begin; b; end until a",
      { cyclomatic: 6, cognitive: 5, nesting: 1 },
    ],
    [
      "the methods that stand for a loop",
      "xs.each { |x| a if x }\n 3.times do a end\n loop { break }\n xs.each_with_index { }\n 1.upto(3) { }",
      { cyclomatic: 7, cognitive: 7, nesting: 2 },
    ],
    ["other blocks one level deeper", "xs.map { |x| a if x }", { cyclomatic: 2, cognitive: 2, nesting: 1 }],
    ["a lambda once, with its block", "x = -> { a if b }", { cyclomatic: 2, cognitive: 2, nesting: 1 }],
    [
      "a case by its whens",
      "case a\n when 1, 2 then b\n when String; c\n else d\n end",
      { cyclomatic: 3, cognitive: 1, nesting: 1 },
    ],
    [
      "a case by its patterns and guards, and not by the one that matches all",
      "case a\n in [1, *] then b\n in {x: Integer => y} if y > 1 then c\n in z unless z then d\n in _ then e\n end",
      { cyclomatic: 6, cognitive: 1 },
    ],
    [
      "each rescue, and neither ensure nor else",
      "begin\n a\n rescue A, B => e\n b if c\n rescue\n retry\n else\n d\n ensure\n f\n end",
      { cyclomatic: 4, cognitive: 4, nesting: 2 },
    ],
    ["a rescue of the whole method", "a\n rescue A\n b", { cyclomatic: 2, cognitive: 1 }],
    ["a rescue behind a statement", "x = a rescue b", { cyclomatic: 2, cognitive: 1 }],
    ["a conditional expression", "a ? b : c ? d : e", { cyclomatic: 3, cognitive: 3, nesting: 0 }],
    ["like logical operators once", "x = a && b && c", { cyclomatic: 3, cognitive: 1 }],
    ["words and signs as one operator", "x if a && b and (c and d || e)", { cyclomatic: 6, cognitive: 3 }],
    ["assignments under a condition", "a ||= 1\n b &&= 2\n c += 3", { cyclomatic: 3, cognitive: 0 }],
    ["no arithmetic on bits", "x(a & b | c)", { cyclomatic: 1, cognitive: 0 }],
  ])("counts %s", async (_, body, figures) => {
    expect(await functionsOf(`def m\n ${body}\nend`)).toMatchObject([figures]);
  });

  it.each([
    ["def f(n) f(n - 1) end", 1],
    ["def f(n) self.f(n - 1) end", 1],
    ["def self.f(n) = f(n - 1)", 1],
    ["def f(n) other.f(n) end", 0],
    ["def f(n)\n f = 1\n f\n end", 0],
    ["def f(n) g(n) end\ndef g(n) f(n) end", 0],
  ])("takes a method for its own caller only where it calls itself: %s", async (methods, cognitive) => {
    const found = await functionsOf(methods);
    expect(found.reduce((sum, each) => sum + each.cognitive, 0)).toBe(cognitive);
  });
});

describe("the listed functions of Ruby", () => {
  it("have names, lines and parameters", async () => {
    const text = `module A
  class B < C
    def initialize(a, b = 1, *rest, key:, opt: 2, **more, &block)
      super(a)
    end
    def self.f(x) = x + 1
    class << self
      def h((a, b), c) end
    end
    private def k = 1
    define_method(:foo) { |x, y| x }
    define_method("bar") do |x| end
    scope :x, -> { where(a: 1) }
    L = lambda { |x; y| x }
    Q = ->(a, b) { a }
    def ==(other) = true
    def a=(v); @a = v; end
    def all(...) = go(...)
    def none(a, **nil) end
  end
end
task :build do |t|
  go do |x| x if t end
end
describe("a suite") { let(:x) { 1 } }`;
    expect(await listedIn(text)).toEqual([
      ["B.initialize", 3, 3, 6],
      ["B.self.f", 6, 1, 1],
      ["self.h", 8, 1, 2],
      ["B.k", 10, 1, 0],
      ["B.foo", 11, 1, 2],
      ["B.bar", 12, 1, 1],
      ["B.L", 14, 1, 1],
      ["B.Q", 15, 1, 2],
      ["B.==", 16, 1, 1],
      ["B.a=", 17, 1, 1],
      ["B.all", 18, 1, 1],
      ["B.none", 19, 1, 1],
      ["task :build", 22, 3, 1],
      ["go", 23, 1, 1],
    ]);
  });

  it("have no block of a method among them", async () => {
    const text = "def f\n  open(a) do |x|\n    x.go if b\n  end\n  g = lambda { |y| y if c }\nend";
    expect(await functionsOf(text)).toMatchObject([{ name: "f", cognitive: 4, cyclomatic: 3 }]);
  });
});

describe("lines of Ruby", () => {
  it("are comments in both forms, and not in a heredoc", async () => {
    const text =
      "#!/usr/bin/env ruby\n=begin\na\n=end\nx = 1 # b\n\ny = <<~T\n  # text\nT\n__END__\n# data\n";
    expect(await metricsOf(text)).toMatchObject({ lines: 11, codeLines: 6, commentLines: 4, blankLines: 1 });
  });
});
