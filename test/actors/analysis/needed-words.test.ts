import { describe, expect, it } from "vitest";
import { neededWords, textMeets } from "../../../actors/analysis/needed-words.ts";
import { regexWords } from "../../../actors/analysis/regex-words.ts";

const any = (...words: string[]) => [{ words, ignoresCase: false }];
const anyCase = (...words: string[]) => [{ words, ignoresCase: true }];

describe("the words that a regular expression needs", () => {
  it.each([
    ["^eval$", any("eval")],
    ["^(md5|sha1)$", any("md5", "sha1")],
    ["^(?:exec|execSync)\\b", any("exec", "execSync")],
    ["(?i)^(Password|secret)$", anyCase("password", "secret")],
    ["^Math\\.random\\(", any("Math.random(")],
    ["colou?r", any("colo")],
    ["abcd*", any("abc")],
    ["abcd+e", any("abcd")],
    ["(abcd)+x", any("abcd")],
    ["ab{0,2}cdef", any("cdef")],
    ["[abc]defg[^]x]hij", any("defg")],
    ["(?i-u)(password|api_?key)$", anyCase("password", "api")],
    ["^`\\s*((?i-u:SELECT)\\s.*\\s(?i:from)|(?i:insert\\s+into)\\s)", anyCase("select", "insert")],
    ["(?i:abc)(?x: d e f)", []],
    ["a|b", []],
    ["^(md5|x)$", []],
    ["(foobar)?", []],
    ["(foobar){0,1}", []],
    ["foo|", []],
    ["", []],
    ["^.*$", []],
    ["^\\w+$", []],
    ["\\x41bcdef", []],
    ["abc(?i)def", []],
    ["(?x) a b c d", []],
    ["(?P<name>abcd)", []],
    ["[[:alpha:]]abcd", any("abcd")],
    ["\\p{Lu}abcd", any("abcd")],
  ])("of %s are %j", (expression, words) => {
    expect(regexWords(expression)).toEqual(words);
  });
});

describe("the words that a rule needs", () => {
  it.each([
    ["a pattern's own", { pattern: "eval($CODE)" }, any("eval")],
    ["no metavariable's", { pattern: "$NAME($$$ARGS)" }, []],
    [
      "no words of a context that a selector leaves",
      { pattern: { context: "class X { $A }", selector: "a" } },
      [],
    ],
    ["no words of a loose pattern", { pattern: { context: "async () => 1", strictness: "ast" } }, []],
    [
      "all of what all needs",
      { all: [{ regex: "^eval$" }, { pattern: "run" }] },
      [...any("eval"), ...any("run")],
    ],
    [
      "one choice of each branch of any",
      { any: [{ regex: "^eval$" }, { pattern: "run($A)" }] },
      any("eval", "run"),
    ],
    ["nothing where a branch of any needs nothing", { any: [{ regex: "^eval$" }, { kind: "call" }] }, []],
    ["nothing of what must not be", { kind: "call", not: { regex: "^eval$" } }, []],
    ["what a relation needs", { kind: "call", has: { inside: { regex: "^eval$" } } }, any("eval")],
    [
      "small letters where one branch ignores case",
      { any: [{ regex: "(?i)^Eval$" }, { regex: "^Run$" }] },
      anyCase("eval", "run"),
    ],
  ])("are %s", (_, rule, words) => {
    expect(neededWords({ rule } as never)).toEqual(words);
  });

  it("are those of the utility rules that it names, also where these name themselves", () => {
    const utils = { danger: { any: [{ regex: "^eval$" }, { has: { matches: "danger" }, pattern: "exec" }] } };
    expect(neededWords({ rule: { matches: "danger" }, utils } as never)).toEqual(any("eval", "exec"));
  });
});

describe("a text", () => {
  it("meets needs where it has a word of every choice", () => {
    const isMet = textMeets("const Token = md5(x)");
    expect(isMet([])).toBe(true);
    expect(isMet([...any("sha1", "md5"), ...anyCase("token")])).toBe(true);
    expect(isMet(any("token"))).toBe(false);
    expect(isMet([...any("md5"), ...any("sha1")])).toBe(false);
  });
});
