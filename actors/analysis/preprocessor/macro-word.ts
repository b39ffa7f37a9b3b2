// A word that may be a macro's name, with what it takes to tell, and the edits that hide it.
import { type Brackets, type Inside, insideAt } from "./brackets.ts";
import type { Edit } from "./mask.ts";
import type { Token } from "./tokens.ts";
import { isMacroName } from "./words.ts";

export interface MacroWord {
  readonly tokens: readonly Token[];
  readonly index: number;
  readonly token: Token;
  /** The token before it that stays. */
  readonly previous: Token | null;
  /** Index of the token behind it and, where it has them, its arguments. */
  readonly after: number;
  /** That token; undefined at the end. */
  readonly next: Token | undefined;
  readonly inside: Inside;
  readonly brackets: Brackets;
  /** True where it has arguments. */
  readonly isCall: boolean;
  /** True where it is spelled as macros are. */
  readonly isMacro: boolean;
}

export interface Found {
  readonly edits: readonly Edit[];
  /** The token to go on with; that of the question itself where it stays. */
  readonly next: number;
}

export function macroWord(
  tokens: readonly Token[],
  index: number,
  token: Token,
  previous: Token | null,
  brackets: Brackets,
): MacroWord {
  const after = afterArguments(tokens, index, brackets);
  return {
    tokens,
    index,
    token,
    previous,
    after,
    next: tokens[after],
    inside: insideAt(index, brackets),
    brackets,
    isCall: after > index + 1,
    isMacro: isMacroName(token.text),
  };
}

/** The word and its arguments. */
export function hidden(word: MacroWord): Found {
  return hiddenUpTo(word, word.after);
}

/** With the semicolon or colon behind it. */
export function hiddenWithNext(word: MacroWord): Found {
  return hiddenUpTo(word, word.after + 1);
}

/** The text from one token to before another, as one edit for each token, so that comments between them stay. */
export function span(tokens: readonly Token[], first: number, end: number): Edit[] {
  return tokens.slice(first, end).map(({ start, end: last }) => ({ start, end: last }));
}

export function startsStatement(previous: Token | null): boolean {
  return previous === null || /^[;{}:]$/.test(previous.text);
}

function hiddenUpTo({ tokens, index }: MacroWord, end: number): Found {
  return { edits: span(tokens, index, end), next: end };
}

function afterArguments(tokens: readonly Token[], index: number, brackets: Brackets): number {
  if (tokens[index + 1]?.text !== "(") return index + 1;
  const closed = brackets.partner[index + 1] ?? -1;
  return closed < 0 ? index + 1 : closed + 1;
}
