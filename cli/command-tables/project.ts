// The commands that look at what is known of a project, and what of it would go to a model.
import { indexLimits } from "../../actors/context/index/limits.ts";
import { type CommandSpec, formatOption } from "../command-spec.ts";
import { whereOptions } from "./context.ts";

const pathArgument = {
  placeholder: "PATH",
  required: false,
  completesFiles: true,
  summary: "a file or folder; the project around it is meant",
} as const;

/** Entries of a session where nobody says how many: some screens of them. */
export const shownEntriesDefault = 20;

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
    summary: "Show what a model would be given, or what is remembered",
    examples: [
      { line: "aiex context show src/app.ts", does: "What belongs to a file" },
      {
        line: "aiex context show --query retryDelay --why",
        does: "What answers a question, and why",
      },
      { line: "aiex context show src --budget 4000 --format json", does: "Less of it, for programs" },
      { line: "aiex context show --session", does: "What operations found in this project" },
      {
        line: "aiex context show --session review-42 --on cluster",
        does: "What a session of the cluster holds",
      },
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
        range: { least: 100, most: indexLimits.budgetTokensMax },
        fallback: String(indexLimits.budgetTokensDefault),
        summary: "How many tokens it may take, as estimated",
      },
      {
        name: "why",
        value: "none",
        summary: "Say why each piece is there, and what was left out, without the text",
      },
      {
        name: "session",
        value: "text",
        placeholder: "NAME",
        valueIsOptional: true,
        summary: "What is remembered instead: in the session of that name, else in the project's",
      },
      {
        name: "limit",
        value: "number",
        placeholder: "COUNT",
        whole: true,
        range: { least: 1, most: 500 },
        summary: `With --session: the newest entries, so many at most; ${shownEntriesDefault} unless given`,
      },
      ...whereOptions,
      {
        ...formatOption,
        choices: ["text", "json", "markdown"],
        summary: "How to print it; markdown is for --session",
      },
    ],
    notes: [
      "Nothing is sent anywhere: no model is asked.",
      "--limit, --on and what else says where are for --session; PATH, --query, --budget and --why are not.",
      "Exit codes of --session: 0, also where nothing is remembered, 75 it cannot be read now, 76 what --on names cannot be reached.",
    ],
  },
];
