// Finds string literals by their quotes alone, in whatever language.
import type { Span } from "./span.ts";

/** A literal that goes over several lines and does not end is cut here: a quote in a comment must not swallow a file. */
const literalCharactersMax = 16_384;

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
