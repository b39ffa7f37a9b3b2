// The commands of workflows.

import { workflowModes } from "../../actors/pipeline/workflow/modes.ts";
import { type ArgumentSpec, type CommandSpec, formatOption, type OptionSpec } from "../command-spec.ts";
import { stdinNameOption } from "./options.ts";
import { lookFormat, pipelineRunOptions } from "./pipeline.ts";

const name: ArgumentSpec = { placeholder: "NAME", required: false, completesWorkflows: true };

/** The same as the argument: scripts say it in full. */
const nameOption: OptionSpec = {
  name: "name",
  value: "text",
  placeholder: "NAME",
  completesWorkflows: true,
  summary: "Its name, in place of the argument",
};

const projectOption = (summary: string): OptionSpec => ({ name: "project", value: "none", summary });

const builtInOption: OptionSpec = {
  name: "built-in",
  value: "none",
  summary: "The one that comes with aiex, whatever is in effect",
};

const forceOption = (summary: string): OptionSpec => ({ name: "force", value: "none", summary });

const doneFormat: OptionSpec = { ...formatOption, summary: "How to print the outcome" };

const where =
  "Yours are ~/.config/aiex/workflows/NAME.yaml, those of a project .aiex/workflows/NAME.yaml in it; a project's are used where you trust it (`aiex trust`). The project's goes before yours, and yours before the one that comes with aiex: see docs/pipelines.md.";

const codes =
  "Exit codes: 0 it is done, 1 a file is there or missing, 2 usage or no such workflow, 5 the project is not trusted, 78 a workflow is wrong.";

const setOption: OptionSpec = {
  name: "set",
  value: "text",
  placeholder: "PARAMETER=VALUE",
  repeats: true,
  summary: "A value for one of its parameters",
};

const modeOption: OptionSpec = {
  name: "mode",
  value: "text",
  placeholder: "MODE",
  choices: workflowModes,
  summary: "In which order the steps go, where it is not to be the workflow's own",
};

const descriptionOption: OptionSpec = {
  name: "description",
  value: "text",
  placeholder: "TEXT",
  summary: "What you want of it, in words: models are told that",
};

const runNote =
  "It is a run, as every pipeline is: `aiex runs resume` goes on with it after Ctrl-C, a crash, or a step that failed. What leaves the machine is said on standard error before it does. Values are put in as values: whatever they hold, no step comes of them.";

const runCodes =
  "Exit codes: those of aiex pipeline, and 5 the workflow waits for `aiex trust`, 78 the workflow is wrong. See `aiex help exit-codes`.";

/** The same by another name: of the operations on code. */
export const aiWorkflowCommand: CommandSpec = {
  words: ["ai", "workflow"],
  summary: "Run a workflow over a file or a directory",
  examples: [
    { line: "aiex ai workflow --template code_review --context src/app.ts", does: "Review a file" },
    {
      line: "aiex ai workflow --template performance_analysis --mode parallel --context src",
      does: "Look at a directory, side by side",
    },
    {
      line: "aiex ai workflow --template security_audit --context src --output audit.md",
      does: "Write a report",
    },
  ],
  options: [
    {
      name: "template",
      value: "text",
      placeholder: "NAME",
      required: true,
      completesWorkflows: true,
      summary: "The workflow: one that comes with aiex, or one of your own",
    },
    {
      name: "context",
      value: "text",
      placeholder: "PATH|DIR|-",
      completesFiles: true,
      required: true,
      summary: "What it works on: a file, a directory (honours .gitignore), or - for standard input",
    },
    stdinNameOption,
    descriptionOption,
    modeOption,
    setOption,
    ...pipelineRunOptions,
  ],
  notes: [
    "`aiex workflow list` names the workflows that there are, `aiex workflow show NAME` what one does.",
    runNote,
    runCodes,
  ],
};

export const workflowCommands: readonly CommandSpec[] = [
  {
    words: ["workflow", "create"],
    summary: "Write a workflow: a pipeline with a name and parameters",
    examples: [
      { line: 'aiex workflow create --name code_review --spec "analyze | refactor"', does: "Your own" },
      {
        line: 'aiex workflow create my --parameter to --spec "analyze | save file:{{to}}"',
        does: "With a parameter",
      },
      {
        line: "aiex workflow create check --project --spec analyze",
        does: "For all who work on the project",
      },
    ],
    arguments: [name],
    options: [
      nameOption,
      {
        name: "spec",
        value: "text",
        placeholder: "SPEC",
        required: true,
        summary: "The pipeline, with {{PARAMETER}} where a value of a parameter goes",
      },
      { name: "description", value: "text", placeholder: "TEXT", summary: "What it is for" },
      {
        name: "mode",
        value: "text",
        placeholder: "MODE",
        choices: workflowModes,
        fallback: "sequential",
        summary: "How it is run where nobody says otherwise",
      },
      {
        name: "parameter",
        value: "text",
        placeholder: "NAME[:TYPE][=DEFAULT]",
        repeats: true,
        summary:
          "A parameter; TYPE is text, number, flag, or the words of a choice as in level:low,high=low; without a default it is required",
      },
      projectOption("Write it to the project, for all who work on it"),
      forceOption("Replace the one of that name; yours is kept as an older version"),
      doneFormat,
    ],
    notes: [where, codes],
  },
  {
    words: ["workflow", "list"],
    summary: "List workflows, with those that wait or are wrong",
    examples: [
      { line: "aiex workflow list", does: "All of them" },
      { line: "aiex workflow list | jq -r .workflows[].name", does: "The same for programs" },
    ],
    options: [lookFormat],
    notes: [where],
  },
  {
    words: ["workflow", "show"],
    summary: "Show what a workflow does, and takes",
    examples: [
      { line: "aiex workflow show code_review", does: "The one in effect" },
      { line: "aiex workflow show code_review@2", does: "An older version of yours" },
      { line: "aiex workflow show --name code_review --built-in", does: "As it comes with aiex" },
    ],
    arguments: [{ ...name, placeholder: "NAME[@VERSION]" }],
    options: [nameOption, builtInOption, lookFormat],
    notes: [codes],
  },
  {
    words: ["workflow", "run"],
    summary: "Run a workflow",
    examples: [
      { line: "aiex workflow run code_review --input src", does: "Over a directory" },
      { line: "aiex workflow run documentation --input a.py --set level=basic", does: "With a value" },
      { line: "aiex workflow run tests@2 --input a.py", does: "An older version of yours" },
    ],
    arguments: [{ ...name, placeholder: "NAME[@VERSION]" }],
    options: [
      nameOption,
      {
        name: "input",
        value: "text",
        placeholder: "PATH|DIR|-",
        completesFiles: true,
        fallback: ".",
        summary: "What it works on: a file, a directory (honours .gitignore), or - for standard input",
      },
      stdinNameOption,
      setOption,
      descriptionOption,
      modeOption,
      {
        name: "validate",
        value: "none",
        summary: "Check it as `aiex pipeline validate` does, and run nothing",
      },
      ...pipelineRunOptions,
    ],
    notes: [runNote, runCodes],
  },
  {
    words: ["workflow", "edit"],
    summary: "Change a workflow in your editor",
    examples: [
      { line: "aiex workflow edit code_review", does: "What comes with aiex is copied to yours" },
      { line: "aiex workflow edit --name tests", does: "One of yours" },
    ],
    arguments: [name],
    options: [nameOption],
    notes: [
      "The editor is $VISUAL, else $EDITOR. It is given a copy: the workflow is changed when the text is whole, and gets the next version. What is not whole stays, and the next edit goes on with it.",
      codes,
    ],
  },
  {
    words: ["workflow", "export"],
    summary: "Print the YAML of a workflow, to share or change it",
    examples: [
      {
        line: "aiex workflow export --name code_review > workflows/code_review.yaml",
        does: "Share it",
      },
      { line: "aiex workflow export code_review@1 --output old.yaml", does: "An older version, to a file" },
    ],
    arguments: [{ ...name, placeholder: "NAME[@VERSION]" }],
    options: [
      nameOption,
      {
        name: "output",
        value: "text",
        placeholder: "FILE",
        completesFiles: true,
        summary: "Write it to a file",
      },
      forceOption("Replace the file of --output where it is there already"),
      builtInOption,
    ],
    notes: [codes],
  },
  {
    words: ["workflow", "import"],
    summary: "Take a workflow from a YAML file or a pipe",
    examples: [
      { line: "aiex workflow import workflows/code_review.yaml", does: "As yours" },
      { line: "aiex workflow import review.yaml --name my_review", does: "Under another name" },
      { line: "curl -fsS URL | aiex workflow import - --force", does: "From a pipe, in place of yours" },
    ],
    arguments: [
      {
        placeholder: "FILE|-",
        required: true,
        completesFiles: true,
        summary: "a file, or - for standard input",
      },
    ],
    options: [
      { ...nameOption, summary: "The name that it gets, else the one that is in it" },
      projectOption("Write it to the project, for all who work on it"),
      forceOption("Replace the one of that name; yours is kept as an older version"),
      doneFormat,
    ],
    notes: [
      "Nothing of it is run. A file that is no workflow is refused with every problem and its place. Where its version is not above the last one here it gets the next one.",
      codes,
    ],
  },
  {
    words: ["workflow", "delete"],
    summary: "Remove a workflow of yours, or of the project",
    examples: [
      { line: "aiex workflow delete tests", does: "It is kept as an older version" },
      { line: "aiex workflow delete tests --versions", does: "With all of its older versions" },
      { line: "aiex workflow delete check --project", does: "That of the project" },
    ],
    arguments: [name],
    options: [
      nameOption,
      projectOption("That of the project"),
      { name: "versions", value: "none", summary: "Its older versions too" },
      doneFormat,
    ],
    notes: [codes],
  },
];
