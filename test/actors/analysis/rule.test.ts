// Rule files are checked as they are read: an error names the file, the rule and the key.
import { describe, expect, it } from "vitest";
import { parseRules } from "../../../actors/analysis/rule.ts";

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
        message: expect.stringMatching(/^rules\/python\/a\.yml: rule (eval|Eval!): key /),
      }),
    );
    expect(() => parseRules(yaml, "rules/python/a.yml", "python")).toThrow(` key ${key}: `);
  });

  it("refuses what is no YAML and what is no rule", () => {
    expect(() => parseRules("a: [", "rules/a.yml", "python")).toThrow(/^rules\/a\.yml: no valid YAML: /);
    expect(() => parseRules("- 1", "rules/a.yml", "python")).toThrow(/^rules\/a\.yml: rule without id: /);
  });
});
