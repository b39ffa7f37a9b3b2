// `aiex trust` for the command table.
import { type CommandSpec, formatOption } from "../command-spec.ts";

export const trustCommand: CommandSpec = {
  words: ["trust"],
  summary: "Trust a project: use its settings, and give models its instructions",
  examples: [
    { line: "aiex trust", does: "The project that you are in" },
    { line: "aiex trust ~/code/app", does: "Another one" },
    { line: "aiex trust --list", does: "What is trusted" },
    { line: "aiex trust ~/code/app --revoke", does: "No longer" },
  ],
  arguments: [
    {
      placeholder: "PATH",
      required: false,
      completesFiles: true,
      summary: "the folder of the project, where it is not the working directory",
    },
  ],
  options: [
    { name: "list", value: "none", summary: "List the projects that are trusted" },
    { name: "revoke", value: "none", summary: "Trust it no longer" },
    { ...formatOption, summary: "How to print the outcome" },
  ],
  notes: [
    "A project that is not trusted is read as text, and nothing in it is obeyed. Of a trusted one .aiex/config.yaml narrows your own settings (it never widens them, and never names servers, keys or commands), and AGENTS.md, CLAUDE.md and GEMINI.md are given to models as instructions.",
    "Trust holds for the folder that is there now, with all below it: for another one at the same path it has to be given again. It is kept in $XDG_DATA_HOME/aiex/trust or ~/.local/share/aiex/trust. The home folder, and what holds it, cannot be trusted.",
    "Exit codes: 0 it is done, 1 there is no such folder, 2 usage, 5 it cannot be trusted.",
  ],
};
