// Command lines, right and wrong.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commands } from "../../cli/command-table.ts";
import { optionValue, type ParsedCommand, parseCommandLine } from "../../cli/parse.ts";
import { UsageError } from "../../cli/usage.ts";

function parse(line: string): ParsedCommand {
  return parseCommandLine(line.split(" "));
}

function refusal(words: readonly string[]): UsageError {
  try {
    parseCommandLine(words);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(words)} was accepted.`);
}

/** What may follow the first word of a command, as a refusal lists it. */
function innerWords(first: string): string {
  const inner = commands.filter(({ words }) => words.length > 1 && words[0] === first);
  return inner.map(({ words }) => words[1]).join(", ");
}

describe("parseCommandLine()", () => {
  it("gives what was given, and nothing that was not", () => {
    const parsed = parse("ai analyze --file src --type security");
    expect(parsed.command.words).toEqual(["ai", "analyze"]);
    expect(Object.fromEntries(parsed.options)).toEqual({ file: "src", type: "security" });
  });

  it.each([
    [
      "ai analyze --file x --fail-under 7 --allow-partial",
      { file: "x", "fail-under": "7", "allow-partial": true },
    ],
    [
      "ai analyze --file x --fail_under 7 --allow_partial",
      { file: "x", "fail-under": "7", "allow-partial": true },
    ],
    ["ai analyze --file=x --fail_under=7.5", { file: "x", "fail-under": "7.5" }],
    ["ai analyze --file -", { file: "-" }],
    ["ai analyze --file 007", { file: "007" }],
    ["ai analyze --file=-x.ts", { file: "-x.ts" }],
    ["ai analyze --file -1", { file: "-1" }],
    ["ai analyze --file a.b.c", { file: "a.b.c" }],
    ["ai analyze --file $(rm) --stdin-name 'q'", { file: "$(rm)", "stdin-name": "'q'" }],
    ["config show --format json", { format: "json" }],
    ["config show", {}],
  ])("accepts %s", (line, options) => {
    expect(Object.fromEntries(parse(line).options)).toEqual(options);
  });

  it("takes a command's word in snake_case too", () => {
    expect(parse("ai test_generate --file x").command.words).toEqual(["ai", "test-generate"]);
  });

  it.each([
    ["rules show python/eval", ["python/eval"]],
    ["rules show --format json a", ["a"]],
    ["rules test", []],
    ["rules test a b --format", undefined],
    ["rules test a 007 -- --b", ["a", "007", "--b"]],
    ["completion bash", ["bash"]],
    ["config show", []],
  ])("gives the words behind the command in %j", (line, words) => {
    if (words === undefined) expect(() => parse(line)).toThrow(UsageError);
    else expect(parse(line).arguments).toEqual(words);
  });

  it.each([
    ["anlyze", 'Unknown command "anlyze"', "Did you mean aiex ai analyze?"],
    ["nonsense", 'Unknown command "nonsense"', ""],
    ["analyze --file x", 'Unknown command "analyze"', "Did you mean aiex ai analyze?"],
    ["ai anlyze --file x", 'Unknown command "ai anlyze"', "Did you mean aiex ai analyze?"],
    ["confg show", 'Unknown command "confg"', "Did you mean config?"],
    ["ai zzz", 'Unknown command "ai zzz"', ` Its commands: ${innerWords("ai")}.`],
    ["ai", "aiex ai needs a command", `: ${innerWords("ai")}.`],
    ["ai --file x", "aiex ai needs a command", `: ${innerWords("ai")}.`],
    ["--format json ai analyze", "A command comes before its options", "--format"],
    ["help anlyze", 'Unknown command "anlyze"', "Did you mean"],
    ["help ai analyze more", "There is no help", "ai analyze more"],
    ["version more", "Unexpected", "more"],
    ["completion", "needs a SHELL", "bash, zsh, fish"],
    ["completion bsh", 'Unknown SHELL "bsh"', "Did you mean bash?"],
    ["completion bash zsh", "Unexpected", "zsh"],
    ["ai analyze", "--file is missing", "--file -"],
    ["ai analyze src", 'Unexpected "src"', 'aiex ai analyze --file "src"'],
    ["ai analyze -- --file x", "Unexpected", "--file"],
    ["ai analyze --fil x", 'Unknown option "--fil"', "Did you mean --file?"],
    ["ai analyze --file x --fail_undr 3", "Unknown option", "Did you mean --fail-under?"],
    ["ai analyze --file x --no-allow-partial", "Unknown option", "Did you mean --allow-partial?"],
    ["ai analyze --allowPartial --file x", "Unknown option", "Did you mean --allow-partial?"],
    ["ai analyze 007", 'Unexpected "007"', ""],
    ["ai analyze --file.x 1", 'Unknown option "--file.x"', "Did you mean --file?"],
    ["ai analyze -file x", 'Unknown option "-f"', ""],
    ["ai analyze -f x", 'Unknown option "-f"', "ai analyze"],
    ["ai analyze --file x --toString y", 'Unknown option "--toString"', ""],
    ["ai analyze --constructor=1 --file x", 'Unknown option "--constructor"', ""],
    ["ai analyze --file x --__proto__.polluted 1", "Unknown option", ""],
    ["ai analyze --file", "--file needs a value", "PATH|DIR|-"],
    ["ai analyze --file=", "--file needs a value", "PATH|DIR|-"],
    ["ai analyze --file --type all", "--file needs a value", "--file=-value"],
    ["ai analyze --file x --fail_under", "--fail-under needs a value", "N"],
    ["ai analyze --file x --file y", "--file was given 2 times", 'x", "y'],
    ["ai analyze --file x --fail-under 7 --fail_under 8", "--fail-under was given 2 times", ""],
    ["ai analyze --file x --fail-under abc", '--fail-under cannot be "abc"', "from 0 to 10"],
    ["ai analyze --file x --fail-under 10.1", "--fail-under cannot be", "from 0 to 10"],
    ["ai analyze --file x --fail-under -1", "--fail-under cannot be", "from 0 to 10"],
    ["ai analyze --file x --fail-under 0x5", "--fail-under cannot be", ""],
    ["ai analyze --file x --fail-under 1e1", "--fail-under cannot be", ""],
    ["ai analyze --file x --fail-under NaN", "--fail-under cannot be", ""],
    ["ai analyze --file x --fail-under Infinity", "--fail-under cannot be", ""],
    ["ai analyze --file x --type speed", '--type cannot be "speed"', "quality, performance"],
    ["ai analyze --file x --type Security", '--type cannot be "Security"', "Did you mean --type security?"],
    ["ai analyze --file x --format xml", '--format cannot be "xml"', "text, json, markdown"],
    ["ai analyze --file x --allow-partial=maybe", "--allow-partial takes no value", ""],
    ["config show --file x", "Unknown option", "config show"],
    ["rules", "aiex rules needs a command", "list, show, test"],
    ["rules lst", 'Unknown command "rules lst"', "Did you mean aiex rules list?"],
    ["rules list x", "Unexpected", "x"],
    ["rules list --language phyton", '--language cannot be "phyton"', "Did you mean --language python?"],
    ["rules list --category all", '--category cannot be "all"', "quality, performance"],
    ["rules show", "aiex rules show needs an ID.", ""],
    ["rules show a b", 'Unexpected "b"', ""],
  ])("refuses %s", (line, says, hints) => {
    const { message } = refusal(line.split(" "));
    expect(message).toContain(says);
    expect(message).toContain(hints);
    expect(message).not.toMatch(/undefined|\[object/);
  });

  it("points at the help of the command that was meant", () => {
    expect(refusal(["ai", "analyze", "--nonsense"]).helpTopic).toBe("ai analyze");
    expect(refusal(["ai", "nonsense"]).helpTopic).toBe("ai");
    expect(refusal(["nonsense"]).helpTopic).toBe("");
  });

  it("shows only the start of what is very long", () => {
    expect(refusal(["ai", "x".repeat(100_000)]).message.length).toBeLessThan(200);
  });

  it("pollutes no prototype", () => {
    refusal(["ai", "analyze", "--__proto__.polluted", "1", "--constructor.prototype.polluted", "1"]);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  it("parses or refuses, and never fails otherwise", () => {
    const word = fc.oneof(
      fc.constantFrom("--file", "--type", "--fail-under", "--allow-partial", "--output", "-", "--", "=", "7"),
      fc.string({ unit: "binary", maxLength: 12 }),
      fc.string({ maxLength: 8 }).map((text) => `--${text}`),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (words) => {
        try {
          parseCommandLine(["ai", "analyze", ...words]);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("optionValue()", () => {
  it("gives what was given, else the fallback, else nothing", () => {
    const parsed = parse("ai analyze --file x --type smells");
    expect(optionValue(parsed, "type")).toBe("smells");
    expect(optionValue(parsed, "format")).toBe("text");
    expect(optionValue(parsed, "output")).toBeUndefined();
  });
});
