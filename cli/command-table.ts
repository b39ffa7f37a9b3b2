// Every command and option of `aiex`, as plain data: help, parsing, completion and suggestions all read this table.
// It imports nothing but data, so that help and version stay as fast as starting Node.js.
import type { LanguageId } from "../actors/analysis/languages.ts";
import type { AnalysisType, Finding } from "../actors/analysis/report.ts";
import { type CommandSpec, formatOption, type GroupSpec } from "./command-spec.ts";
import { attachCommand } from "./command-tables/attach.ts";
import { auditCommands } from "./command-tables/audit.ts";
import { undoCommand } from "./command-tables/changes.ts";
import { chatCommand } from "./command-tables/chat.ts";
import { clusterCommands } from "./command-tables/cluster.ts";
import { contextCommands } from "./command-tables/context.ts";
import { llmCommands, serveCommand } from "./command-tables/llm.ts";
import { nodeCommands } from "./command-tables/nodes.ts";
import { operationCommands } from "./command-tables/operations.ts";
import { fileOption, modelOptions, outputOptions, stdinNameOption } from "./command-tables/options.ts";
import { pipelineCommands } from "./command-tables/pipeline.ts";
import { processCommands } from "./command-tables/processes.ts";
import { projectCommands } from "./command-tables/project.ts";
import { runCommands, sessionOptions, workOptions } from "./command-tables/runs.ts";
import { templateCommands } from "./command-tables/templates.ts";
import { trustCommand } from "./command-tables/trust.ts";
import { aiWorkflowCommand, workflowCommands } from "./command-tables/workflows.ts";

export const analysisTypeWords = [
  "quality",
  "performance",
  "security",
  "architecture",
  "smells",
  "all",
] as const satisfies readonly AnalysisType[];

export const languageWords = [
  "typescript",
  "tsx",
  "javascript",
  "python",
  "elixir",
  "go",
  "rust",
  "java",
  "ruby",
  "c",
  "cpp",
  "erlang",
] as const satisfies readonly LanguageId[];

export const severityWords = [
  "error",
  "warning",
  "info",
  "hint",
] as const satisfies readonly Finding["severity"][];

export const shellWords = ["bash", "zsh", "fish"] as const;
export type ShellName = (typeof shellWords)[number];

export const groups: readonly GroupSpec[] = [
  { word: "ai", summary: "Work on code: analyze it, explain it, document it, talk about it" },
  { word: "pipeline", summary: "Chain operations: check a pipeline, see what it may be made of" },
  { word: "workflow", summary: "Name pipelines, give them parameters, share them" },
  { word: "runs", summary: "Look at runs, follow them, go on with them" },
  { word: "context", summary: "Look at what is known of a project, and remembered" },
  { word: "llm", summary: "Look at language models, try them, see what they cost" },
  { word: "template", summary: "Look at the prompts of operations, and try your own" },
  { word: "rules", summary: "Look at the rules of the analysis, and try your own" },
  { word: "node", summary: "Start and stop nodes, list them" },
  { word: "cluster", summary: "Reach a cluster of nodes, look at it, have nodes join and leave it" },
  { word: "audit", summary: "Look at the audit log, check that it is whole" },
  { word: "config", summary: "Look at the configuration" },
];

export const commands: readonly CommandSpec[] = [
  {
    words: ["ai", "analyze"],
    summary: "Analyze a file or a directory: issues, score, recommendations",
    examples: [
      { line: "aiex ai analyze --file src/app.ts", does: "Analyze one file" },
      { line: "aiex ai analyze --file src --type security", does: "Analyze a directory for one thing" },
      { line: "aiex ai analyze --file src --output report.md", does: "Write a Markdown report" },
      { line: "aiex ai analyze --file src --format json | jq .totals", does: "Give programs the result" },
      { line: "aiex ai analyze --file src --fail-under 7", does: "A quality gate for CI" },
      { line: "aiex ai analyze --file src --provider openai", does: "Have a model review too" },
      { line: "aiex ai analyze --file src --on cluster", does: "Have a node of the cluster do the work" },
      { line: "git show HEAD:a.py | aiex ai analyze --file - --stdin-name a.py", does: "Read a pipe" },
    ],
    options: [
      fileOption(
        "PATH|DIR|-",
        "What to analyze: a file, a directory (honours .gitignore), or - for standard input",
      ),
      {
        name: "type",
        value: "text",
        placeholder: "TYPE",
        choices: analysisTypeWords,
        fallback: "all",
        summary: "What to look for",
      },
      ...outputOptions,
      {
        name: "fail-under",
        value: "number",
        placeholder: "N",
        range: { least: 0, most: 10 },
        summary: "End with exit code 4 where the quality score is below N",
      },
      {
        name: "allow-partial",
        value: "none",
        summary: "Let --fail-under judge a partial result instead of ending with exit code 7",
      },
      stdinNameOption,
      ...modelOptions("Have a model review too: the entry of llm.providers that is asked, and no other"),
      {
        name: "no-model",
        value: "none",
        summary: "Ask no model, whatever is configured; nothing leaves the machine",
      },
      ...sessionOptions,
      ...workOptions,
    ],
    notes: [
      "A model reviews too with --provider, with llm.default_provider in the configuration, or where one file or standard input is named and OPENAI_API_KEY, ANTHROPIC_API_KEY, AIEX_OLLAMA_HOST or AIEX_LM_STUDIO_HOST is set. What leaves the machine is said on standard error before it does. Detected secrets are masked; .env, secrets.*, keys and all below .ssh are never sent.",
      "The score comes from the built-in static engine alone, so that the same code always has the same score.",
      "Every analysis is a run: what its finished steps found is kept, and `aiex runs resume` goes on with one that was interrupted. With --on (or AIEX_ON, or after `aiex cluster connect`) a node does the work and reads the files through this command; with --detach it needs them again from `aiex runs follow` where it has not read them yet. With --on here this process does the work.",
      "What it finds is remembered in the session of the project, for later operations on the same files: see `aiex context sessions`. With --no-session it is not.",
      "Exit codes: 0 a report was made (whatever it says), 1 the input could not be read, 2 usage, 5 permission denied, 69 --provider names none and none is set up, 78 a wrong configuration or rule of yours. With --fail-under also: 4 the score is below N or there is none, 7 part of the input was cut short, unparsed or unreadable (--allow-partial accepts that). See `aiex help exit-codes`.",
    ],
  },
  ...operationCommands,
  aiWorkflowCommand,
  chatCommand,
  ...pipelineCommands,
  ...workflowCommands,
  ...runCommands,
  ...contextCommands,
  undoCommand,
  ...auditCommands,
  ...projectCommands,
  ...llmCommands,
  serveCommand,
  ...templateCommands,
  {
    words: ["rules", "list"],
    summary: "List the rules of the analysis, built in and your own",
    examples: [
      { line: "aiex rules list", does: "All rules" },
      { line: "aiex rules list --language python --category security", does: "Some of them" },
      { line: "aiex rules list --format json | jq -r .rules[].id", does: "The same for programs" },
    ],
    options: [
      {
        name: "language",
        value: "text",
        placeholder: "LANGUAGE",
        choices: languageWords,
        summary: "Only rules that are applied to this language",
      },
      {
        name: "category",
        value: "text",
        placeholder: "CATEGORY",
        choices: analysisTypeWords.filter((word) => word !== "all"),
        summary: "Only rules of this category",
      },
      {
        name: "severity",
        value: "text",
        placeholder: "SEVERITY",
        choices: severityWords,
        summary: "Only rules of this severity",
      },
      { ...formatOption, summary: "How to print the rules" },
    ],
    notes: ["Your own rules are the YAML files in ~/.config/aiex/rules; their ids begin with user/."],
  },
  {
    words: ["rules", "show"],
    summary: "Show what a rule finds, its remedy, and how to silence it",
    examples: [
      { line: "aiex rules show python/eval", does: "One rule" },
      { line: "aiex rules show user/no-console --format json", does: "The same for programs" },
    ],
    arguments: [{ placeholder: "ID", required: true }],
    options: [{ ...formatOption, summary: "How to print the rule" }],
    notes: [],
  },
  {
    words: ["rules", "test"],
    summary: "Try your own rules on their cases",
    examples: [
      { line: "aiex rules test", does: "All of ~/.config/aiex/rules/tests" },
      { line: "aiex rules test cases/no-console.yml", does: "The cases of one file" },
    ],
    arguments: [{ placeholder: "PATH", required: false, repeats: true, completesFiles: true }],
    options: [],
    notes: [
      "A file of cases has the keys id, invalid (texts in which the rule must find something) and valid (texts that it must leave alone), as ast-grep's own.",
      "Exit codes: 0 every case passed, 1 a case failed or a file is missing, 78 a file of rules or cases is wrong.",
    ],
  },
  ...processCommands,
  attachCommand,
  ...nodeCommands,
  ...clusterCommands,
  trustCommand,
  {
    words: ["config", "show"],
    summary: "Show every setting, its value, and where the value came from",
    examples: [
      { line: "aiex config show", does: "All settings with their sources" },
      { line: "aiex config show --format json", does: "The same for programs" },
    ],
    options: [{ ...formatOption, summary: "How to print the settings" }],
    notes: ["Secrets are shown masked."],
  },
  {
    words: ["help"],
    summary: "Show help, also for one command: aiex help ai analyze",
    examples: [
      { line: "aiex help", does: "What there is" },
      { line: "aiex help ai analyze", does: "One command with its options" },
      { line: "aiex help exit-codes", does: "What each exit code means" },
    ],
    options: [],
    notes: [],
  },
  {
    words: ["version"],
    summary: "Show the version",
    examples: [{ line: "aiex version", does: "Print the version" }],
    options: [],
    notes: [],
  },
  {
    words: ["completion"],
    summary: "Print a completion script for bash, zsh or fish",
    examples: [
      { line: "source <(aiex completion bash)", does: "bash, for this session or in ~/.bashrc" },
      {
        line: "aiex completion zsh > ~/.zsh/completions/_aiex",
        does: "zsh, once, into a folder of your fpath",
      },
      { line: "aiex completion fish > ~/.config/fish/completions/aiex.fish", does: "fish, once" },
    ],
    arguments: [{ placeholder: "SHELL", choices: shellWords, required: true }],
    options: [],
    notes: [],
  },
];

/** Whether somebody who typed `typed` means this word of a command: `_` stands for `-`, as it does in options. */
export function isCommandWord(word: string | undefined, typed: string | undefined): boolean {
  return word !== undefined && word === typed?.replaceAll("_", "-");
}

/** The command that exactly these words name. */
export function commandOf(words: readonly string[]): CommandSpec | undefined {
  return commands.find(
    (command) =>
      command.words.length === words.length &&
      command.words.every((word, index) => isCommandWord(word, words[index])),
  );
}

/** The commands whose first word is `word`. */
export function commandsIn(word: string): readonly CommandSpec[] {
  return commands.filter((command) => command.words.length > 1 && command.words[0] === word);
}
