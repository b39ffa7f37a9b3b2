// What may follow what on a command line, as every completion script needs it.
import type { CommandSpec, OptionSpec } from "../command-spec.ts";
import { commands, commandsIn, groups } from "../command-table.ts";

export interface Word {
  readonly word: string;
  readonly summary: string;
}

/** The first words of a command line. */
export function firstWords(): readonly Word[] {
  const single = commands.filter(
    ({ words: [word], words }) => words.length === 1 && groups.every((group) => group.word !== word),
  );
  return [
    ...groups,
    ...single.map((command) => ({ word: command.words[0] ?? "", summary: command.summary })),
  ];
}

/** The words that may follow the group `word`. */
export function secondWords(word: string): readonly Word[] {
  return commandsIn(word).map((command) => ({ word: command.words[1] ?? "", summary: command.summary }));
}

/** What may follow `aiex help`. */
export function helpTopics(): readonly Word[] {
  const topics = firstWords().filter(({ word }) => word !== "help");
  return [...topics, { word: "exit-codes", summary: "What each exit code means" }];
}

/** The command that a group is by itself, where it is one. */
export function commandOfGroup(word: string): CommandSpec | undefined {
  return commands.find(({ words }) => words.length === 1 && words[0] === word);
}

/** The options of a command, with `--help`, which every command has. */
export function optionsOf(command: CommandSpec): readonly OptionSpec[] {
  return [...command.options, { name: "help", value: "none", summary: "Show help for this command" }];
}

/** The values that are known for an option, whether or not others are accepted. */
export function valuesOf(option: OptionSpec): readonly string[] {
  return option.choices ?? option.suggestions ?? [];
}

/** The words that are known for the arguments of a command. */
export function choicesOf({ arguments: specs = [] }: CommandSpec): readonly string[] {
  return specs.flatMap(({ choices }) => choices ?? []);
}

/** True where an argument of a command names a file. */
export function takesFiles({ arguments: specs = [] }: CommandSpec): boolean {
  return specs.some(({ completesFiles }) => completesFiles === true);
}

/** True where an argument of a command is the name of a workflow. */
export function takesWorkflows({ arguments: specs = [] }: CommandSpec): boolean {
  return specs.some(({ completesWorkflows }) => completesWorkflows === true);
}

/** True where an argument of a command is the id of a run. */
export function takesRuns({ arguments: specs = [] }: CommandSpec): boolean {
  return specs.some(({ completesRuns }) => completesRuns === true);
}
