// The commands that look at the prompts of operations and try them.
import { templateNames } from "../../actors/prompts/names.ts";
import { type ArgumentSpec, type CommandSpec, formatOption } from "../command-spec.ts";

const name: ArgumentSpec = { placeholder: "NAME", required: true, choices: templateNames };

export const templateCommands: readonly CommandSpec[] = [
  {
    words: ["template", "list"],
    summary: "List the prompts of operations, your own too",
    examples: [
      { line: "aiex template list", does: "All of them" },
      { line: "aiex template list --format json | jq .templates", does: "The same for programs" },
    ],
    options: [{ ...formatOption, summary: "How to print them" }],
    notes: ["Your own are ~/.config/aiex/templates/NAME.md: see docs/templates.md."],
  },
  {
    words: ["template", "show"],
    summary: "Show a prompt as it stands in its file",
    examples: [
      { line: "aiex template show explain", does: "The one in effect" },
      {
        line: "aiex template show explain --built-in > ~/.config/aiex/templates/explain.md",
        does: "Begin your own",
      },
      { line: "aiex template show explain --format json", does: "Its variables and texts, for programs" },
    ],
    arguments: [name],
    options: [
      { name: "built-in", value: "none", summary: "The one that comes with aiex, whatever is in effect" },
      { ...formatOption, summary: "How to print it" },
    ],
    notes: [],
  },
  {
    words: ["template", "test"],
    summary: "Check prompts, and render them with sample values",
    examples: [
      { line: "aiex template test", does: "All of them" },
      { line: "aiex template test explain --print", does: "See what a model would be told" },
    ],
    arguments: [{ ...name, required: false }],
    options: [
      { name: "print", value: "none", summary: "Print the messages as they are rendered" },
      { ...formatOption, summary: "How to print the result" },
    ],
    notes: ["Exit codes: 0 all of them can be used, 78 one of your own is wrong."],
  },
];
