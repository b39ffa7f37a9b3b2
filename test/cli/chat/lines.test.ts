// What lines of a conversation are: messages of one or several of them, and commands behind a slash.
import { describe, expect, it } from "vitest";
import { Composer } from "../../../cli/chat/composer.ts";
import { slashesFrom, slashHelp, slashIn } from "../../../cli/chat/slash.ts";

function messages(lines: readonly string[]): readonly (string | undefined)[] {
  const composer = new Composer();
  return [...lines.map((line) => composer.take(line)), composer.rest()];
}

describe("Lines", () => {
  it("are a message each", () => {
    expect(messages(["one", "", "two"])).toEqual(["one", "", "two", undefined]);
  });

  it("go on behind a backslash, and between three quotation marks", () => {
    expect(messages(["one\\", "  two", "three"])).toEqual([undefined, "one\n  two", "three", undefined]);
    expect(messages(['"""', "one\\", "", "/quit", ' """ ', "x"])).toEqual([
      ...[undefined, undefined, undefined, undefined],
      ...["one\\\n\n/quit", "x", undefined],
    ]);
  });

  it("that end in the middle of a message are one", () => {
    expect(messages(['"""', "one", "two"]).at(-1)).toBe("one\ntwo");
    expect(messages(["one\\"]).at(-1)).toBe("one");
  });
});

describe("A command behind a slash", () => {
  it("is told from a message", () => {
    expect(slashIn("/context a b.ts ")).toEqual({ name: "context", rest: "a b.ts" });
    expect(slashIn("/exit")).toEqual({ name: "quit", rest: "" });
    for (const text of ["", "x /quit", " /quit", "// no command"]) {
      const found = slashIn(text);
      expect(text.startsWith("//") ? typeof found : found).toBe(text.startsWith("//") ? "string" : undefined);
    }
  });

  it("that does not exist, or is given what it does not take, is answered with what to do", () => {
    expect(slashIn("/etc/hosts is odd")).toBe(
      "There is no command /etc/hosts. /help lists the commands; a message that begins with a slash begins with a space before it.",
    );
    expect(slashIn("/toString")).toMatch(/^There is no command/);
    expect(slashIn("/clear all")).toBe("/clear takes nothing behind it.");
    expect(slashIn("/save")).toBe("/save needs FILE behind it.");
  });

  it("is completed and listed", () => {
    expect(slashesFrom("/c")).toEqual(["/context", "/clear", "/cost"]);
    expect(slashesFrom("c")).toEqual([]);
    for (const name of slashesFrom("/")) expect(slashHelp()).toContain(`  ${name} `);
  });
});
