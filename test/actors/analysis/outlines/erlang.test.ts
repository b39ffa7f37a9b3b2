// Erlang by its tokens: the figures of its functions, the rules, and texts that mean to confuse.
import { describe, expect, it } from "vitest";
import { examine } from "../../../../actors/analysis/examine.ts";
import { erlangRules } from "../../../../actors/analysis/outlines/erlang-rules.ts";
import { tokensOf } from "../../../../actors/analysis/outlines/erlang-tokens.ts";
import { examined, measuring } from "../syntax/measured.ts";
import { erlangCases } from "./erlang-cases.ts";

const { metricsOf, functionsOf, listedIn } = measuring("erlang");

describe("the tokens of Erlang", () => {
  it.each([
    [`"a \\" b" $" $\\" x`, [`"a \\" b"`, `$"`, `$\\"`, "x"]],
    ["'a ''b' % \"c\n1.5e-3 16#FF.", ["'a '", "'b'", "1.5e-3", "16#FF", "."]],
    ['"""\n a "b" ""\n """ ok', ['"""\n a "b" ""\n """', "ok"]],
    ['~s(a ") ~B[\\] <<1:8>>', ['~s(a ")', "~B[\\]", "<<", "1", ":", "8", ">>"]],
    ["?M#r.f =:= $\\x{1F600}", ["?", "M", "#", "r", ".", "f", "=:=", "$\\x{1F600}"]],
    ['"" X', ['""', "X"]],
    ['"open', ['"open']],
  ])("of %j are as they are written", (text, expected) => {
    expect(tokensOf(text).tokens.map((token) => token.text)).toEqual(expected);
  });

  it("know their lines and columns", () => {
    const { tokens } = tokensOf('a,\n  "b\nc" d');
    expect(tokens.map(({ line, column }) => [line, column])).toEqual([
      [1, 1],
      [1, 2],
      [2, 3],
      [3, 4],
    ]);
  });
});

describe("the functions of Erlang", () => {
  it("are listed by clause, with names, arities and lines", async () => {
    const text = `-module(a).
-export([f/2]).
-spec f(integer(), fun((X :: term()) -> ok)) -> ok.
f(0, _) -> ok;
f(N, [A, B]) when N > 1; is_atom(A) ->
    {N, B}.
'quoted name'() -> ok.
?TEST(x).
`;
    expect(await listedIn(text)).toEqual([
      ["f/2", 4, 1, 2],
      ["f/2", 5, 2, 2],
      ["'quoted name'/0", 7, 1, 0],
    ]);
  });

  it.each([
    ["nothing", "ok", { cyclomatic: 1, cognitive: 0, nesting: 0 }],
    [
      "n clauses of case as n - 1",
      "case X of 1 -> a; 2 -> b; _ -> c end",
      { cyclomatic: 3, cognitive: 1, nesting: 1 },
    ],
    ["if", "if X > 1 -> a; true -> b end", { cyclomatic: 2, cognitive: 1, nesting: 1 }],
    [
      "receive with after",
      "receive a -> b; c -> d after 10 -> e end",
      { cyclomatic: 3, cognitive: 1, nesting: 1 },
    ],
    [
      "try with each of its parts",
      "try g(X) of 1 -> a; 2 -> b catch error:_ -> c; exit:_ -> d after e() end",
      { cyclomatic: 4, cognitive: 1, nesting: 1 },
    ],
    [
      "what is nested in a handler",
      "try a catch _:R -> case R of 1 -> a; 2 -> b end end",
      { cyclomatic: 3, cognitive: 3, nesting: 2 },
    ],
    [
      "maybe",
      "maybe {ok, A} ?= g(X), {ok, B} ?= h(A), B else _ -> c end",
      { cyclomatic: 3, cognitive: 1, nesting: 1 },
    ],
    [
      "nesting",
      "case X of 1 -> case Y of 2 -> a; _ -> b end; _ -> c end",
      { cyclomatic: 3, cognitive: 3, nesting: 2 },
    ],
    [
      "a fun, one level deeper",
      "fun (1) -> a; (Y) -> if Y -> b; true -> c end end",
      { cyclomatic: 3, cognitive: 2, nesting: 1 },
    ],
    ["no fun that only names a function", "{fun g/1, fun m:g/1}", { cyclomatic: 1, cognitive: 0 }],
    ["sequences of operators", "A andalso B andalso C orelse D", { cyclomatic: 4, cognitive: 2 }],
    ["one sequence through parentheses", "(A orelse B) orelse (C orelse D)", { cyclomatic: 4, cognitive: 1 }],
    ["operators of arguments apart", "A andalso g(B andalso C)", { cyclomatic: 3, cognitive: 2 }],
    ["a comprehension", "[Y || Y <- X]", { cyclomatic: 2, cognitive: 0 }],
    ["a call of itself", "f(X - 1)", { cognitive: 1 }],
    ["no call of another arity or module", "f(X, 1) + m:f(X)", { cognitive: 0 }],
    ["begin as no structure", "begin a, b end", { cyclomatic: 1, cognitive: 0, nesting: 0 }],
  ])("count %s", async (_, body, figures) => {
    expect(await functionsOf(`f(X) -> ${body}.`)).toMatchObject([figures]);
  });

  it("leave out one whose brackets a macro hides, and say so", async () => {
    const { metrics, findings } = await examined(
      "erlang",
      `f() -> ?BEGIN a end.\n${"g() -> b.\n".repeat(12)}`,
    );
    expect(new Set(metrics.functions.map(({ name }) => name))).toEqual(new Set(["g/0"]));
    expect(findings).toMatchObject([{ rule: "shared/unread-code", line: 1 }]);
  });
});

describe("the lines of Erlang", () => {
  it("tell code, comments, documentation and strings", async () => {
    const text = '%% a\n-doc "b".\nf() -> "% no".\n\n-doc """\n c\n """.\n';
    expect(await metricsOf(text)).toMatchObject({
      lines: 7,
      codeLines: 1,
      commentLines: 5,
      blankLines: 1,
    });
  });
});

describe("the rules of Erlang", () => {
  it("each have cases", () => {
    expect(erlangCases.map(([id]) => id).sort()).toEqual(erlangRules.map(({ id }) => id).sort());
  });

  it.each(erlangCases)("%s finds what it is for and leaves the rest alone", async (id, invalid, valid) => {
    expect(invalid.length).toBeGreaterThanOrEqual(3);
    expect(valid.length).toBeGreaterThanOrEqual(4);
    for (const text of invalid) expect(await rulesIn(text), text).toContain(id);
    for (const text of valid) expect(await rulesIn(text), text).not.toContain(id);
  });

  it("leave alone in tests what is right there", async () => {
    const text = '-compile(export_all).\nf() -> connect([{password, "hunter2hunter2"}]).\n';
    expect((await examined("erlang", text, "test/a_SUITE.erl")).findings).toEqual([]);
  });
});

/** What takes time in the product of lengths takes many times as long. */
const deadlineMs = 60_000;

describe("a text", () => {
  it.each([
    ["quotes", '"'],
    ["dollars", "$"],
    ["open brackets", "("],
    ["ends", "end "],
    ["clauses on one line", "f()->1."],
    ["triple quotes", '"""\n'],
    ["calls in each other", "f("],
    ["matched brackets", "f([{"],
    ["cases", "case "],
    ["sigils", "~s("],
    ["bytes", "\u0000\uFFFF"],
  ])(
    "of %s is answered",
    async (_, part) => {
      const text = part.repeat(Math.ceil(500_000 / part.length));
      expect(await examine({ id: 1, path: "a.erl", language: "erlang", text })).toMatchObject({ id: 1 });
    },
    deadlineMs,
  );

  it.each([
    ["another language", "if (a) { b } else { c }\nx = 1 + 1\n".repeat(50)],
    ["prose", "hello this is not erlang [[[ (\n".repeat(50)],
    ["a function that does not end", "f() -> a.\ng() ->\n  case b of\n    c ->\n"],
  ])("of %s is refused with the line at which it begins", async (_, text) => {
    const answer = await examine({ id: 1, path: "a.erl", language: "erlang", text });
    expect(answer).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^line [12] begins what reads/),
    });
  });

  it.each([
    ["terms", '{deps, [{cowboy, "2.10.0"}]}.\n{erl_opts, [debug_info]}.\n'],
    ["attributes", "-define(A, 1).\n-record(b, {c}).\n"],
    ["a macro for a form", "?SUITE(a).\nf() -> b.\n"],
    ["an escript", "#!/usr/bin/env escript\n%%! -smp\nmain(_) -> ok.\n"],
    ["nothing", ""],
  ])("of %s is read", async (_, text) => {
    expect(await examine({ id: 1, path: "a.erl", language: "erlang", text })).toMatchObject({ ok: true });
  });
});

async function rulesIn(text: string): Promise<string[]> {
  return (await examined("erlang", text)).findings.map(({ rule }) => rule);
}
