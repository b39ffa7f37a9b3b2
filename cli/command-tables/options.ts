// Options that commands of several tables have.
import { connectionOptions, formatOption, type OptionSpec, timeoutOption } from "../command-spec.ts";

export const reportFormatWords = ["text", "json", "markdown"] as const;
export type ReportFormat = (typeof reportFormatWords)[number];

export const reportFormatOption = {
  ...formatOption,
  choices: reportFormatWords,
  summary: "How to print the result",
} as const satisfies OptionSpec;

/** Where a file goes, or in which format it is printed. */
export const outputOption = (summary: string): OptionSpec => ({
  name: "output",
  value: "text",
  placeholder: "FILE|FORMAT",
  suggestions: reportFormatWords,
  completesFiles: true,
  summary,
});

/** For a command whose result is a report. */
export const outputOptions: readonly OptionSpec[] = [
  reportFormatOption,
  outputOption(
    "Write the result to a file, whose extension (.json, .md, .txt) chooses the format; or name a format",
  ),
];

/** What a command works on. */
export const fileOption = (placeholder: string, summary: string): OptionSpec => ({
  name: "file",
  value: "text",
  placeholder,
  completesFiles: true,
  required: true,
  summary,
});

export const stdinNameOption: OptionSpec = {
  name: "stdin-name",
  value: "text",
  placeholder: "NAME",
  fallback: "stdin",
  summary: "The name of what arrives on standard input; its extension says the language",
};

/** Who is asked. */
export const modelOptions = (
  summary = "The entry of llm.providers that is asked, and no other",
): readonly OptionSpec[] => [
  { name: "provider", value: "text", placeholder: "NAME", summary },
  {
    name: "model",
    value: "text",
    placeholder: "NAME",
    summary: "The model to ask, where it is not to be the entry's own",
  },
];

/** Where a command works or looks. */
export const onOptionOf = (summary: string): OptionSpec => ({
  name: "on",
  value: "text",
  placeholder: "NODE|cluster|here",
  suggestions: ["cluster", "here"],
  summary,
});

/** For a command that asks nodes, and waits longer for them than others do. */
export const askedNodesOptions = (summary: string): readonly OptionSpec[] => [
  onOptionOf(summary),
  ...connectionOptions,
  { ...timeoutOption, fallback: "20s" },
];

export const maxCostOption = (summary: string): OptionSpec => ({
  name: "max-cost",
  value: "number",
  placeholder: "USD",
  range: { least: 0, most: 100_000 },
  summary,
});
