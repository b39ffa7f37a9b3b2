// A user's own rules: the words for languages, the ids, and what is applied to what.
import { afterEach, describe, expect, it } from "vitest";
import { useUserRules } from "../../../actors/analysis/catalog.ts";
import { checkUserRules } from "../../../actors/analysis/check-rules.ts";
import { examine } from "../../../actors/analysis/examine.ts";
import { languages } from "../../../actors/analysis/languages.ts";
import { readRuleCases } from "../../../actors/analysis/rule-cases.ts";
import { fingerprintOfRules } from "../../../actors/analysis/rules-fingerprint.ts";
import { readUserRules } from "../../../actors/analysis/user-rule.ts";

const rule = (over: { readonly [key: string]: string } = {}): string => {
  const keys = {
    id: "own",
    language: "TypeScript",
    severity: "warning",
    rule: "{ pattern: own($A) }",
    ...over,
  };
  const lines = Object.entries(keys).map(([key, value]) => `${key}: ${value}`);
  return `${lines.join("\n")}\nmessage: It is found.\nmetadata: { category: smells, remedy: Leave it out. }\n`;
};

const rulesIn = (text: string) => readUserRules(text, "/rules/a.yml").rules;
const compiled = (text: string) => rulesIn(text).map((own) => own.rule);

async function foundIn(language: string, text: string, path = "snippet"): Promise<string[]> {
  const response = await examine({ id: 1, path, language, text });
  if (!response.ok) throw new Error(response.reason);
  return response.findings.map((finding) => `${finding.rule} ${finding.line}:${finding.column}`);
}

afterEach(() => useUserRules([]));

describe("readUserRules()", () => {
  it.each([
    ["TypeScript", "typescript"],
    ["typescript", "typescript"],
    ["TS", "typescript"],
    ["Tsx", "tsx"],
    ["JavaScript", "javascript"],
    ["js", "javascript"],
    ["Python", "python"],
    ["Go", "go"],
    ["golang", "go"],
    ["Rust", "rust"],
    ["rs", "rust"],
    ["Java", "java"],
    ["Ruby", "ruby"],
    ["C", "c"],
    ["Cpp", "cpp"],
    ["C++", "cpp"],
    ["cc", "cpp"],
    ["Elixir", "elixir"],
    ["ex", "elixir"],
  ])("knows the language %s", (word, language) => {
    expect(rulesIn(rule({ language: `"${word}"` }))).toMatchObject([
      { language, file: "/rules/a.yml", line: 1 },
    ]);
  });

  it.each(["Kotlin", "Erlang", "constructor", " go"])("refuses the language %j by its line", (language) => {
    const { rules, problems } = readUserRules(rule({ language: JSON.stringify(language) }), "/rules/a.yml");
    expect(rules).toEqual([]);
    expect(problems).toMatchObject([{ rule: "own", key: "language", line: 2, column: 1 }]);
    expect(problems[0]?.message).toMatch(/^must be one of TypeScript, TSX, .*, C\+\+; given "/);
    expect(problems[0]?.message).not.toContain("Erlang,");
  });

  it("puts user/ before the id, and keeps a rule that is off", () => {
    const [on, off] = rulesIn(`${rule()}---\n${rule({ id: "other", severity: "off" })}`);
    expect(on).toMatchObject({ isOff: false, rule: { id: "user/own", severity: "warning" } });
    expect(off).toMatchObject({ isOff: true, rule: { id: "user/other" }, line: 8 });
  });
});

describe("a user's rule", () => {
  it.each([
    ["JavaScript", ["typescript", "tsx", "javascript"]],
    ["TypeScript", ["typescript", "tsx"]],
    ["Tsx", ["tsx"]],
    ["C", ["c", "cpp"]],
    ["Cpp", ["cpp"]],
    ["Python", ["python"]],
  ])("for %s is applied in %j and nowhere else", async (language, expected) => {
    // In C a call alone is no statement, and so no pattern.
    const matcher = /^C/.test(language) ? "{ kind: call_expression }" : "{ pattern: own($A) }";
    useUserRules(compiled(rule({ language, rule: matcher })));
    const found: string[] = [];
    for (const { id, grammar } of languages) {
      if (grammar === null) continue;
      const text = id === "c" || id === "cpp" ? "void f() { own(1); }\n" : "own(1)\n";
      const response = await examine({ id: 1, path: "snippet", language: id, text });
      if (response.ok && response.findings.some((finding) => finding.rule === "user/own")) found.push(id);
    }
    expect(found).toEqual(expected);
  });

  it("stands beside ours, is silenced like ours, and goes when it is taken back", async () => {
    useUserRules(compiled(rule()));
    expect(await foundIn("typescript", "eval(a);\nown(1);\n")).toEqual([
      "javascript/eval 1:1",
      "user/own 2:1",
    ]);
    expect(await foundIn("typescript", "// aiex-ignore user/own -- here it is right\nown(1);\n")).toEqual([]);
    useUserRules([]);
    expect(await foundIn("typescript", "own(1);\n")).toEqual([]);
  });

  it("may match whatever ours match, and all there is", async () => {
    useUserRules(
      compiled(`${rule({ rule: "{ pattern: $A }" })}---\n${rule({ id: "second", rule: "{ regex: eval }" })}`),
    );
    const found = await foundIn("typescript", "eval(a);\n");
    expect(found).toContain("javascript/eval 1:1");
    expect(found).toContain("user/own 1:1");
    expect(found).toContain("user/second 1:1");
  });

  it("leaves tests alone where it says so", async () => {
    const text = rule().replace("remedy:", "inTests: false, remedy:");
    useUserRules(compiled(text));
    expect(await foundIn("typescript", "own(1);\n", "src/a.ts")).toEqual(["user/own 1:1"]);
    expect(await foundIn("typescript", "own(1);\n", "src/a.test.ts")).toEqual([]);
  });
});

describe("checkUserRules()", () => {
  it.each([
    ["a kind that the grammar does not have", "{ kind: no_such_kind }", /Kind `no_such_kind` is invalid/],
    [
      "a field that the grammar does not have",
      "{ kind: call_expression, has: { field: nix, kind: identifier } }",
      /invalid field nix/,
    ],
    ["a regular expression that is none", "{ regex: '(' }", /unclosed group/],
    ["a pattern of several pieces", "{ pattern: a(); b() }", /Multiple AST nodes/],
    ["a rule without a matcher", "{}", /must have one positive matcher/],
    ["a name that is not defined", "{ matches: nobody }", /`nobody` is not defined/],
  ])("refuses %s", async (_, matcher, reason) => {
    useUserRules(compiled(`${rule({ rule: matcher })}---\n${rule({ id: "good" })}`));
    const { refusals } = await checkUserRules({ id: 7, checkRules: ["user/own", "user/good"] });
    expect(new Set(refusals.map((refusal) => refusal.rule))).toEqual(new Set(["user/own"]));
    expect(refusals.map(({ language }) => language)).toEqual(["TypeScript", "TSX"]);
    expect(refusals[0]?.reason).toMatch(reason);
    expect(refusals[0]?.reason).not.toMatch(/\n|\|->/);
  });

  it("looks at the rules that were named, and takes what the engine takes", async () => {
    useUserRules(compiled(`${rule({ rule: "{ kind: nix }" })}---\n${rule({ id: "good" })}`));
    expect(await checkUserRules({ id: 7, checkRules: ["user/good", "user/gone"] })).toEqual({
      id: 7,
      ok: true,
      refusals: [],
    });
  });
});

describe("fingerprintOfRules()", () => {
  it("is nothing for no rules, the same for the same, and another for every change", () => {
    expect(fingerprintOfRules([])).toBe("");
    const texts = [
      rule(),
      rule({ severity: "hint" }),
      rule({ rule: "{ pattern: own($B) }" }),
      rule() + rule().replace("id: own", "---\nid: two"),
    ];
    const prints = texts.map((text) => fingerprintOfRules(compiled(text)));
    expect(new Set(prints).size).toBe(texts.length);
    expect(fingerprintOfRules(compiled(rule()))).toBe(prints[0]);
    expect(prints[0]).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("readRuleCases()", () => {
  it("reads ast-grep's test format, and names the rule with or without its beginning", () => {
    const { cases, problems } = readRuleCases(
      "id: own\nvalid: [a]\n---\nid: user/own\ninvalid:\n  - b\n",
      "/c.yml",
    );
    expect(problems).toEqual([]);
    expect(cases).toEqual([
      { rule: "user/own", file: "/c.yml", line: 1, column: 1, valid: ["a"], invalid: [] },
      { rule: "user/own", file: "/c.yml", line: 4, column: 1, valid: [], invalid: ["b"] },
    ]);
  });

  it.each([
    ["valid: [a]", "id", 1],
    ["id: a\nvalid:\n  - 1", "valid.0", 3],
    ["id: a\nsnapshots: 1", "", 1],
    ["id: a\nvalid: a", "valid", 2],
  ])("refuses %j by its line", (text, key, line) => {
    const { cases, problems } = readRuleCases(text, "/c.yml");
    expect(cases).toEqual([]);
    expect(problems).toMatchObject([
      { key, line, message: expect.stringContaining("keys id, valid and invalid") },
    ]);
  });
});
