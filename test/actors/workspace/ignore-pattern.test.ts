import { describe, expect, it } from "vitest";
import { type IgnoreRule, parseIgnoreRules, ruleMatches } from "../../../actors/workspace/ignore-pattern.ts";

function only(line: string): IgnoreRule {
  const [rule] = parseIgnoreRules(line);
  if (rule === undefined) throw new Error(`no rule in ${JSON.stringify(line)}`);
  return rule;
}

describe("ruleMatches", () => {
  it.each([
    ["a.ts", "a.ts"],
    ["a.ts", "deep/er/a.ts"],
    ["/a.ts", "a.ts"],
    ["*.log", "x/y.log"],
    ["a?c", "abc"],
    ["[a-c]x", "bx"],
    ["[!a-c]x", "dx"],
    ["[^a-c]x", "dx"],
    ["[]x]y", "]y"],
    ["[a-]y", "-y"],
    ["[[:digit:]]", "7"],
    ["[[:x]", "[".replace("[", ":")],
    ["[\\]]", "]"],
    ["\\#a", "#a"],
    ["\\!a", "!a"],
    ["\\*", "*"],
    ["a/b", "a/b"],
    ["**/b", "b"],
    ["**/b", "x/y/b"],
    ["a/**/b", "a/b"],
    ["a/**/b", "a/x/y/b"],
    ["a/**", "a/x/y"],
    ["**", "anything"],
    ["/**", "a/b/c"],
    ["a\\ ", "a "],
    ["a   ", "a"],
    ["a\r", "a"],
    ["\uFEFFa", "a"],
    ["/***/b", "x/b"],
    ["日*", "日本"],
    ["?.ts", "😀.ts"],
  ])("matches %j with %j", (line, path) => {
    expect(ruleMatches(only(line), path, false)).toBe(true);
  });

  it.each([
    ["/a.ts", "deep/a.ts"],
    ["a/*", "a/b/c"],
    ["a?c", "a/c"],
    ["a[!x]c", "a/c"],
    ["a/[/]", "a//"],
    ["a/**", "a"],
    ["a/**/b", "axb"],
    ["**/b", "xb"],
    ["[a-c]x", "dx"],
    ["[[:digit:]]", "x"],
    ["A", "a"],
    ["a/b", "x/a/b"],
    ["a/", "a"],
  ])("does not match %j with %j", (line, path) => {
    expect(ruleMatches(only(line), path, false)).toBe(false);
  });

  it("holds a rule that ends in a slash against directories only", () => {
    expect(ruleMatches(only("build/"), "x/build", true)).toBe(true);
    expect(ruleMatches(only("/build/"), "x/build", true)).toBe(false);
  });

  it("comes back at once from a pattern that would keep a regular expression busy for ever", () => {
    const rule = only(`${"a*".repeat(200)}b`);
    expect(ruleMatches(rule, "a".repeat(255), false)).toBe(false);
    expect(ruleMatches(only(`${"**/a*".repeat(100)}/b`), "a/".repeat(120), false)).toBe(false);
  });
});

describe("parseIgnoreRules", () => {
  it("leaves out comments, empty lines and what can never match", () => {
    expect(parseIgnoreRules("# no\n\n   \n/\n!\n[a\na\\\n[[:nothing:]]\n")).toEqual([]);
  });

  it("reads a negation", () => {
    expect(only("!a")).toMatchObject({ negated: true, directoryOnly: false, nameOnly: true });
  });
});
