// Makes a C or C++ text readable to a grammar that has never heard of a preprocessor; every position stays what it is.
import { separatelyParsedMax, unreadLinesMax } from "../limits.ts";
import type { Span } from "../lines.ts";
import { directiveEdits } from "./conditionals.ts";
import { itemsOf } from "./items.ts";
import { macroEdits } from "./macros.ts";
import { masked } from "./mask.ts";
import { type Token, tokensOf } from "./tokens.ts";

/** The text without the directives and macros that no grammar can place. */
export function withoutMacros(text: string, isCpp: boolean): string {
  const plain = masked(text, directiveEdits(tokensOf(text), isCpp));
  return masked(plain, macroEdits(withoutDirectives(plain)));
}

export interface Reduced {
  readonly text: string;
  /** What was left out, in order. */
  readonly unread: readonly Span[];
}

/**
 * The text without the outermost definitions that are unreadable by themselves. Null where that is more than
 * `unreadLinesMax` of its code lines or nothing, and where there are more than `separatelyParsedMax` definitions.
 */
export function withoutUnreadable(text: string, isReadable: (part: string) => boolean): Reduced | null {
  const tokens = tokensOf(text);
  const all = itemsOf(tokens);
  if (all.length > separatelyParsedMax) return null;
  const items = all.filter(([first, last]) => {
    return !isReadable(text.slice(tokens[first]?.start ?? 0, tokens[last]?.end ?? 0));
  });
  const dropped = items.flatMap(([first, last]) => tokens.slice(first, last + 1));
  if (dropped.length === 0 || linesOf(dropped) > unreadLinesMax * linesOf(tokens)) return null;
  const unread = items.map(([first, last]) => ({
    start: tokens[first]?.start ?? 0,
    end: tokens[last]?.end ?? 0,
  }));
  return { text: masked(text, dropped), unread };
}

function withoutDirectives(text: string): Token[] {
  return tokensOf(text).filter(({ kind }) => kind !== "directive");
}

/** Lines that begin with a token. */
function linesOf(tokens: readonly Token[]): number {
  return tokens.filter(({ isFirst }) => isFirst).length;
}
