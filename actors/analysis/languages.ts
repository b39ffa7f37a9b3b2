// The languages that the static engine reads: how to know one, how it writes comments, where its grammar and rules are.
// A new language is one entry here, one table in `syntax/` and one folder in `rules/`.
import type { DynamicLangRegistrations } from "@ast-grep/napi";
import { isCppHeader } from "./c-header.ts";

type Registration = DynamicLangRegistrations[string];

export interface Grammar {
  /** The name by which ast-grep knows it. */
  readonly name: string;
  /** The package that brings it, or null where ast-grep has it built in. */
  readonly package: string | null;
  readonly load: (() => Promise<{ readonly default: Registration }>) | null;
}

export interface Language {
  readonly id: LanguageId;
  /** For people. */
  readonly name: string;
  /** Lower case, with the dot. */
  readonly extensions: readonly string[];
  readonly fileNames: readonly string[];
  /** Programs of a `#!` line, without path and version. */
  readonly interpreters: readonly string[];
  readonly comments: CommentSyntax;
  /** Null where there is no grammar, so that the file is read by an outline of its tokens. */
  readonly grammar: Grammar | null;
  /** Folders of `rules/` that apply to it. */
  readonly ruleFolders: readonly string[];
}

export interface CommentSyntax {
  readonly line: readonly string[];
  readonly block: readonly (readonly [open: string, close: string])[];
}

export type LanguageId =
  | "typescript"
  | "tsx"
  | "javascript"
  | "python"
  | "elixir"
  | "go"
  | "rust"
  | "java"
  | "ruby"
  | "c"
  | "cpp"
  | "erlang";

const cStyle: CommentSyntax = { line: ["//"], block: [["/*", "*/"]] };
const hashStyle: CommentSyntax = { line: ["#"], block: [] };

export const languages: readonly Language[] = [
  {
    id: "typescript",
    name: "TypeScript",
    extensions: [".ts", ".mts", ".cts"],
    fileNames: [],
    interpreters: ["ts-node", "tsx", "deno", "bun"],
    comments: cStyle,
    grammar: builtIn("TypeScript"),
    ruleFolders: ["javascript", "typescript"],
  },
  {
    id: "tsx",
    name: "TSX",
    extensions: [".tsx"],
    fileNames: [],
    interpreters: [],
    comments: cStyle,
    grammar: builtIn("Tsx"),
    ruleFolders: ["javascript", "typescript"],
  },
  {
    id: "javascript",
    name: "JavaScript",
    extensions: [".js", ".mjs", ".cjs", ".jsx"],
    fileNames: ["Jakefile"],
    interpreters: ["node", "nodejs"],
    comments: cStyle,
    grammar: builtIn("JavaScript"),
    ruleFolders: ["javascript"],
  },
  {
    id: "python",
    name: "Python",
    extensions: [".py", ".pyi", ".pyw"],
    fileNames: ["SConstruct", "SConscript"],
    interpreters: ["python", "pypy"],
    comments: hashStyle,
    grammar: {
      name: "python",
      package: "@ast-grep/lang-python",
      load: () => import("@ast-grep/lang-python"),
    },
    ruleFolders: ["python"],
  },
  {
    id: "elixir",
    name: "Elixir",
    extensions: [".ex", ".exs"],
    fileNames: [],
    interpreters: ["elixir", "iex"],
    comments: hashStyle,
    grammar: {
      name: "elixir",
      package: "@ast-grep/lang-elixir",
      load: () => import("@ast-grep/lang-elixir"),
    },
    ruleFolders: ["elixir"],
  },
  {
    id: "go",
    name: "Go",
    extensions: [".go"],
    fileNames: [],
    interpreters: [],
    comments: cStyle,
    grammar: { name: "go", package: "@ast-grep/lang-go", load: () => import("@ast-grep/lang-go") },
    ruleFolders: ["go"],
  },
  {
    id: "rust",
    name: "Rust",
    extensions: [".rs"],
    fileNames: [],
    interpreters: [],
    comments: cStyle,
    grammar: { name: "rust", package: "@ast-grep/lang-rust", load: () => import("@ast-grep/lang-rust") },
    ruleFolders: ["rust"],
  },
  {
    id: "java",
    name: "Java",
    extensions: [".java"],
    fileNames: [],
    interpreters: [],
    comments: cStyle,
    grammar: { name: "java", package: "@ast-grep/lang-java", load: () => import("@ast-grep/lang-java") },
    ruleFolders: ["java"],
  },
  {
    id: "ruby",
    name: "Ruby",
    extensions: [".rb", ".rbw", ".rake", ".gemspec", ".ru"],
    fileNames: ["Rakefile", "Gemfile", "Guardfile", "Vagrantfile", "Capfile"],
    interpreters: ["ruby", "jruby"],
    comments: { line: ["#"], block: [["=begin", "=end"]] },
    grammar: { name: "ruby", package: "@ast-grep/lang-ruby", load: () => import("@ast-grep/lang-ruby") },
    ruleFolders: ["ruby"],
  },
  {
    id: "c",
    name: "C",
    extensions: [".c", ".h"],
    fileNames: [],
    interpreters: [],
    comments: cStyle,
    grammar: { name: "c", package: "@ast-grep/lang-c", load: () => import("@ast-grep/lang-c") },
    ruleFolders: ["c"],
  },
  {
    id: "cpp",
    name: "C++",
    extensions: [".cc", ".cpp", ".cxx", ".c++", ".hh", ".hpp", ".hxx", ".h++", ".ipp", ".tpp"],
    fileNames: [],
    interpreters: [],
    comments: cStyle,
    grammar: { name: "cpp", package: "@ast-grep/lang-cpp", load: () => import("@ast-grep/lang-cpp") },
    ruleFolders: ["c", "cpp"],
  },
  {
    id: "erlang",
    name: "Erlang",
    extensions: [".erl", ".hrl", ".escript"],
    fileNames: ["rebar.config"],
    interpreters: ["escript"],
    comments: { line: ["%"], block: [] },
    grammar: null,
    ruleFolders: [],
  },
];

/**
 * The language of a file by its name (that of a `.h` by what it declares), else by the `#!` line that `text` may begin with; null where neither tells.
 * `path` may use either slash.
 */
export function detectLanguage(path: string, text = ""): Language | null {
  const fileName = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  const dot = fileName.lastIndexOf(".");
  const extension = dot > 0 ? fileName.slice(dot).toLowerCase() : "";
  const byName = languages.find(
    (language) => language.extensions.includes(extension) || language.fileNames.includes(fileName),
  );
  if (byName?.id === "c" && extension === ".h" && isCppHeader(text)) return languageById("cpp");
  if (byName !== undefined) return byName;
  const interpreter = shebangProgram(text);
  if (interpreter === null) return null;
  return languages.find((language) => language.interpreters.includes(interpreter)) ?? null;
}

export function languageById(id: string): Language | null {
  return languages.find((language) => language.id === id) ?? null;
}

/** `python` of `#!/usr/bin/env -S LANG=C python3.11 -u`; null where the text begins with no such line. */
function shebangProgram(text: string): string | null {
  const line = /^\uFEFF?#!([^\r\n]{1,200})/.exec(text)?.[1];
  if (line === undefined) return null;
  const words = line.trim().split(/[ \t]+/);
  const isEnv = /(^|\/)env$/.test(words[0] ?? "");
  const program = isEnv
    ? words.slice(1).find((word) => !word.startsWith("-") && !word.includes("="))
    : words[0];
  if (program === undefined) return null;
  const name = program.slice(program.lastIndexOf("/") + 1);
  return name.replace(/[\d.]+$/, "");
}

function builtIn(name: string): Grammar {
  return { name, package: null, load: null };
}
