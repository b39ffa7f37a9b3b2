import { describe, expect, test } from "vitest";
import { estimateErrorMax } from "../../../actors/llm/limits.ts";
import { estimateTokens } from "../../../actors/llm/tokens.ts";

/** Texts with the tokens that OpenAI's o200k makes of them. */
const counted: readonly (readonly [string, string, number])[] = [
  [
    "prose",
    "The supervisor restarts a child that ends abnormally, and gives up when that happens too often.",
    20,
  ],
  [
    "TypeScript",
    'export function cutOff(characters: number): ProviderError {\n  const far = characters === 0 ? "before" : String(characters);\n  return new ProviderError("protocol", far);\n}\n',
    41,
  ],
  [
    "Python",
    "def main(argv: list[str]) -> int:\n    for name in argv[1:]:\n        print(name, end='')\n    return 0\n",
    30,
  ],
  ["minified code", "function(e,t){return e.x=t,e.y=function(){for(var r=0;r<n.length;r++)n[r](t)},e}", 29],
  ["Russian", "Искусственный интеллект меняет разработку программ.", 11],
  ["Chinese", "人工智能正在改变世界的软件开发方式。", 9],
  ["emoji", "😀🚀🔥👩‍💻", 9],
];

describe("estimateTokens()", () => {
  test.each(counted)("is near the true number for %s", (_, text, tokens) => {
    const estimate = estimateTokens(text);
    expect(estimate * (1 + estimateErrorMax)).toBeGreaterThanOrEqual(tokens);
    expect(estimate).toBeLessThanOrEqual(tokens * 3);
  });

  test("is nothing for nothing, and never nothing for something", () => {
    expect(estimateTokens("")).toBe(0);
    expect(estimateTokens("x")).toBe(1);
  });

  test("counts every character of a script that is rare: a file of them must not pass for a short one", () => {
    expect(estimateTokens("\u13a0\u2800\u1200".repeat(10))).toBe(30);
  });

  test("grows with the text", () => {
    expect(estimateTokens("word ".repeat(7_000))).toBe(10_000);
    expect(estimateTokens("\ud800".repeat(10))).toBe(10);
  });
});
