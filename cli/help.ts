// The help texts, laid out from the command table: examples first, at most 80 columns, plain ASCII.
import type { ArgumentSpec, CommandExample, CommandSpec, OptionSpec } from "./command-spec.ts";
import { commandOf, commands, commandsIn, groups } from "./command-table.ts";
import { timeText } from "./time-span.ts";

/** The help for a topic (no words: the whole; a group; a command), or undefined where there is no such topic. */
export function helpFor(topic: readonly string[]): string | undefined {
  if (topic.length === 0) return overview();
  const command = commandOf(topic);
  if (command !== undefined) return commandHelp(command);
  const group = groups.find((candidate) => topic.length === 1 && candidate.word === topic[0]);
  return group === undefined ? undefined : groupHelp(group.word, group.summary);
}

/** How a command is called, in parts between which a line may break. */
function usageParts(command: CommandSpec): readonly string[] {
  const parts = ["aiex", ...command.words];
  if (command.words[0] === "help") parts.push("[COMMAND...]");
  parts.push(...(command.arguments ?? []).map(argumentUsage));
  for (const option of command.options) {
    const spelled = optionUsage(option);
    parts.push(option.required === true ? spelled : `[${spelled}]`);
  }
  return parts;
}

function overview(): string {
  const examples = [
    ...(commandOf(["ai", "analyze"])?.examples.slice(0, 3) ?? []),
    ...(commandOf(["call"])?.examples.slice(0, 1) ?? []),
    ...(commandOf(["config", "show"])?.examples.slice(0, 1) ?? []),
  ];
  return lines([
    "aiex: a distributed AI coding assistant",
    "",
    ...exampleLines(examples),
    "Usage: aiex COMMAND [OPTIONS]",
    "",
    "Commands:",
    ...rows(commands.map((command) => [command.words.join(" "), command.summary])),
    "",
    "Options everywhere:",
    ...rows([
      ["--help", "Help for the command it stands behind"],
      ["--version", "The version, in place of a command"],
    ]),
    "",
    ...paragraph("See `aiex help COMMAND` for one command and `aiex help exit-codes` for the exit codes."),
  ]);
}

function groupHelp(word: string, summary: string): string {
  const members = commandsIn(word);
  const examplesEach = members.length > 3 ? 1 : 3;
  return lines([
    `aiex ${word}: ${summary}`,
    "",
    ...exampleLines(members.flatMap((command) => command.examples.slice(0, examplesEach))),
    `Usage: aiex ${word} COMMAND [OPTIONS]`,
    "",
    "Commands:",
    ...rows(members.map((command) => [command.words.join(" "), command.summary])),
    "",
    ...paragraph(`See \`aiex help ${word} COMMAND\` for the options of one command.`),
  ]);
}

function commandHelp(command: CommandSpec): string {
  const optionRows = command.options.map((option): [string, string] => [
    optionUsage(option),
    optionText(option),
  ]);
  return lines([
    `aiex ${command.words.join(" ")}: ${command.summary}`,
    "",
    ...exampleLines(command.examples),
    ...wrapped(usageParts(command), "Usage: ", "         "),
    ...argumentLines(command),
    ...memberLines(command),
    "",
    "Options:",
    ...rows([...optionRows, ["--help", "Show this help"]]),
    ...command.notes.flatMap((note) => ["", ...paragraph(note)]),
  ]);
}

function argumentUsage({ placeholder, choices, required, repeats }: ArgumentSpec): string {
  const words = hasLongRow(choices) ? placeholder : (choices?.join("|") ?? placeholder);
  const spelled = `${words}${repeats === true ? "..." : ""}`;
  return required ? spelled : `[${spelled}]`;
}

/** Of a command that is a group too. */
function memberLines({ words }: CommandSpec): string[] {
  const members = words.length === 1 ? commandsIn(words[0] ?? "") : [];
  if (members.length === 0) return [];
  return ["", "Commands:", ...rows(members.map((member) => [member.words.join(" "), member.summary]))];
}

/** It needs places where a line may break. */
function hasLongRow(choices: readonly string[] | undefined): boolean {
  return choices !== undefined && choices.length > 6;
}

function argumentLines({ arguments: specs = [] }: CommandSpec): string[] {
  const explained = specs.flatMap(({ placeholder, summary, choices }): [string, string][] => {
    const row = hasLongRow(choices) ? choices?.join(", ") : undefined;
    const texts = [summary, row].filter((text) => text !== undefined);
    return texts.length === 0 ? [] : [[placeholder, texts.join(": ")]];
  });
  return explained.length === 0 ? [] : ["", "Arguments:", ...rows(explained)];
}

function exampleLines(examples: readonly CommandExample[]): string[] {
  return ["Examples:", ...examples.flatMap(({ line, does }) => [`  ${line}`, `      ${does}`]), ""];
}

function optionUsage(option: OptionSpec): string {
  const { name, placeholder, valueIsOptional } = option;
  if (placeholder === undefined) return `--${name}`;
  return `--${name} ${valueIsOptional === true ? `[${placeholder}]` : placeholder}`;
}

function optionText(option: OptionSpec): string {
  const facts: string[] = [];
  if (option.required === true) facts.push("required");
  if (option.repeats === true) facts.push("may be given several times");
  if (option.choices !== undefined) facts.push(option.choices.join(hasLongRow(option.choices) ? ", " : "|"));
  if (option.range !== undefined) facts.push(rangeText(option, option.range));
  if (option.fallback !== undefined) facts.push(`default ${option.fallback}`);
  return facts.length === 0 ? option.summary : `${option.summary} (${facts.join("; ")})`;
}

function rangeText({ value }: OptionSpec, { least, most }: NonNullable<OptionSpec["range"]>): string {
  const shown = value === "time" ? timeText : String;
  return `${shown(least)} to ${shown(most)}`;
}

/** Two columns: names, and their texts wrapped beside them. */
function rows(entries: readonly (readonly [string, string])[]): string[] {
  const nameWidth = Math.max(...entries.map(([name]) => name.length));
  return entries.flatMap(([name, text]) =>
    wrapped(text.split(" "), `  ${name.padEnd(nameWidth)}  `, " ".repeat(nameWidth + 4)),
  );
}

function paragraph(text: string): string[] {
  return wrapped(text.split(" "), "", "");
}

function wrapped(parts: readonly string[], firstIndent: string, indent: string): string[] {
  const result: string[] = [];
  let line = firstIndent;
  let isEmpty = true;
  for (const word of parts) {
    if (!isEmpty && line.length + 1 + word.length > helpColumns) {
      result.push(line);
      line = indent + word;
    } else {
      line += isEmpty ? word : ` ${word}`;
    }
    isEmpty = false;
  }
  return [...result, line];
}

// Every terminal shows this many.
const helpColumns = 80;

function lines(all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
