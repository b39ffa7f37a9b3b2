// The completion script for zsh.
import type { ArgumentSpec, CommandSpec, OptionSpec } from "../command-spec.ts";
import { commands, commandsIn, groups } from "../command-table.ts";
import {
  commandOfGroup,
  firstWords,
  helpTopics,
  optionsOf,
  secondWords,
  valuesOf,
  type Word,
} from "./words.ts";

export function zshCompletion(): string {
  return `#compdef aiex
# zsh completion for aiex; put it into a folder of $fpath as _aiex, or load it with: source <(aiex completion zsh)
_aiex() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C '--help[Show help]' '--version[Show the version]' '1: :->first' '*:: :->rest'
  case $state in
    first)
      local -a first
      first=(
${described(firstWords(), 8)}
      )
      _describe -t commands 'aiex command' first
      ;;
    rest)
      case $line[1] in
${indent(restCases(), 8)}
      esac
      ;;
  esac
}
${groups.map(({ word }) => groupFunction(word)).join("\n")}
_aiex_live_runs() {
  local -a runs
  runs=("\${(@f)$(_call_program runs aiex completion runs 2>/dev/null)}")
  runs=("\${(@)runs/$'\t'/:}")
  _describe -t runs run runs
}
_aiex_live_workflows() {
  local -a workflows
  workflows=("\${(@f)$(_call_program workflows aiex completion workflows 2>/dev/null)}")
  workflows=("\${(@)workflows/$'\t'/:}")
  _describe -t workflows workflow workflows
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _aiex "$@"
else
  compdef _aiex aiex
fi
`;
}

function restCases(): string[] {
  const groupCases = groups.map(({ word }) => `${word}) _aiex_${word} ;;`);
  const ownCases = commands
    .filter(({ words }) => words.length === 1 && words[0] !== "help")
    .filter(({ words }) => !groups.some(({ word }) => word === words[0]))
    .map((command) => `${command.words[0]}) ${argumentsCall(command)} ;;`);
  const topics = helpTopics().map(({ word }) => word);
  const inner = groups.flatMap(({ word }) => secondWords(word).map((second) => second.word));
  const helpCase = `help) _arguments '1:topic:(${topics.join(" ")})' '2:command:(${inner.join(" ")})' ;;`;
  return [...groupCases, ...ownCases, helpCase];
}

function groupFunction(group: string): string {
  const members = commandsIn(group);
  const own = commandOfGroup(group);
  const options = own === undefined ? "'--help[Show help]'" : optionsOf(own).map(optionSpec).join(" ");
  const cases = members.map((command) => `${command.words[1]}) ${argumentsCall(command)} ;;`);
  return `_aiex_${group}() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C ${options} '1: :->second' '*:: :->rest'
  case $state in
    second)
      local -a second
      second=(
${described(secondWords(group), 8)}
      )
      _describe -t commands 'aiex ${group} command' second
      ;;
    rest)
      case $line[1] in
${indent(cases, 8)}
      esac
      ;;
  esac
}`;
}

function argumentsCall(command: CommandSpec): string {
  const { arguments: specs = [] } = command;
  const positional = specs.map((spec, index) => quoted(argumentSpec(spec, index)));
  return ["_arguments", ...optionsOf(command).map(optionSpec), ...positional].join(" ");
}

function argumentSpec(
  { placeholder, choices, required, repeats, ...live }: ArgumentSpec,
  index: number,
): string {
  const action = choices !== undefined ? `(${choices.join(" ")})` : liveAction(live);
  const place = repeats === true ? "*:" : `${index + 1}:${required ? "" : ":"}`;
  return `${place}${placeholder.toLowerCase()}:${action}`;
}

function liveAction({
  completesFiles,
  completesRuns,
  completesWorkflows,
}: Pick<ArgumentSpec, "completesFiles" | "completesRuns" | "completesWorkflows">): string {
  if (completesFiles === true) return "_files";
  if (completesRuns === true) return "_aiex_live_runs";
  return completesWorkflows === true ? "_aiex_live_workflows" : " ";
}

function optionSpec(option: OptionSpec): string {
  const summary = option.summary.replace(/[[\]:\\]/g, "\\$&");
  if (option.value === "none") return quoted(`--${option.name}[${summary}]`);
  const colon = option.valueIsOptional === true ? "::" : ":";
  return quoted(`--${option.name}=[${summary}]${colon}${option.name}:${valueAction(option)}`);
}

function valueAction(option: OptionSpec): string {
  const values = valuesOf(option);
  if (option.completesFiles === true && values.length > 0) {
    return `{_alternative "formats\\:format\\:(${values.join(" ")})" "files\\:file\\:_files"}`;
  }
  if (option.completesFiles === true) return "_files";
  if (option.completesWorkflows === true) return "_aiex_live_workflows";
  return values.length > 0 ? `(${values.join(" ")})` : " ";
}

function described(words: readonly Word[], columns: number): string {
  return indent(
    words.map(({ word, summary }) => quoted(`${word}:${summary.replace(/[:\\]/g, "\\$&")}`)),
    columns,
  );
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function indent(lines: readonly string[], columns: number): string {
  return lines.map((line) => " ".repeat(columns) + line).join("\n");
}
