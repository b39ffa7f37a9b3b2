// The words that a pipeline may be made of, and what each of them takes: data that the check and the list read.

export type WordGroup = "operation" | "transformer" | "utility";

/** What a parameter's value may be. */
export type ParameterShape =
  | {
      readonly kind: "choice";
      readonly choices: readonly string[];
      /** Other words for some of them. */
      readonly also?: Readonly<Record<string, string>>;
    }
  | { readonly kind: "text" }
  /** Of a file or a folder; of one that is written below the project's directory alone. */
  | { readonly kind: "path"; readonly isWritten?: true }
  /** From 0 to 1; as percent too. */
  | { readonly kind: "share" }
  | { readonly kind: "count"; readonly least: number; readonly most: number }
  | { readonly kind: "flag" };

export interface ParameterWord {
  readonly name: string;
  readonly shape: ParameterShape;
  readonly isRequired?: boolean;
  readonly fallback?: string;
  /** Another parameter that it means nothing without. */
  readonly needs?: string;
  /** Another one that cannot be meant with it. */
  readonly excludes?: string;
  readonly summary: string;
}

export interface PipelineWord {
  readonly name: string;
  readonly group: WordGroup;
  /** What it makes of what it is given, in a few words. */
  readonly summary: string;
  /** True where a model is asked: that takes time, and money. */
  readonly asksModel?: boolean;
  readonly parameters: readonly ParameterWord[];
  /** Names that are taken for it. */
  readonly also?: readonly string[];
}

/** Of a step that is repeated. */
export const repeatsMax: ParameterWord = {
  name: "max",
  shape: { kind: "count", least: 1, most: 20 },
  fallback: "3",
  summary: "Times that a step with while: is done at most",
};

const severity: ParameterWord = {
  name: "severity",
  shape: {
    kind: "choice",
    choices: ["error", "warning", "info", "hint"],
    also: { critical: "error", high: "error", medium: "warning", low: "info" },
  },
  summary: "Those that are as severe as this, or more so",
};

const category: ParameterWord = {
  name: "category",
  shape: { kind: "choice", choices: ["quality", "performance", "security", "architecture", "smells"] },
  summary: "Those of this kind",
};

const output: ParameterWord = {
  name: "output",
  shape: { kind: "path", isWritten: true },
  summary: "The file that is written; left out where none is to be",
};

const force: ParameterWord = {
  name: "force",
  shape: { kind: "flag" },
  summary: "Replaces a file that is there",
};

const verify: ParameterWord = {
  name: "verify",
  shape: { kind: "flag" },
  summary: "Your own checks decide whether what was written stays",
};

const preview: ParameterWord = {
  name: "preview",
  shape: { kind: "flag" },
  excludes: "apply",
  summary: "Shows a diff, and changes no file",
};

const operations: readonly PipelineWord[] = [
  {
    name: "analyze",
    group: "operation",
    summary: "Finds issues, and gives a score",
    also: ["analyse"],
    parameters: [
      {
        name: "type",
        shape: {
          kind: "choice",
          choices: ["quality", "performance", "security", "architecture", "smells", "all"],
        },
        fallback: "all",
        summary: "What is looked for",
      },
    ],
  },
  {
    name: "explain",
    group: "operation",
    summary: "Explains code, each claim with its lines",
    asksModel: true,
    parameters: [
      {
        name: "level",
        shape: {
          kind: "choice",
          choices: ["basic", "intermediate", "advanced"],
          also: { brief: "basic", simple: "basic", detailed: "intermediate", expert: "advanced" },
        },
        fallback: "intermediate",
        summary: "Whom it is explained to",
      },
      {
        name: "focus",
        shape: { kind: "choice", choices: ["comprehensive", "patterns", "architecture"] },
        fallback: "comprehensive",
        summary: "What it is explained for",
      },
    ],
  },
  {
    name: "refactor",
    group: "operation",
    summary: "Improves code: shows a diff, or applies it",
    asksModel: true,
    parameters: [
      {
        name: "type",
        shape: {
          kind: "choice",
          choices: ["all", "performance", "readability", "security"],
          also: { quality: "all" },
        },
        fallback: "all",
        summary: "What is improved",
      },
      { ...preview, summary: "Shows a diff, and changes no file; so it is where nothing is said" },
      { name: "apply", shape: { kind: "flag" }, summary: "Changes the files" },
      verify,
    ],
  },
  {
    name: "generate",
    group: "operation",
    summary: "Writes a new file to your requirements",
    asksModel: true,
    parameters: [
      {
        name: "type",
        shape: {
          kind: "choice",
          choices: ["module", "function", "test", "genserver", "supervisor", "documentation", "boilerplate"],
        },
        fallback: "module",
        summary: "What is written",
      },
      {
        name: "requirements",
        shape: { kind: "text" },
        isRequired: true,
        summary: "What it has to do, in words",
      },
      {
        name: "context",
        shape: { kind: "path" },
        summary: "A file that it goes with; else the one that the pipeline works on, where it is one file",
      },
      output,
      force,
      { ...verify, needs: "output" },
    ],
  },
  {
    name: "test_generate",
    group: "operation",
    summary: "Writes tests for code",
    asksModel: true,
    parameters: [
      {
        name: "coverage",
        shape: { kind: "share" },
        summary: "The share of its lines that the tests are to run through",
      },
      output,
      force,
      { ...verify, needs: "output" },
    ],
  },
  {
    name: "document",
    group: "operation",
    summary: "Writes a page of documentation about code; or comments into it",
    asksModel: true,
    parameters: [
      {
        name: "format",
        shape: { kind: "choice", choices: ["markdown"] },
        fallback: "markdown",
        summary: "The form of the page",
      },
      { ...preview, summary: "Comments for the source in place of a page: shows a diff of them" },
      { name: "apply", shape: { kind: "flag" }, summary: "Writes these comments into the source" },
    ],
  },
  {
    name: "workflow",
    group: "operation",
    summary: "Runs the steps of a workflow in its place",
    asksModel: true,
    parameters: [
      { name: "template", shape: { kind: "text" }, isRequired: true, summary: "The workflow's name" },
    ],
  },
];

const transformers: readonly PipelineWord[] = [
  {
    name: "extract_code",
    group: "transformer",
    summary: "Keeps the code of what came before",
    parameters: [{ name: "language", shape: { kind: "text" }, summary: "Code in this language alone" }],
  },
  {
    name: "extract_insights",
    group: "transformer",
    summary: "Keeps the main points: summaries, findings, recommendations",
    parameters: [],
  },
  {
    name: "format_markdown",
    group: "transformer",
    summary: "Makes Markdown of what came before",
    parameters: [{ name: "title", shape: { kind: "text" }, summary: "Its first heading" }],
  },
  {
    name: "combine_results",
    group: "transformer",
    summary: "Joins the results of all earlier steps into one",
    parameters: [],
  },
  {
    name: "filter_suggestions",
    group: "transformer",
    summary: "Keeps the findings and recommendations that matter",
    parameters: [
      severity,
      category,
      { name: "limit", shape: { kind: "count", least: 1, most: 10_000 }, summary: "So many at most" },
    ],
  },
];

const utilities: readonly PipelineWord[] = [
  {
    name: "save",
    group: "utility",
    summary: "Writes what came before to a file, whose extension chooses the format",
    parameters: [
      {
        name: "file",
        shape: { kind: "path", isWritten: true },
        isRequired: true,
        summary: "The file that is written",
      },
      force,
    ],
  },
  {
    name: "load",
    group: "utility",
    summary: "Reads a file or a folder: the steps behind it work on that",
    parameters: [{ name: "file", shape: { kind: "path" }, isRequired: true, summary: "What is read" }],
  },
  {
    name: "merge",
    group: "utility",
    summary: "Puts the parts of a split back into one result",
    parameters: [],
  },
  {
    name: "split",
    group: "utility",
    summary: "Has each step up to merge done for every part",
    parameters: [
      {
        name: "by",
        shape: {
          kind: "choice",
          choices: ["file", "function"],
          also: { files: "file", functions: "function" },
        },
        fallback: "file",
        summary: "What a part is",
      },
    ],
  },
  {
    name: "filter",
    group: "utility",
    summary: "Keeps the findings, and the files, that are asked for",
    parameters: [
      severity,
      category,
      { name: "path", shape: { kind: "text" }, summary: "Those whose path holds this" },
      { name: "language", shape: { kind: "text" }, summary: "Files in this language" },
    ],
  },
];

/** In the order in which people are told of them. */
export const pipelineWords: readonly PipelineWord[] = [...operations, ...transformers, ...utilities];

/** Undefined where there is none of that name. */
export function pipelineWordOf(name: string): PipelineWord | undefined {
  return pipelineWords.find((word) => word.name === name || word.also?.includes(name));
}
