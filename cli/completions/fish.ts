// The completion script for fish.
import type { CommandSpec, OptionSpec } from "../command-spec.ts";
import { commands, groups } from "../command-table.ts";
import {
  choicesOf,
  firstWords,
  helpTopics,
  optionsOf,
  secondWords,
  takesFiles,
  takesRuns,
  takesWorkflows,
  valuesOf,
  type Word,
} from "./words.ts";

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
  const choices = choicesOf(command).map((word) => ({ word, summary: "" }));
  const files = takesFiles(command) ? [line(name, "-F")] : [];
  const runs = takesRuns(command) ? [line(name, "-a '(aiex completion runs 2>/dev/null)'")] : [];
  const workflows = takesWorkflows(command) ? [line(name, `-a ${liveWorkflows}`)] : [];
  return [
    ...wordLines(name, choices),
    ...files,
    ...runs,
    ...workflows,
    ...optionsOf(command).map((option) => optionLine(name, option)),
  ];
}

function optionLine(name: string, option: OptionSpec): string {
  const values = valuesOf(option);
  const parts = [`-l ${option.name}`, `-d ${quoted(option.summary)}`];
  if (option.value !== "none" && option.valueIsOptional !== true)
    parts.push(option.completesFiles === true ? "-r -F" : "-x");
  if (option.completesWorkflows === true) parts.push(`-a ${liveWorkflows}`);
  if (values.length > 0) parts.push(`-a ${quoted(values.join(" "))}`);
  return line(name, parts.join(" "));
}

const liveWorkflows = "'(aiex completion workflows 2>/dev/null)'";

function wordLines(after: string, words: readonly Word[]): string[] {
  return words.map(({ word, summary }) =>
    line(after, `-a ${word}${summary === "" ? "" : ` -d ${quoted(summary)}`}`),
  );
}

/** A completion that is offered where the words typed so far name the command `after`. */
function line(after: string, rest: string): string {
  return `complete -c aiex -n ${quoted(`__aiex_after ${after}`.trim())} ${rest}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

// The command is one word, or two behind the word of a group.
const WORDS_FUNCTION = `function __aiex_after
    set -l words (commandline -opc)
    set -e words[1]
    set -l command
    for word in $words
        string match -q -- '-*' $word; and break
        set -a command $word
        contains -- "$command" ${[...groups.map(({ word }) => word), "help"].join(" ")}; or break
    end
    test "$command" = "$argv"
end`;
