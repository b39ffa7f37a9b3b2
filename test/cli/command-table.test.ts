// The command table against what it has to agree with.
import { describe, expect, it } from "vitest";
import { analysisTypes } from "../../actors/analysis/report.ts";
import { analysisTypeWords, commandOf, commands, groups } from "../../cli/command-table.ts";
import { parseCommandLine } from "../../cli/parse.ts";
import { version } from "../../cli/version.ts";
import packageJson from "../../package.json" with { type: "json" };

describe("the command table", () => {
  it("offers exactly the analysis types of the report", () => {
    expect([...analysisTypeWords]).toEqual([...analysisTypes, "all"]);
  });

  it("names options in kebab-case, once for each command", () => {
    for (const command of commands) {
      const names = command.options.map((option) => option.name);
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    }
  });

  it("has a group for every command of two words, and a command in every group", () => {
    const firstWords = commands.filter((command) => command.words.length === 2).map(({ words }) => words[0]);
    expect(new Set(firstWords)).toEqual(new Set(groups.map((group) => group.word)));
  });

  it("shows only examples that can be run", () => {
    for (const { examples } of commands) {
      expect(examples.length).toBeGreaterThan(0);
      for (const { line } of examples) {
        const called = /(?:^|[|(]\s*)aiex ([^|>)]*)/.exec(line)?.[1]?.trim().split(/\s+/) ?? [];
        if (called[0] === "help" || called[0] === "version") continue;
        const { command } = parseCommandLine(called);
        expect(commandOf(command.words)).toBe(command);
      }
    }
  });
});

describe("version", () => {
  it("is the one in package.json", () => {
    expect(version).toBe(packageJson.version);
  });
});
