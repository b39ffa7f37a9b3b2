// What a text is without its comments and docstrings, so that two texts can be held to differ in nothing else: its lines of code to the
// letter, and its syntax tree. Comments that tools obey, and documentation that is computed, are code here.
import type { SgNode } from "@ast-grep/napi";
import { hasGrammar, type ParsedLanguage, parse } from "./grammar.ts";
import { languageById } from "./languages.ts";
import type { Span } from "./lines.ts";
import { documentation } from "./outlines/erlang.ts";
import { formsOf } from "./outlines/erlang-forms.ts";
import { tokensOf as erlangTokens } from "./outlines/erlang-tokens.ts";
import { tokensOf as cTokens } from "./preprocessor/tokens.ts";
import { type BareRequest, type BareResponse, failure } from "./protocol.ts";
import { partsOf } from "./syntax/kinds.ts";
import { syntaxes } from "./syntax.ts";

/** Whether two texts are the same but for comments and docstrings. Never rejects for what they may hold. */
export async function compareBare({
  id,
  language: named,
  before,
  after,
}: BareRequest): Promise<BareResponse> {
  const language = languageById(named);
  if (language === null) return failure(id, `nobody knows what a comment is in ${JSON.stringify(named)}`);
  const bare = (text: string): Promise<Bared> | Bared => {
    if (language.id === "c" || language.id === "cpp") return bareText(text, cTokens(text));
    return hasGrammar(language) ? bareTree(language, text) : bareErlang(text);
  };
  const [then, now] = [await bare(before), await bare(after)];
  if (!then.ok) return failure(id, `before, ${then.reason}`);
  if (!now.ok) return failure(id, now.reason);
  const line = differingLine(then.lines, now.lines);
  const isSameTree =
    then.tree.length === now.tree.length && then.tree.every((word, at) => word === now.tree[at]);
  return { id, ok: true, isSame: line === null && isSameTree, line };
}

type Bared =
  | {
      readonly ok: true;
      /** Those on which anything is left. */
      readonly lines: readonly Line[];
      readonly tree: readonly string[];
    }
  | { readonly ok: false; readonly reason: string };

interface Line {
  /** Without what is behind its last letter. */
  readonly text: string;
  /** 1-based. */
  readonly number: number;
}

/** Of the text after, the first line that is not what it was; its last one where lines are missing; null where all are the same. */
function differingLine(before: readonly Line[], after: readonly Line[]): number | null {
  const at = after.findIndex(({ text }, index) => text !== before[index]?.text);
  if (at >= 0) return after[at]?.number ?? null;
  return before.length === after.length ? null : (after.at(-1)?.number ?? 1);
}

function linesWithout(text: string, comments: readonly Span[]): Line[] {
  let rest = "";
  let at = 0;
  for (const { start, end } of [...comments].sort((one, other) => one.start - other.start)) {
    if (start < at) continue;
    rest += text.slice(at, start) + text.slice(start, end).replace(/[^\n]/g, "");
    at = end;
  }
  const lines = (rest + text.slice(at))
    .split("\n")
    .map((line, index) => ({ text: line.trimEnd(), number: index + 1 }));
  return lines.filter((line) => line.text !== "");
}

/** A language of which the tokens say all that a comment could change. */
function bareText(text: string, tokens: readonly Span[], documented: readonly Span[] = []): Bared {
  const comments: Span[] = [...documented];
  let at = 0;
  for (const { start, end } of [...tokens, { start: text.length, end: text.length }]) {
    for (const { 0: comment, index } of text.slice(at, start).matchAll(anyComment)) {
      const span = { start: at + index, end: at + index + comment.length };
      if (!isObeyed(comment, text, span.start)) comments.push(span);
    }
    at = Math.max(at, end);
  }
  return { ok: true, lines: linesWithout(text, comments), tree: [] };
}

/** Between tokens. A backslash joins the next line to one that ends with it. */
const anyComment = /\/\/(?:\\\r?\n|[^\n])*|\/\*[\s\S]*?(?:\*\/|$)|%[^\n]*/g;

function bareErlang(text: string): Bared {
  const { tokens } = erlangTokens(text);
  return bareText(text, tokens, documentation(tokens, formsOf(tokens).attributes));
}

async function bareTree(language: ParsedLanguage, text: string): Promise<Bared> {
  const parsed = await parse(language, text);
  if (!parsed.ok) return parsed;
  const comments: Span[] = [];
  const known = new Set<number>();
  for (const node of parsed.root.findAll({ rule: syntaxes[language.id].comments })) {
    const { start, end } = node.range();
    if (isCode(node, text, language.id)) continue;
    comments.push({ start: start.index, end: end.index });
    // A docstring is a statement.
    const around = node.parent();
    known.add(String(around?.kind()) === "expression_statement" && around !== null ? around.id() : node.id());
  }
  return { ok: true, lines: linesWithout(text, comments), tree: treeOf(parsed.root, text, known) };
}

/** Whether what looks like a comment does something. */
function isCode(node: SgNode, text: string, language: ParsedLanguage["id"]): boolean {
  const { start } = node.range();
  const own = node.text();
  // What computes its text, or may: f"{a}", @doc File.read!("a"), @doc "#{a}".
  if (language === "python" && !own.startsWith("#")) return !/^(?:[uUbB]|[rR][bB]?|[bB][rR])?["']/.test(own);
  if (language === "elixir" && own.startsWith("@")) {
    const given = partsOf(partsOf(node)[0]).find((part) => part.kind() === "arguments");
    const [argument, another] = partsOf(given);
    const isText = /^(?:~S\W|(?:"|~s\W)(?![\s\S]*#\{))/.test(argument?.text() ?? "");
    return another !== undefined || !isText || !/^(?:string|sigil)$/.test(String(argument?.kind()));
  }
  // Java knows escapes of Unicode before it knows comments.
  if (language === "java" && own.includes("\\u")) return true;
  // What stands before an import of "C" is C.
  const c = language === "go" ? text.search(/^\s*(?:import\s*)?(?:\(\s*)?"C"/m) : -1;
  return start.index < c || isObeyed(own, text, start.index);
}

function isObeyed(comment: string, text: string, start: number): boolean {
  if (comment.startsWith("#!")) return start === 0;
  const isAtTop = text.slice(0, start).split("\n").length <= 2;
  return (isAtTop && /coding[:=]/.test(comment)) || obeyed.test(comment) || comment.includes("??/");
}

/** What tools are told in comments: compilers, linters, formatters, and aiex itself. */
const obeyed =
  /^[\s/*#%!<;-]*(?:go:|\+build\b|line \S+:\d|export \w+$|@ts-|@jsx|@(?:no)?flow\b|reference\s+(?:path|types|lib)|eslint|[jt]s?lint[: ]|biome-ignore|prettier-ignore|deno-|(?:istanbul|c8|v8) ignore|webpack|@vite|@__|__[A-Z]|@?\s*source(?:Mapping)?URL|@(?:vitest|jest)-|type:\s*ignore|noqa|(?:pylint|pyright|mypy|ruff|isort|fmt|yapf|cython|distutils|pragma|rubocop|frozen_string_literal|warn_indent|shareable_constant_value|typed|credo|elvis|gitleaks|codespell):|nosec|nosemgrep|nolint|NOLINT|clang-format|cppcheck-|IWYU|FALL|fall-?through|@formatter|noinspection|CHECKSTYLE|NOSONAR|aiex-ignore)/m;

/** The tree as words: its nodes by their kinds, and what is written in them. */
function treeOf(root: SgNode, text: string, comments: ReadonlySet<number>): string[] {
  const words: string[] = [];
  const todo: (SgNode | string)[] = [root];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (typeof next === "string") {
      if (next !== "") words.push(next);
      continue;
    }
    const { start, end } = next.range();
    const kind = String(next.kind());
    if (comments.has(next.id())) {
      // A body that is a docstring alone needs it.
      if (isOnlyOne(next)) words.push("docstring");
      continue;
    }
    const children = wholeKinds.test(kind) ? [] : next.children();
    if (children.length === 0) {
      const own = text.slice(start.index, end.index);
      words.push(kind === "jsx_text" ? own : own.trim());
      continue;
    }
    todo.push(")", ...withGaps(children, text, start.index, end.index).reverse());
    words.push(`(${kind}`);
  }
  return words.filter((word) => word !== "");
}

/** Nodes with a text in which every space counts. */
const wholeKinds = /string|template|heredoc|sigil|char|regex|symbol|quoted/;

/** The nodes, and what stands between them and is in none. */
function withGaps(nodes: readonly SgNode[], text: string, from: number, to: number): (SgNode | string)[] {
  const all: (SgNode | string)[] = [];
  let at = from;
  for (const node of nodes) {
    const { start, end } = node.range();
    all.push(text.slice(at, start.index).trim(), node);
    at = end.index;
  }
  return [...all, text.slice(at, to).trim()];
}

function isOnlyOne(node: SgNode): boolean {
  const around = node.parent();
  return (
    around !== null && String(around.kind()) === "block" && partsOf(around).length === 1 && node.isNamed()
  );
}
