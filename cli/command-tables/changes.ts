// The commands that take changes back and look at what was done, for the command table.
import { type CommandSpec, formatOption } from "../command-spec.ts";

export const undoCommand: CommandSpec = {
  words: ["undo"],
  summary: "Take back what a run has changed in the files of this directory",
  examples: [
    { line: "aiex undo", does: "What the last run changed" },
    { line: "aiex undo k3f7q2xa", does: "What one run changed" },
    { line: "aiex undo --preview", does: "Show what would change, and change nothing" },
    { line: "aiex undo --list", does: "What runs have changed here" },
  ],
  arguments: [
    {
      placeholder: "RUN",
      required: false,
      summary: "the id of the run, or how it begins; else the last one that changed something",
      completesRuns: true,
    },
  ],
  options: [
    { name: "list", value: "none", summary: "List what runs have changed here, and change nothing" },
    { name: "preview", value: "none", summary: "Show what would change, and change nothing" },
    { ...formatOption, summary: "How to print the outcome" },
  ],
  notes: [
    "All of a run's changes are taken back, or none: where one of its files was changed since, that file is named and everything stays as it is.",
    "What runs change is kept for changes.keep_days days and up to changes.max_mb megabytes of each project, in ~/.local/share/aiex/changes.",
    "Exit codes: 0 it is as before, 1 nothing to take back or a file was changed since, 2 several runs begin so, 5 denied.",
  ],
};
