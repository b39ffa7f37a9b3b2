// The help texts: examples first, 80 columns, everything in the table and nothing else.
import { describe, expect, it } from "vitest";
import { commands, groups } from "../../cli/command-table.ts";
import { exitCodeHelp } from "../../cli/exit-codes.ts";
import { helpFor } from "../../cli/help.ts";

const topics: readonly (readonly string[])[] = [
  [],
  ...groups.map((group) => [group.word]),
  ...commands.map((command) => command.words),
];

describe("helpFor()", () => {
  it.each(topics.map((topic) => [topic.join(" "), topic] as const))(
    "fits %j into 80 columns of ASCII",
    (_, topic) => {
      const text = helpFor(topic) ?? "";
      expect(text).toMatch(/^[\x20-\x7e\n]+\n$/);
      expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    },
  );

  it.each(topics.map((topic) => [topic.join(" "), topic] as const))("begins %j with examples", (_, topic) => {
    expect(helpFor(topic)?.split("\n")[2]).toBe("Examples:");
  });

  it("shows every option of a command with its choices, range and default", () => {
    const text = (helpFor(["ai", "analyze"]) ?? "").replaceAll(/\s+/g, " ");
    for (const option of commands[0]?.options ?? []) expect(text).toContain(`--${option.name}`);
    expect(text).toContain("quality|performance|security|architecture|smells|all");
    expect(text).toContain("(0 to 10)");
    expect(text).toContain("default text");
    expect(text).not.toContain("fail_under");
  });

  it("breaks a usage line only between options", () => {
    const text = helpFor(["ai", "analyze"]) ?? "";
    for (const option of ["[--stdin-name NAME]", "[--output FILE|FORMAT]", "--file PATH|DIR|-"]) {
      expect(text).toContain(option);
    }
  });

  it("lists every command", () => {
    const text = helpFor([]) ?? "";
    for (const command of commands) expect(text).toContain(`\n  ${command.words.join(" ")} `);
  });

  it.each([[["nonsense"]], [["ai", "nonsense"]], [["ai", "analyze", "more"]]])(
    "has nothing for %j",
    (topic) => {
      expect(helpFor(topic)).toBeUndefined();
    },
  );
});

describe("exitCodeHelp()", () => {
  it("fits into 80 columns", () => {
    expect(
      Math.max(
        ...exitCodeHelp()
          .split("\n")
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(80);
  });
});
