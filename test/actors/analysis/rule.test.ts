// Rule files are checked as they are read: an error names the file, the rule and the key.
import { describe, expect, it } from "vitest";
import { parseRules, readRuleText } from "../../../actors/analysis/rule.ts";

const good = `
id: eval
language: Python
severity: error
message: Text is run as code.
rule: { kind: call, has: { field: function, regex: '^eval$' } }
metadata: { category: security, remedy: Parse it. }
`;

describe("parseRules()", () => {
  it("reads several documents and puts the folder before the id", () => {
    const rules = parseRules(
      `${good}---\n${good.replace("id: eval", "id: exec")}`,
      "rules/python/a.yml",
      "python",
    );
    expect(rules.map(({ id }) => id)).toEqual(["python/eval", "python/exec"]);
    expect(rules[0]).toMatchObject({
      category: "security",
      remedy: "Parse it.",
      inTests: true,
      oncePerFile: false,
    });
  });

  it.each([
    ["an unknown key", good.replace("message:", "fix: x\nmessage:"), "fix"],
    ["an unknown key deep in a rule", good.replace("field: function", "feild: function"), "rule.has.feild"],
    [
      "an unknown key of ours",
      good.replace("remedy: Parse it.", "remedy: Parse it., tests: no"),
      "metadata.tests",
    ],
    ["a wrong severity", good.replace("error", "fatal"), "severity"],
    ["a missing remedy", good.replace(", remedy: Parse it.", ""), "metadata.remedy"],
    ["an id that is no name", good.replace("id: eval", "id: Eval!"), "id"],
    ["an empty message", good.replace("Text is run as code.", '""'), "message"],
  ])("refuses %s", (_, yaml, key) => {
    expect(() => parseRules(yaml, "rules/python/a.yml", "python")).toThrow(
      expect.objectContaining({
        name: "RuleFileError",
        message: expect.stringMatching(/^rules\/python\/a\.yml:[0-9]+:[0-9]+: rule (eval|Eval!): /),
      }),
    );
    expect(() => parseRules(yaml, "rules/python/a.yml", "python")).toThrow(`: ${key} `);
  });

  it("leaves out what is off", () => {
    expect(parseRules(good.replace("error", "off"), "a.yml", "python")).toEqual([]);
  });

  it("takes every form that ast-grep has for a matcher", () => {
    const rule = `rule:
  all:
    - pattern: { context: 'class A { $F() {} }', selector: method_definition, strictness: relaxed }
    - nthChild: { position: 2n+1, ofRule: { kind: a }, reverse: true }
    - { nthChild: 1, precedes: { kind: b, stopBy: end }, follows: { matches: c, stopBy: { kind: d } } }
    - any: [{ regex: x }, { not: { inside: { kind: e, field: f, stopBy: neighbor } } }]
utils: { c: { kind: call } }
constraints: { F: { regex: ^a } }
`;
    const [read] = parseRules(good.replace(/rule:.*/, rule.trimEnd()), "a.yml", "python");
    expect(read?.matcher).toMatchObject({
      utils: { c: { kind: "call" } },
      constraints: { F: { regex: "^a" } },
    });
    expect(JSON.stringify(read?.matcher)).toContain('"ofRule":{"kind":"a"}');
  });

  it("reads classes of characters as ASCII, and leaves an escaped backslash alone", () => {
    const yaml = good.replace("'^eval$'", () => String.raw`'\w\\w\s[^\S]\d\.'`);
    const [read] = parseRules(yaml, "a.yml", "python");
    expect(read?.matcher.rule.has).toMatchObject({
      regex: String.raw`[0-9A-Za-z_]\\w[ \t\r\n][^[^ \t\r\n]][0-9]\.`,
    });
  });

  it("refuses what is no YAML and what is no rule", () => {
    expect(() => parseRules("a: [", "rules/a.yml", "python")).toThrow(
      /^rules\/a\.yml:1:[0-9]+: rule without id: this is not valid YAML: /,
    );
    expect(() => parseRules("- 1", "rules/a.yml", "python")).toThrow(/^rules\/a\.yml:1:1: rule without id: /);
  });
});

describe("readRuleText()", () => {
  const problemsOf = (text: string) =>
    readRuleText(text).problems.map(
      ({ rule, key, message, line, column }) => `${line}:${column} ${rule} ${key}: ${message}`,
    );

  it("says of every fault where it stands and what to do", () => {
    const text = good
      .replace("severity: error", "severity: fatal")
      .replace("remedy: Parse it.", "remedies: x");
    expect(problemsOf(`${good}---${text.replace("message:", "fix: y\nmessage:")}`)).toEqual([
      '11:1 eval severity: must be one of error, warning, info, hint, off; given "fatal".',
      "15:1 eval metadata.remedy: is missing. Say in a sentence what to do instead.",
      "15:33 eval metadata.remedies: is not a known key. Known here: category, remedy, inTests, oncePerFile.",
      "12:1 eval fix: is a key of ast-grep that aiex has no use for: an analysis changes no file. Remove it.",
    ]);
  });

  it.each([
    [
      "rule: { kind: 3 }",
      "6:9 eval rule.kind: is not what it should be: expected string, received number; given 3.",
    ],
    ["rule: { pattern: {} }", "6:9 eval rule.pattern: is in none of the forms that ast-grep gives it."],
    [
      "rule: { any: [{ kind: a }, { knid: b }] }",
      /^6:30 eval rule\.any\.1\.knid: is not a known key\. Known here: pattern, /,
    ],
    ["rule: { has: { feild: b } }", /^6:16 eval rule\.has\.feild: .*, field, stopBy\.$/],
    ["rule: []", /^6:1 eval rule: is not what it should be: expected object, received array/],
    [
      "rule: { kind: *a }",
      "2:1 undefined : an alias (*name) is not accepted. Write the value out, or quote text that begins with *.",
    ],
    ["rule: { kind: [ }", /^6:17 undefined : this is not valid YAML: /],
  ])("says of %j what is wrong", (rule, expected) => {
    const [problem, ...others] = problemsOf(good.replace(/rule:.*/, rule));
    if (typeof expected === "string") expect(problem).toBe(expected);
    else expect(problem).toMatch(expected);
    expect(others.filter((other) => !other.includes("not valid YAML"))).toEqual([]);
  });

  it.each(["- 1", "3", "text"])("says of %j that it is no rule", (text) => {
    expect(problemsOf(text)).toEqual([
      "1:1 undefined : this is no rule. A rule has keys with values, such as id and message.",
    ]);
  });

  it.each(["", "\n\n", "# nothing\n", "---\n---\n"])("finds nothing in %j", (text) => {
    expect(readRuleText(text)).toEqual({ rules: [], problems: [] });
  });

  it("does not stumble over names that objects have", () => {
    expect(problemsOf(`${good}constructor: 1\n__proto__: { polluted: 1 }\n`).join("\n")).toMatch(
      /constructor: is not a known key/,
    );
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
