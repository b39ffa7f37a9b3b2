// What the front answers by itself, and what it leaves to the rest of the program.
import { describe, expect, it } from "vitest";
import { exitCodeHelp } from "../../cli/exit-codes.ts";
import { answer } from "../../cli/front.ts";
import { helpFor } from "../../cli/help.ts";
import { version } from "../../cli/version.ts";

describe("answer()", () => {
  it.each([
    [[], []],
    [["help"], []],
    [["--help"], []],
    [["-h"], []],
    [["help", "ai"], ["ai"]],
    [["ai", "--help"], ["ai"]],
    [["help", "config"], ["config"]],
    [
      ["help", "ai", "analyze"],
      ["ai", "analyze"],
    ],
    [
      ["ai", "analyze", "--help"],
      ["ai", "analyze"],
    ],
    [
      ["ai", "analyze", "--file", "x", "--help", "--nonsense"],
      ["ai", "analyze"],
    ],
    [
      ["ai", "analyze", "stray", "-h"],
      ["ai", "analyze"],
    ],
    [["completion", "bash", "--help"], ["completion"]],
    [["version", "--help"], ["version"]],
    [["help", "--help"], ["help"]],
    [
      ["help", "ai", "test_generate"],
      ["ai", "test-generate"],
    ],
    [
      ["ai", "test_generate", "--help"],
      ["ai", "test-generate"],
    ],
    [["--format", "json", "--help"], []],
  ])("answers %j with the help for %j", async (words, topic) => {
    expect(await answer(words)).toBe(helpFor(topic));
    expect(helpFor(topic)).toBeDefined();
  });

  it.each([[["version"]], [["--version"]], [["-V"]]])("answers %j with the version", async (words) => {
    expect(await answer(words)).toBe(`aiex ${version}\n`);
  });

  it("answers help exit-codes with the table", async () => {
    expect(await answer(["help", "exit-codes"])).toBe(exitCodeHelp());
  });

  it.each(["bash", "zsh", "fish"])("answers completion %s with a script", async (shell) => {
    expect(await answer(["completion", shell])).toContain("aiex");
  });

  it.each([
    [["ai"]],
    [["ai", "analyze", "--file", "x"]],
    [["ai", "analyze", "--file", "x", "--", "--help"]],
    [["nonsense"]],
    [["nonsense", "--help"]],
    [["help", "nonsense"]],
    [["completion"]],
    [["completion", "tcsh"]],
    [["completion", "bash", "more"]],
    [["version", "more"]],
  ])("leaves %j to the rest", async (words) => {
    expect(await answer(words)).toBeUndefined();
  });
});
