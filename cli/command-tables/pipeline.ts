// The commands of pipelines.
import type { PipelineMode } from "../../actors/pipeline/step-work.ts";
import { type CommandSpec, formatOption, type OptionSpec } from "../command-spec.ts";
import { modelOptions, outputOption, reportFormatWords, stdinNameOption } from "./options.ts";
import { sessionOptions, workOptions } from "./runs.ts";

/** Text for people, JSON for programs: where nothing is said it depends on who reads. */
export const lookFormat: OptionSpec = {
  name: "format",
  value: "text",
  placeholder: "FORMAT",
  choices: formatOption.choices,
  summary: "How to print it; else text on a terminal, and json elsewhere",
};

export const pipelineModeWords = [
  "sequential",
  "parallel",
  "conditional",
  "streaming",
] as const satisfies readonly PipelineMode[];

const pipelineFormatWords = [...reportFormatWords, "ndjson"] as const;

function noModelOption(summary: string): OptionSpec {
  return { name: "no-model", value: "none", summary };
}

/** For a command that carries out a pipeline. */
export const pipelineRunOptions: readonly OptionSpec[] = [
  {
    name: "format",
    value: "text",
    placeholder: "FORMAT",
    choices: pipelineFormatWords,
    summary:
      "How to print the result; else text on a terminal, and json elsewhere. ndjson prints the events of its run, and the result as the last line",
  },
  outputOption(
    "Write the result to a file, whose extension (.json, .md, .txt) chooses the format; or name a format",
  ),
  { name: "verbose", value: "none", summary: "Say on standard error what each step does" },
  {
    name: "continue-on-error",
    value: "none",
    summary: "Go on behind a step that failed, and end with exit code 3",
  },
  {
    name: "strict",
    value: "none",
    summary: "Let a step fail whose condition is about something that no result has; else it does not hold",
  },
  {
    name: "fail-under",
    value: "number",
    placeholder: "N",
    range: { least: 0, most: 10 },
    summary: "End with exit code 4 where the quality score of the last analysis is below N",
  },
  {
    name: "allow-partial",
    value: "none",
    summary: "Let --fail-under judge a partial result instead of ending with exit code 7",
  },
  ...modelOptions(),
  noModelOption("Ask no model, whatever is configured; nothing leaves the machine"),
  ...sessionOptions,
  ...workOptions,
];

const pipelineCommand: CommandSpec = {
  words: ["pipeline"],
  summary: "Run operations in a chain",
  examples: [
    { line: 'aiex pipeline --spec "analyze | refactor" --input src/app.ts', does: "One after the other" },
    {
      line: 'aiex pipeline --spec "analyze | if:quality<0.8 refactor" --input .',
      does: "A step where it is needed",
    },
    {
      line: 'aiex pipeline --spec "explain | document" --mode parallel --input a.py',
      does: "Side by side",
    },
    {
      line: "aiex pipeline --spec analyze --input src --output report.md --fail-under 7",
      does: "A report, and a gate for CI",
    },
    {
      line: 'aiex pipeline --spec "split | explain | merge" --input src --on cluster',
      does: "File by file, on all nodes",
    },
    { line: "aiex pipeline --spec analyze --input src | jq .quality_score", does: "JSON for programs" },
  ],
  options: [
    {
      name: "spec",
      value: "text",
      placeholder: "SPEC",
      required: true,
      summary: "The pipeline in quotes: see `aiex pipeline list` for its words",
    },
    {
      name: "input",
      value: "text",
      placeholder: "PATH|DIR|-",
      completesFiles: true,
      fallback: ".",
      summary: "What it works on: a file, a directory (honours .gitignore), or - for standard input",
    },
    stdinNameOption,
    {
      name: "mode",
      value: "text",
      placeholder: "MODE",
      choices: pipelineModeWords,
      fallback: "sequential",
      summary: "In which order the steps go, and what each of them works on",
    },
    {
      name: "validate",
      value: "none",
      summary: "Check it as `aiex pipeline validate` does, and run nothing",
    },
    ...pipelineRunOptions,
  ],
  notes: [
    "sequential: each step works on what the one before made. parallel: the operations go side by side, all on the input. conditional: as sequential, but a step with a condition waits only for what that names. streaming: each result is shown as it comes, and a folder goes through file by file.",
    "A pipeline is a run: what its finished steps made is kept, and `aiex runs resume` goes on with it after Ctrl-C, a crash, or a step that failed. What leaves the machine is said on standard error before it does.",
    "Exit codes: 0 all of it was done, 1 a step failed, 2 the pipeline is wrong, 3 it went on behind failed steps, 4 the score is below --fail-under or there is none, 5 denied, 6 --max-cost is reached, 7 a part of the input or of an answer is missing, 69 nobody can be asked, 124 --deadline passed. See `aiex help exit-codes`.",
  ],
};

export const pipelineCommands: readonly CommandSpec[] = [
  pipelineCommand,
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
      noModelOption("Estimate without the model that reviews what is analyzed"),
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
