// The commands that have a model work on code, and the options that all of them have.
import type { Explanation } from "../../actors/operations/explain.ts";
import type { Generation } from "../../actors/operations/generate.ts";
import type { CommandSpec, OptionSpec } from "../command-spec.ts";
import {
  fileOption,
  modelOptions,
  outputOption,
  outputOptions,
  reportFormatOption,
  stdinNameOption,
} from "./options.ts";
import { sessionOptions, workOptions } from "./runs.ts";

const explainLevelWords = [
  "basic",
  "intermediate",
  "advanced",
] as const satisfies readonly Explanation["level"][];
const explainFocusWords = [
  "comprehensive",
  "patterns",
  "architecture",
] as const satisfies readonly Explanation["focus"][];

const generatedTypeWords = [
  "module",
  "function",
  "test",
  "genserver",
  "supervisor",
  "documentation",
  "boilerplate",
] as const satisfies readonly Generation["type"][];
const refactorTypeWords = ["all", "performance", "readability", "security"] as const;
export const editModeWords = ["preview", "apply", "interactive"] as const;

/** For a command that changes files. */
const editOptions = (preview: string): readonly OptionSpec[] => [
  { name: "preview", value: "none", summary: preview },
  {
    name: "apply",
    value: "none",
    summary: "Make the changes: all of them, or none where one does not fit",
  },
  {
    name: "interactive",
    value: "none",
    summary: "Be asked about each hunk, and make those that you want",
  },
];

const verifyOption: OptionSpec = {
  name: "verify",
  value: "none",
  summary: "Keep it only where your own checks pass; else have the model try again, three times in all",
};

/** For a command that writes a file. */
const madeFileOptions = (output: string): readonly OptionSpec[] => [
  outputOption(output),
  { name: "force", value: "none", summary: "Replace the file of --output where it is there already" },
  verifyOption,
  reportFormatOption,
];

const verifyNote =
  "--verify runs the commands of operations.verify in your own configuration (format, type_check, test), where the files are, with what was written in its place. They run the code of the project, so that has to be trusted: see `aiex trust`. Where one fails that did not fail before, the change is taken back, and the model is told what was printed, secrets masked.";

const modelNote =
  "The provider is that of --provider, else llm.default_provider, else one whose key or address is in the environment (OPENAI_API_KEY, ANTHROPIC_API_KEY, AIEX_OLLAMA_HOST, AIEX_LM_STUDIO_HOST). What leaves the machine is said on standard error before it does. Detected secrets are masked; .env, secrets.*, keys and all below .ssh are never sent.";

const sessionNote =
  "What it finds is remembered in the session of the project, for later operations on the same files. Where --provider or llm.default_provider says who is asked, more is sent: what earlier ones found, AGENTS.md and its like of a project that you trust, and pieces of other files that belong with them, up to operations.context_tokens. With --no-session nothing is remembered, and nothing that is.";

const codesNote =
  "Exit codes: 0 it is done, 1 it cannot be done or the model's answers were of no use, 2 usage, 5 permission denied, 6 a budget was reached, 69 no model is set up or none can be reached, 75 try again, 78 a wrong configuration or prompt of yours, 124 a deadline passed. See `aiex help exit-codes`.";

export const operationCommands: readonly CommandSpec[] = [
  {
    words: ["ai", "explain"],
    summary: "Have a model explain a file, each claim with its lines",
    examples: [
      { line: "aiex ai explain --file src/app.ts", does: "Explain a file" },
      { line: "aiex ai explain --file src/app.ts --level basic", does: "For a newcomer" },
      {
        line: "aiex ai explain --file src/app.ts --focus architecture --output app.md",
        does: "Write Markdown",
      },
      { line: "git show HEAD:a.py | aiex ai explain --file - --stdin-name a.py", does: "Read a pipe" },
    ],
    options: [
      fileOption("PATH|-", "The file, or - for standard input"),
      {
        name: "level",
        value: "text",
        placeholder: "LEVEL",
        choices: explainLevelWords,
        fallback: "intermediate",
        summary: "Whom to explain it to",
      },
      {
        name: "focus",
        value: "text",
        placeholder: "FOCUS",
        choices: explainFocusWords,
        fallback: "comprehensive",
        summary: "What to explain",
      },
      ...outputOptions,
      stdinNameOption,
      ...modelOptions(),
      ...sessionOptions,
      ...workOptions,
    ],
    notes: [
      modelNote,
      "A claim about lines that the file does not have is left out, and counted. What the model is asked is a template that you can replace: see docs/templates.md.",
      sessionNote,
      codesNote,
    ],
  },
  {
    words: ["ai", "generate"],
    summary: "Have a model write a file to your requirements",
    examples: [
      { line: "aiex ai generate --type function --requirements fizzbuzz", does: "Print a new function" },
      {
        line: "aiex ai generate --type module --requirements LRU-cache --output lru.ex",
        does: "Write a file",
      },
      {
        line: "aiex ai generate --type test --requirements edges --context money.py",
        does: "To go with a file",
      },
    ],
    options: [
      {
        name: "type",
        value: "text",
        placeholder: "TYPE",
        choices: generatedTypeWords,
        required: true,
        summary: "What to write",
      },
      {
        name: "requirements",
        value: "text",
        placeholder: "TEXT",
        required: true,
        summary: "What it has to do, in your words",
      },
      {
        name: "context",
        value: "text",
        placeholder: "FILE",
        completesFiles: true,
        summary: "A file that it goes with, which the model is shown",
      },
      ...madeFileOptions("The file to write, whose extension says the language; or a format to print in"),
      ...modelOptions(),
      ...sessionOptions,
      ...workOptions,
    ],
    notes: [
      modelNote,
      "The language is that of --output, else that of --context, else the one that most files of the project have. A genserver or a supervisor is that of the language: in TypeScript and JavaScript with aiex/runtime, in Elixir and Erlang with OTP.",
      "The file has to parse and may have no error of the analysis; else the model is asked again, twice at most. Without --output it is printed and nothing is written. A file that is there is not replaced without --force. What was written is kept: `aiex undo` takes it back.",
      verifyNote,
      sessionNote,
      codesNote,
    ],
  },
  {
    words: ["ai", "test-generate"],
    summary: "Have a model write the tests of a file",
    examples: [
      { line: "aiex ai test-generate --file src/money.ts", does: "Print tests for a file" },
      { line: "aiex ai test-generate --file money.py --output test_money.py", does: "Write them" },
      { line: "aiex ai test-generate --file money.py --coverage 0.9", does: "Ask for more of them" },
    ],
    options: [
      fileOption("PATH", "The file to test"),
      {
        name: "coverage",
        value: "number",
        placeholder: "SHARE",
        range: { least: 0, most: 1 },
        summary:
          "The share of its lines that the tests are to run through, from 0 to 1; measured with --verify",
      },
      ...madeFileOptions("The file of tests to write; or a format to print in"),
      ...modelOptions(),
      ...sessionOptions,
      ...workOptions,
    ],
    notes: [
      modelNote,
      "What the tests are written with, and where they belong, is seen from the project. They have to parse and may have no error of the analysis; else the model is asked again, twice at most. Without --verify nothing runs them: do that before you rely on them.",
      "Without --output they are printed, and nothing is written. A file that is there is not replaced without --force. What was written is kept: `aiex undo` takes it back.",
      verifyNote,
      "With --verify the command of operations.verify.coverage measures --coverage. Tests that pass and reach less are asked for again; the last of them stay, and the command ends with 4.",
      sessionNote,
      codesNote,
    ],
  },
  {
    words: ["ai", "refactor"],
    summary: "Have a model refactor a file or a directory",
    examples: [
      { line: "aiex ai refactor --file src/app.ts", does: "See what it would change" },
      { line: "aiex ai refactor --file app.py --type security --apply", does: "Change it" },
      { line: "aiex ai refactor --file src/app.ts --interactive", does: "Be asked about each hunk" },
      { line: "aiex ai refactor --file src --provider openai", does: "A whole directory" },
    ],
    options: [
      fileOption("PATH|DIR|-", "The file or directory, or - for standard input, which is only looked at"),
      {
        name: "type",
        value: "text",
        placeholder: "TYPE",
        choices: refactorTypeWords,
        fallback: "all",
        summary: "What to improve",
      },
      ...editOptions("Show the changes and make none; the default"),
      {
        name: "verify",
        value: "none",
        summary: "Make them only where your own checks pass; with --preview, show what those say of them",
      },
      ...outputOptions,
      stdinNameOption,
      ...modelOptions(),
      ...sessionOptions,
      ...workOptions,
    ],
    notes: [
      modelNote,
      "A directory is sent as a whole, and needs --provider or llm.default_provider. The changes have to fit, the result has to parse and may have no new error of the analysis, and every other line stays as it is, to the byte; else the model is asked again, twice at most. Lines with a masked secret are never changed.",
      verifyNote,
      "What was changed is kept: `aiex undo` takes it back while the files are as they were left. What the model is asked is a template that you can replace: see docs/templates.md.",
      sessionNote,
      codesNote,
    ],
  },
  {
    words: ["ai", "document"],
    summary: "Have a model document a file: a page, or comments in it",
    examples: [
      { line: "aiex ai document --file src/app.ts", does: "Print a page about a file" },
      { line: "aiex ai document --file src/app.ts --output docs/app.md", does: "Write it to a file" },
      { line: "aiex ai document --file app.py --preview", does: "See comments for its source" },
      { line: "aiex ai document --file app.py --apply", does: "Write them into it" },
    ],
    options: [
      fileOption("PATH|DIR|-", "The file, or - for standard input; a directory with --preview or --apply"),
      ...editOptions("Show comments for the source itself, in place of a page, and change nothing"),
      ...outputOptions,
      stdinNameOption,
      ...modelOptions(),
      ...sessionOptions,
      ...workOptions,
    ],
    notes: [
      modelNote,
      "A page with sections about names that the file does not have is asked for again. Images, HTML and links to other places are escaped.",
      "With --preview, --apply or --interactive it writes comments into the source in place of a page: doc comments and docstrings as the language has them. Nothing else may change, which is proven by the lines of code and by the syntax tree. `aiex undo` takes them back.",
      "What the model is asked is a template that you can replace: see docs/templates.md.",
      sessionNote,
      `${codesNote} 7: the answer broke off, and a part of the page is printed.`,
    ],
  },
];
