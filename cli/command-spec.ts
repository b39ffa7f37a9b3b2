// The shape of the command table: what a command, an option and an argument can say of themselves.

export interface OptionSpec {
  /** In kebab-case; the same name in snake_case is accepted too. */
  readonly name: string;
  /** `time` is a span such as 500ms, 5s or 2m. */
  readonly value: "text" | "number" | "time" | "none";
  /** How help shows the value. */
  readonly placeholder?: string;
  /** Of a text: it may be given without its value. */
  readonly valueIsOptional?: true;
  /** The only values that are accepted. */
  readonly choices?: readonly string[];
  /** Values that completion offers beside files. */
  readonly suggestions?: readonly string[];
  readonly completesFiles?: boolean;
  /** It is the name of a workflow. */
  readonly completesWorkflows?: boolean;
  readonly required?: boolean;
  /** It may be given several times; each value is one of a list. */
  readonly repeats?: true;
  readonly fallback?: string;
  /** Bounds of a number, or of a time in milliseconds, both included. */
  readonly range?: { readonly least: number; readonly most: number };
  /** A number without a fraction. */
  readonly whole?: boolean;
  readonly summary: string;
}

export interface CommandExample {
  readonly line: string;
  readonly does: string;
}

/** A word that may follow the name of a command, or the words where it `repeats`, which only the last one does. */
export interface ArgumentSpec {
  readonly placeholder: string;
  /** What it is, for help and for who leaves it out. */
  readonly summary?: string;
  /** The only words that are accepted. */
  readonly choices?: readonly string[];
  readonly required: boolean;
  readonly repeats?: boolean;
  readonly completesFiles?: boolean;
  /** It is the id of a run. */
  readonly completesRuns?: boolean;
  /** It is the name of a workflow. */
  readonly completesWorkflows?: boolean;
}

export interface CommandSpec {
  /** The words that name it, such as `["ai", "analyze"]`. */
  readonly words: readonly string[];
  readonly summary: string;
  readonly examples: readonly CommandExample[];
  /** In their order, those that are required first. */
  readonly arguments?: readonly ArgumentSpec[];
  readonly options: readonly OptionSpec[];
  /** Paragraphs that help prints last. */
  readonly notes: readonly string[];
}

export interface GroupSpec {
  readonly word: string;
  readonly summary: string;
}

/** For a command that has an answer for programs too. */
export const formatOption = {
  name: "format",
  value: "text",
  placeholder: "FORMAT",
  choices: ["text", "json"],
  fallback: "text",
} as const;

/** For a command that speaks to a node. */
export const connectionOptions: readonly OptionSpec[] = [
  {
    name: "nats",
    value: "text",
    placeholder: "URL",
    summary: "The broker of the cluster to speak to, such as nats://host:4222",
  },
  {
    name: "credentials",
    value: "text",
    placeholder: "FILE",
    completesFiles: true,
    summary: "What to show to that broker",
  },
];

/** How long a command waits for a node. */
export const timeoutOption = {
  name: "timeout",
  value: "time",
  placeholder: "TIME",
  range: { least: 10, most: 3_600_000 },
  fallback: "5s",
  summary: "How long to wait for an answer",
} as const satisfies OptionSpec;
