// The commands that look at what is known of a project, and what of it would go to a model.
import { type CommandSpec, formatOption } from "../command-spec.ts";

const pathArgument = {
  placeholder: "PATH",
  required: false,
  completesFiles: true,
  summary: "a file or folder; the project around it is meant",
} as const;

/** Tokens of context where nobody says how many. */
export const contextBudgetDefault = 16_000;

export const projectCommands: readonly CommandSpec[] = [
  {
    words: ["context", "index"],
    summary: "Bring the index of a project up to date; show what it holds",
    examples: [
      { line: "aiex context index", does: "The project of this folder" },
      { line: "aiex context index ../shop --format json", does: "Another one, for programs" },
    ],
    arguments: [pathArgument],
    options: [{ ...formatOption, summary: "How to print what is in it" }],
    notes: [
      "The index holds what each file defines, imports and uses, and its words; every operation brings it up to date by itself. What was found in a file is kept in the cache folder by the file's content, never the file. Files that .gitignore names, .env, keys and the like are not in it.",
    ],
  },
  {
    words: ["context", "show"],
    summary: "Show what a model would be given of a project for a question",
    examples: [
      { line: "aiex context show src/app.ts", does: "What belongs to a file" },
      {
        line: "aiex context show --query retryDelay --why",
        does: "What answers a question, and why",
      },
      { line: "aiex context show src --budget 4000 --format json", does: "Less of it, for programs" },
    ],
    arguments: [pathArgument],
    options: [
      {
        name: "query",
        value: "text",
        placeholder: "TEXT",
        summary: "What is wanted, in words or names; without it, what is near the path",
      },
      {
        name: "budget",
        value: "number",
        placeholder: "TOKENS",
        whole: true,
        range: { least: 100, most: 1_000_000 },
        fallback: String(contextBudgetDefault),
        summary: "How many tokens it may take, as estimated",
      },
      {
        name: "why",
        value: "none",
        summary: "Say why each piece is there, and what was left out, without the text",
      },
      { ...formatOption, summary: "How to print it" },
    ],
    notes: ["Nothing is sent anywhere: no model is asked."],
  },
];
