// Finds string literals by their quotes alone, in whatever language.
import type { Span } from "./span.ts";

/** A literal that goes over several lines and does not end is cut here: a quote in a comment must not swallow a file. */
const literalCharactersMax = 16_384;

/** One of these is looked for behind every name of a secret, so it is to be found soon. */
const unusualCharactersMax = 4_096;

const OPENER = /\\?(?:"""|'''|["'`])/y;

/** What stands between the quotes that open at `at`, and where the text goes on; undefined where no quote opens there. */
export function literalAt(
  text: string,
  at: number,
): { readonly content: Span; readonly end: number } | undefined {
  OPENER.lastIndex = at;
  const opener = OPENER.exec(text)?.[0];
  if (opener === undefined) return undefined;
  const start = at + opener.length;
  const isWide = opener.length === 3 || opener === "`";
  const limit = Math.min(text.length, start + literalCharactersMax);
  for (let index = start; index < limit; index += 1) {
    const character = text[index];
    if (!isWide && (character === "\n" || character === "\r"))
      return { content: { start, end: index }, end: index };
    if (text.startsWith(opener, index)) return { content: { start, end: index }, end: index + opener.length };
    // An escaped quote ends nothing; where the quotes themselves are escaped, the backslash is part of them.
    if (character === "\\" && !opener.startsWith("\\")) index += 1;
  }
  return { content: { start, end: limit }, end: limit };
}

/**
 * A literal without quotes of its own, as it stands after an operator: a here-document, `%q(…)`, `~s(…)`, `R"x(…)x"`, or
 * bytes in a list. `content` as for `literalAt`.
 */
export function unusualLiteralAt(text: string, at: number): ReturnType<typeof literalAt> {
  for (const [opener, closerOf] of unusual) {
    opener.lastIndex = at;
    const match = opener.exec(text);
    if (match === null) continue;
    const start = at + match[0].length;
    const end = closerOf(match).exec(text.slice(start, start + unusualCharactersMax))?.index;
    if (end !== undefined) return { content: { start, end: start + end }, end: start + end };
  }
  return undefined;
}

const closers: Readonly<Record<string, string>> = {
  "(": "\\)",
  "[": "\\]",
  "{": "\\}",
  "<": ">",
  "|": "\\|",
  "/": "/",
};

const unusual: readonly (readonly [RegExp, (match: RegExpExecArray) => RegExp])[] = [
  [
    /<<[~-]?["'`]?([A-Za-z_]\w{0,60})["'`]?[^\r\n]{0,200}\r?\n/y,
    ([, tag]) => new RegExp(`^[ \\t]*${tag}\\b`, "m"),
  ],
  [/[uUL8]{0,2}R"(\w{0,16})\(/y, ([, mark]) => new RegExp(`\\)${mark}"`)],
  [/(?:%[qQwWiI]?|~[a-zA-Z])([([{<|/])/y, ([, opener = ""]) => new RegExp(closers[opener] ?? opener)],
  [
    /[\w[\]():.&<> ]{0,60}[[({]\s{0,20}(?=(?:(?:0x[\da-f]{1,2}|\d{1,3}|'\\?.')\s{0,10},\s{0,20}){2})/iy,
    () => /[\])}]/,
  ],
];

/** The contents of the literals that open between two places. */
export function literalsOf(text: string, start: number, end: number): Span[] {
  const spans: Span[] = [];
  for (let at = start; at < end; ) {
    const literal = literalAt(text, at);
    if (literal === undefined) at += 1;
    else {
      spans.push(literal.content);
      at = Math.max(literal.end, at + 1);
    }
  }
  return spans;
}
