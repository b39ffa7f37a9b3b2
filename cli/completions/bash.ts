// The completion script for bash 3.2 and later.
import { commands, groups } from "../command-table.ts";
import {
  choicesOf,
  commandOfGroup,
  firstWords,
  helpTopics,
  optionsOf,
  secondWords,
  takesFiles,
  takesRuns,
  takesWorkflows,
  valuesOf,
} from "./words.ts";

export function bashCompletion(): string {
  return `# bash completion for aiex; load it with: source <(aiex completion bash)
_aiex() {
  local current previous command index
  current="\${COMP_WORDS[COMP_CWORD]}"
  previous="\${COMP_WORDS[COMP_CWORD-1]}"
  # bash splits --option=value into three words.
  if [[ $current == "=" ]]; then
    current=""
  elif [[ $previous == "=" ]] && ((COMP_CWORD >= 2)); then
    previous="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  # The same option in snake_case.
  if [[ $previous == --* ]]; then
    previous="\${previous//_/-}"
  fi
  # The command is one word, or two behind the word of a group.
  command=""
  for ((index = 1; index < COMP_CWORD && index <= 2; index++)); do
    [[ \${COMP_WORDS[index]} == -* ]] && break
    command="\${command:+$command }\${COMP_WORDS[index]}"
    case "$command" in ${[...groups.map(({ word }) => word), "help"].join(" | ")}) ;; *) break ;; esac
  done
  COMPREPLY=()
  case "$command:$previous" in
${indent(valueCases(), 4)}
  esac
  case "$command" in
${indent(commandCases(), 4)}
  esac
}
_aiex_words() {
  local word
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <(compgen -W "$1" -- "$current")
}
# The ids of runs, and the names of workflows, are the only words that a program has to be asked for.
_aiex_runs() {
  [[ $current == -* ]] || _aiex_words "$("\${COMP_WORDS[0]}" completion runs 2>/dev/null | cut -f 1)"
}
_aiex_workflows() {
  [[ $current == -* ]] || _aiex_words "$("\${COMP_WORDS[0]}" completion workflows 2>/dev/null | cut -f 1)"
}
_aiex_files() {
  local name
  compopt -o filenames 2>/dev/null
  while IFS= read -r name; do
    COMPREPLY+=("$name")
  done < <(compgen -f -- "$current")
}
complete -F _aiex aiex
`;
}

/** What may follow an option that takes a value. */
function valueCases(): string[] {
  return commands.flatMap((command) =>
    command.options
      .filter((option) => option.value !== "none")
      .flatMap((option) => {
        const actions = [
          ...(valuesOf(option).length > 0 ? [`_aiex_words "${valuesOf(option).join(" ")}"`] : []),
          ...(option.completesFiles === true ? ["_aiex_files"] : []),
          ...(option.completesWorkflows === true ? ["_aiex_workflows"] : []),
          "return",
        ];
        return [`"${command.words.join(" ")}:--${option.name}") ${actions.join("; ")} ;;`];
      }),
  );
}

function commandCases(): string[] {
  const top = firstWords().map(({ word }) => word);
  const groupCases = groups.map(({ word }) => {
    const names = secondWords(word).map((second) => second.word);
    const own = commandOfGroup(word);
    const options = own === undefined ? ["--help"] : optionsOf(own).map(({ name }) => `--${name}`);
    return `"${word}") _aiex_words "${[...names, ...options].join(" ")}" ;;`;
  });
  const ownCases = commands
    .filter(({ words }) => words[0] !== "help" && !groups.some(({ word }) => word === words.join(" ")))
    .map((command) => {
      const options = optionsOf(command).map((option) => `--${option.name}`);
      const offered = [...choicesOf(command), ...options];
      const live = `${takesFiles(command) ? "; _aiex_files" : ""}${takesRuns(command) ? "; _aiex_runs" : ""}${takesWorkflows(command) ? "; _aiex_workflows" : ""}`;
      return `"${command.words.join(" ")}") _aiex_words "${offered.join(" ")}"${live} ;;`;
    });
  const helpCases = groups.map(({ word }) => {
    const names = secondWords(word).map((second) => second.word);
    return `"help ${word}") _aiex_words "${names.join(" ")}" ;;`;
  });
  const topics = helpTopics().map(({ word }) => word);
  return [
    `"") _aiex_words "${[...top, "--help", "--version"].join(" ")}" ;;`,
    ...groupCases,
    ...ownCases,
    `"help") _aiex_words "${topics.join(" ")}" ;;`,
    ...helpCases,
  ];
}

function indent(lines: readonly string[], columns: number): string {
  return lines.map((line) => " ".repeat(columns) + line).join("\n");
}
