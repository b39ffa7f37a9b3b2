// The commands of pipelines.
import { type CommandSpec, formatOption, type OptionSpec } from "../command-spec.ts";
import { modelOptions } from "./options.ts";

/** Text for people, JSON for programs: where nothing is said it depends on who reads. */
export const lookFormat: OptionSpec = {
  name: "format",
  value: "text",
  placeholder: "FORMAT",
  choices: formatOption.choices,
  summary: "How to print it; else text on a terminal, and json elsewhere",
};

export const pipelineCommands: readonly CommandSpec[] = [
  {
    words: ["pipeline", "validate"],
    summary: "Check a pipeline: what is wrong, or what it takes",
    examples: [
      { line: 'aiex pipeline validate "analyze | refactor"', does: "What it means, and takes" },
      {
        line: 'aiex pipeline validate "analyze | explain" --input src',
        does: "What it takes for these files",
      },
      {
        line: "aiex pipeline validate analyze --format json | jq .estimate",
        does: "The same for programs",
      },
    ],
    arguments: [
      {
        placeholder: "SPEC",
        required: true,
        summary: 'the pipeline in quotes, such as "analyze | refactor"',
      },
    ],
    options: [
      {
        name: "input",
        value: "text",
        placeholder: "PATH|DIR",
        completesFiles: true,
        summary: "What it would work on, for the estimate; else a usual file is assumed",
      },
      ...modelOptions("The entry of llm.providers whose price the estimate uses"),
      lookFormat,
    ],
    notes: [
      "All that is wrong is told at once: the step, the column, what stands there, and what to write in its place. Nothing is run, and nobody is asked.",
      "The estimate is rough: it counts the sizes of files, and every condition as one that holds.",
      "Exit codes: 0 it can be run, 1 the input cannot be looked at, 2 something is wrong with it.",
    ],
  },
  {
    words: ["pipeline", "list"],
    summary: "List what a pipeline may be made of",
    examples: [
      { line: "aiex pipeline list", does: "All words and conditions" },
      { line: "aiex pipeline list | jq -r .words[].name", does: "The same for programs" },
    ],
    options: [lookFormat],
    notes: [],
  },
  {
    words: ["pipeline", "examples"],
    summary: "Show pipelines that are worth looking at",
    examples: [
      { line: "aiex pipeline examples", does: "Each with what it does" },
      {
        line: "aiex pipeline examples | jq -r .examples[].spec",
        does: "The same for programs",
      },
    ],
    options: [lookFormat],
    notes: [],
  },
];
