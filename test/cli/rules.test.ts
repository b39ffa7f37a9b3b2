// `aiex rules list|show|test` against a fake library: what is printed where, and how it ends.
import { describe, expect, it } from "vitest";
import type { RuleBook, RuleDescription } from "../../supervisors/rule-book.ts";
import type { RuleTestReport } from "../../supervisors/rules.ts";
import { runOn, type Stage, type StageOptions, stage } from "./fixtures.ts";

const evalRule: RuleDescription = {
  id: "python/eval",
  severity: "error",
  category: "security",
  languages: ["python"],
  message: "eval() runs whatever text it is given. It is e.g. slow.",
  remedy: "Parse the text.",
  origin: { kind: "built_in" },
  in_tests: true,
  once_per_file: false,
  matcher: { rule: { any: [{ pattern: "eval($A)" }, { pattern: "exec($A)" }] } },
};

const longLine: RuleDescription = {
  ...evalRule,
  ...{
    id: "shared/long-line",
    severity: "hint",
    category: "quality",
    message: "A line is long.",
    matcher: null,
  },
  languages: "typescript tsx javascript python elixir go rust java ruby c cpp erlang".split(" ") as never,
  once_per_file: true,
};

const own: RuleDescription = {
  ...evalRule,
  ...{ id: "user/no-console", severity: "warning", category: "smells", languages: ["typescript", "tsx"] },
  origin: { kind: "user", file: "/home/ada/.config/aiex/rules/a.yml", line: 3 },
  in_tests: false,
};

const rules = [evalRule, longLine, own];

const book = (over: Partial<RuleBook> = {}): RuleBook => ({
  rules: async () => rules,
  casesOf: async () => undefined,
  ...over,
});

async function ran(
  line: string,
  options: StageOptions = {},
): Promise<Pick<Stage, "stops"> & Record<"out" | "err", string> & { code: number }> {
  const scene = stage({ ruleBook: book(), ...options });
  // Nothing here waits for the time of the world, and what is loaded on the way takes time of its own.
  const code = await runOn(scene, line.split(" "));
  return { code, out: scene.stdout(), err: scene.stderr(), stops: scene.stops };
}

describe("aiex rules list", () => {
  it("prints two lines a rule, marks the user's own, counts, and starts nothing", async () => {
    const { code, out, err, stops } = await ran("rules list");
    expect([code, err, stops()]).toEqual([0, "", 0]);
    expect(out).toBe(`python/eval  error, security, python
    eval() runs whatever text it is given.
shared/long-line  hint, quality, every language
    A line is long.
user/no-console  warning, smells, typescript tsx  (your own)
    eval() runs whatever text it is given.
3 rules, 1 of them your own
`);
  });

  it.each([
    ["--language python", ["python/eval", "shared/long-line"]],
    ["--language tsx", ["shared/long-line", "user/no-console"]],
    ["--category security", ["python/eval"]],
    ["--severity hint", ["shared/long-line"]],
    ["--language tsx --category smells --severity warning", ["user/no-console"]],
    ["--language go --category security", []],
  ])("with %s names %j", async (options, ids) => {
    const { out } = await ran(`rules list --format json ${options}`);
    const list = JSON.parse(out) as { schema: string; rules: RuleDescription[] };
    expect(list.schema).toBe("aiex.rule-list/1");
    expect(list.rules).toEqual(rules.filter(({ id }) => ids.includes(id)));
    expect((await ran(`rules list ${options}`)).out).toContain(
      ids.length === 1 ? "1 rule" : `${ids.length} rules`,
    );
  });

  it("shows nothing that a terminal would obey", async () => {
    const evil = {
      ...own,
      message: "\x1b]0;x\x07Ä\nbad",
      origin: { kind: "user", file: "/\x1b[31m", line: 1 },
    } as const;
    const ruleBook = book({ rules: async () => [evil] });
    const unicode = await ran("rules list", { ruleBook });
    expect(unicode.out).toContain("\\x1b]0;x\\x07Ä\\nbad");
    const ascii = await ran("rules show user/no-console", { ruleBook, env: { LANG: "C" } });
    expect(ascii.out).toMatch(/^[\x20-\x7e\n]+$/);
    const json = (await ran("rules list --format json", { ruleBook })).out;
    expect([json.includes("\x1b"), json.includes("\x07")]).toEqual([false, false]);
  });
});

describe("aiex rules show", () => {
  it("prints all there is to know, and starts nothing", async () => {
    const { code, out, stops } = await ran("rules show python/eval");
    expect([code, stops()]).toEqual([0, 0]);
    expect(out).toBe(`python/eval  error, security

eval() runs whatever text it is given. It is e.g. slow.
Remedy: Parse the text.

Languages:  python
Test files: looked at as well
Places:     every one
Comes from: built in

What it finds:
    rule:
      any:
        - pattern: eval($A)
        - pattern: exec($A)

Silence it on the line of a finding, or the line before:
    # aiex-ignore python/eval -- why it does not apply here
`);
  });

  it("says what code finds, and where a rule of the user's stands", async () => {
    const { out } = await ran("rules show shared/long-line");
    expect(out).toContain("Comes from: built in, found by code\n");
    expect(out).toContain("Places:     the first of each file\n");
    expect(out).not.toContain("What it finds");
    const second = (await ran("rules show user/no-console")).out;
    expect(second).toContain("Comes from: /home/ada/.config/aiex/rules/a.yml:3\n");
    expect(second).toContain("Test files: left alone\n");
    expect(second).toContain("    // aiex-ignore user/no-console -- ");
  });

  it("shows the first of its cases as examples, with their lines", async () => {
    const cases = { invalid: ["a", "b", "c", "d"], valid: ["if x:\n    y", "z"] };
    const ruleBook = book({ casesOf: async (id) => (id === own.id ? cases : undefined) });
    const { out } = await ran("rules show user/no-console", { ruleBook });
    expect(out).toContain("Finds, for example:\n    a\n    b\n    c\n\n");
    expect(out).toContain("Leaves alone, for example:\n    if x:\n        y\n\n    z\n\n");
    const json = JSON.parse((await ran("rules show user/no-console --format json", { ruleBook })).out);
    expect(json).toEqual({
      schema: "aiex.rule/1",
      rule: { ...own, examples: { finds: cases.invalid, leaves_alone: cases.valid } },
    });
    const without = JSON.parse((await ran("rules show python/eval --format json", { ruleBook })).out);
    expect(without.rule).toEqual({ ...evalRule, examples: null });
  });

  it.each([
    ["python/evl", "Did you mean python/eval?"],
    ["eval", "Did you mean python/eval?"],
    ["no-console", "Did you mean user/no-console?"],
    ["zzzzzzzz", "`aiex rules list` names all of them."],
  ])("ends with 2 for %s, and says what was probably meant", async (id, hint) => {
    const { code, out, err } = await ran(`rules show ${id}`);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toBe(
      `Error: There is no rule "${id}". ${hint}\nRun \`aiex help rules show\` to see how it is used.\n`,
    );
  });
});

describe("aiex rules test", () => {
  const none: RuleTestReport = { tested: [], untested: [], off: [], folder: "/rules" };
  const good = { id: "user/good", file: "/rules/tests/a.yml", line: 1, passed: 2, failures: [] };
  const bad = {
    ...{ id: "user/bad", file: "/rules/tests/a.yml", line: 9, passed: 1 },
    failures: [
      { kind: "missed", snippet: "own(1)\nown(2)\n", findings: [], reason: null },
      {
        kind: "false_alarm",
        snippet: "x",
        findings: [
          { line: 1, column: 2 },
          { line: 3, column: 4 },
        ],
        reason: null,
      },
      { kind: "unread", snippet: "def \x1b[1m(", findings: [], reason: "line 1 holds a syntax error" },
    ],
  } as const;

  it("ends with 0 where every case passed, and stops the library", async () => {
    const { code, out, err, stops } = await ran("rules test", {
      testRules: async () => ({ ...none, tested: [good] }),
    });
    expect([code, out, err, stops()]).toEqual([0, "✓ user/good  2 cases\n2 of 2 cases passed.\n", "", 1]);
  });

  it("ends with 1 where one failed, and shows its text and what was found", async () => {
    const { code, out } = await ran("rules test", {
      testRules: async () => ({
        ...none,
        tested: [good, bad],
        untested: ["user/a", "user/b"],
        off: ["user/c"],
      }),
    });
    expect(code).toBe(1);
    expect(out).toBe(`✓ user/good  2 cases
✗ user/bad  3 of 4 cases failed (/rules/tests/a.yml:9)
  must be found, and nothing was:
    own(1)
    own(2)
  must be left alone, and was found at 1:2, 3:4:
    x
  could not be read, because line 1 holds a syntax error:
    def \\x1b[1m(
3 of 6 cases passed, 3 failed.
Without cases: user/a, user/b. Cases belong into /rules/tests.
Off, and so not tried: user/c.
`);
    const ascii = await ran("rules test", {
      env: { LANG: "C" },
      testRules: async () => ({ ...none, tested: [good, bad] }),
    });
    expect(ascii.out).toMatch(/^ok {5}user\/good.*\nFAILED user\/bad/);
  });

  it("hands on the paths that were named", async () => {
    const asked: unknown[] = [];
    const testRules: StageOptions["testRules"] = async ({ paths }) => {
      asked.push(paths);
      return none;
    };
    await ran("rules test", { testRules });
    const { code, out } = await ran("rules test a.yml b", { testRules });
    expect(asked).toEqual([[], ["a.yml", "b"]]);
    expect([code, out]).toEqual([0, "There are no rules of your own in /rules, and so nothing to try.\n"]);
  });
});
