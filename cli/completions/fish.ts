// The completion script for fish.
import { type CommandSpec, commands, groups, type OptionSpec } from "../command-table.ts";
import { firstWords, helpTopics, optionsOf, secondWords, valuesOf, type Word } from "./words.ts";

export function fishCompletion(): string {
  const lines = [
    "# fish completion for aiex; put it into ~/.config/fish/completions/aiex.fish",
    WORDS_FUNCTION,
    "complete -c aiex -f",
    ...wordLines("", firstWords()),
    line("", `-l version -d ${quoted("Show the version")}`),
    line("", `-l help -d ${quoted("Show help")}`),
    ...groups.flatMap(({ word }) => wordLines(word, secondWords(word))),
    ...wordLines("help", helpTopics()),
    ...groups.flatMap(({ word }) => wordLines(`help ${word}`, secondWords(word))),
    ...commands.flatMap(commandLines),
  ];
  return `${lines.join("\n")}\n`;
}

function commandLines(command: CommandSpec): string[] {
  const name = command.words.join(" ");
  const choices = (command.argument?.choices ?? []).map((word) => ({ word, summary: "" }));
  const files = command.argument?.completesFiles === true ? [line(name, "-F")] : [];
  return [
    ...wordLines(name, choices),
    ...files,
    ...optionsOf(command).map((option) => optionLine(name, option)),
  ];
}

function optionLine(name: string, option: OptionSpec): string {
  const values = valuesOf(option);
  const parts = [`-l ${option.name}`, `-d ${quoted(option.summary)}`];
  if (option.value !== "none") parts.push(option.completesFiles === true ? "-r -F" : "-x");
  if (values.length > 0) parts.push(`-a ${quoted(values.join(" "))}`);
  return line(name, parts.join(" "));
}

function wordLines(after: string, words: readonly Word[]): string[] {
  return words.map(({ word, summary }) =>
    line(after, `-a ${word}${summary === "" ? "" : ` -d ${quoted(summary)}`}`),
  );
}

/** A completion that is offered where the words typed so far, without options, are `after`. */
function line(after: string, rest: string): string {
  return `complete -c aiex -n ${quoted(`__aiex_after ${after}`.trim())} ${rest}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

// The command is the words before the first option.
const WORDS_FUNCTION = `function __aiex_after
    set -l words (commandline -opc)
    set -e words[1]
    set -l command
    for word in $words
        string match -q -- '-*' $word; and break
        set -a command $word
    end
    test "$command" = "$argv"
end`;
