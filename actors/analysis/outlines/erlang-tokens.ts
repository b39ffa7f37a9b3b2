// The tokens of an Erlang text. Linear in the text: each character is looked at a fixed number of times.
import type { Span } from "../lines.ts";

/** `dot`: the full stop that ends a form. A quoted atom keeps its quotes. */
export interface Token {
  readonly kind: "atom" | "variable" | "string" | "number" | "mark" | "dot";
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

export interface Tokens {
  readonly tokens: readonly Token[];
  readonly comments: readonly Span[];
}

/** Longest first. */
const marks = [
  "=:=",
  "=/=",
  "...",
  "<:-",
  "<:=",
  "->",
  "<-",
  "<=",
  "||",
  "==",
  "/=",
  "=<",
  ">=",
  "<<",
  ">>",
  "++",
  "--",
  "::",
  ":=",
  "=>",
  "?=",
  "??",
  "..",
];
const sigilClosers = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
  ["<", ">"],
]);

export function tokensOf(text: string): Tokens {
  const tokens: Token[] = [];
  const comments: Span[] = [];
  let line = 1;
  let lineStart = 0;
  for (let at = skipShebang(text); at < text.length; ) {
    const char = text.charAt(at);
    if (/\s/.test(char)) {
      at += 1;
      if (char === "\n") [line, lineStart] = [line + 1, at];
    } else if (char === "%") {
      const end = endOfLine(text, at);
      comments.push({ start: at, end });
      at = end;
    } else {
      const [kind, end] = tokenAt(text, at);
      const token = text.slice(at, end);
      tokens.push({ kind, text: token, start: at, end, line, column: at - lineStart + 1 });
      for (let newline = token.indexOf("\n"); newline >= 0; newline = token.indexOf("\n", newline + 1)) {
        [line, lineStart] = [line + 1, at + newline + 1];
      }
      at = end;
    }
  }
  return { tokens, comments };
}

function skipShebang(text: string): number {
  return text.startsWith("#!") ? endOfLine(text, 0) : 0;
}

function tokenAt(text: string, at: number): [Token["kind"], number] {
  const char = text.charAt(at);
  if (char === '"') return ["string", endOfString(text, at)];
  if (char === "'") return ["atom", endOfQuoted(text, at, "'")];
  if (char === "$") return ["number", endOfCharacter(text, at)];
  if (char === "~") return sigil(text, at) ?? ["mark", at + 1];
  if (/[0-9]/.test(char)) return ["number", endOfNumber(text, at)];
  if (isWordPart(text, at)) return [/[\p{Lu}_]/u.test(char) ? "variable" : "atom", endOfWord(text, at)];
  if (char === "." && !/[^\s%]/.test(text.charAt(at + 1))) return ["dot", at + 1];
  const mark = marks.find((candidate) => text.startsWith(candidate, at));
  return ["mark", at + (mark?.length ?? 1)];
}

function endOfLine(text: string, from: number): number {
  const newline = text.indexOf("\n", from);
  return newline < 0 ? text.length : newline;
}

/** A string, or from three quotes and a line break on a text of several lines. */
function endOfString(text: string, start: number): number {
  let quotes = start;
  while (text.charAt(quotes) === '"') quotes += 1;
  const count = quotes - start;
  const opensLines = count >= 3 && text.slice(quotes, endOfLine(text, quotes)).trim() === "";
  if (opensLines) return endOfLines(text, quotes, count);
  return count >= 2 ? start + 2 : endOfQuoted(text, start, '"');
}

/** The text ends where a line begins with as many quotes as it was opened with. */
function endOfLines(text: string, from: number, count: number): number {
  const close = '"'.repeat(count);
  for (let at = endOfLine(text, from); at < text.length; at = endOfLine(text, at + 1)) {
    let first = at + 1;
    while (text.charAt(first) === " " || text.charAt(first) === "\t") first += 1;
    if (text.startsWith(close, first)) return first + count;
  }
  return text.length;
}

function endOfQuoted(text: string, start: number, close: string): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text.charAt(at) === "\\") at += 1;
    else if (text.charAt(at) === close) return at + 1;
  }
  return text.length;
}

/** `$a`, `$\n`, `$\x{1F600}` and `$\^a`. */
function endOfCharacter(text: string, at: number): number {
  if (text.charAt(at + 1) !== "\\")
    return Math.min(at + ((text.codePointAt(at + 1) ?? 0) > 0xffff ? 3 : 2), text.length);
  const escaped = /^(?:x\{[0-9A-Fa-f]{1,8}\}|x[0-9A-Fa-f]{2}|[0-7]{1,3}|\^.|[\s\S])/.exec(
    text.slice(at + 2, at + 14),
  )?.[0];
  return at + 2 + (escaped?.length ?? 0);
}

/** `~s"a"`, `~B(a)` and `~"""` with lines. */
function sigil(text: string, at: number): [Token["kind"], number] | null {
  const [whole = "", name = "", open = ""] =
    /^~([a-zA-Z]{0,2})([([{</|'"`#])/.exec(text.slice(at, at + 4)) ?? [];
  if (whole === "") return null;
  const start = at + whole.length - 1;
  if (open === '"' && text.startsWith('"""', start)) return ["string", endOfString(text, start)];
  const close = sigilClosers.get(open) ?? open;
  if (!/^[BS]$/.test(name)) return ["string", endOfQuoted(text, start, close)];
  const closed = text.indexOf(close, start + 1);
  return ["string", closed < 0 ? text.length : closed + 1];
}

/** `16#FF`, `1_000` and `1.5e-3`; the dot of `1.` ends the form. */
function endOfNumber(text: string, start: number): number {
  let at = endOfWord(text, start);
  if (text.charAt(at) === "#" && isWordPart(text, at + 1)) at = endOfWord(text, at + 1);
  if (text.charAt(at) === "." && /[0-9]/.test(text.charAt(at + 1))) at = endOfWord(text, at + 1);
  if (/[eE]/.test(text.charAt(at - 1)) && /[-+]/.test(text.charAt(at))) at = endOfWord(text, at + 1);
  return at;
}

function endOfWord(text: string, start: number): number {
  let at = start;
  while (at < text.length && isWordPart(text, at)) at += 1;
  return at;
}

/** Letters, digits, `_` and `@`; every letter beyond ASCII counts. */
function isWordPart(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code > 0x7f) return code !== 0xa0 && code !== 0xfeff;
  const isLetter = (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
  return isLetter || (code >= 0x30 && code <= 0x39) || code === 0x5f || code === 0x40;
}
