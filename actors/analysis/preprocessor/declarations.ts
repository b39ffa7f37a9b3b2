// Finds the macros among the words of a declaration: it has more names than a type and what it declares.
import { type Brackets, insideAt } from "./brackets.ts";
import { span } from "./macro-word.ts";
import type { Edit } from "./mask.ts";
import type { Token } from "./tokens.ts";
import { isElaborated, isKeyword, isMacroName, isTypePart, isTypeWord } from "./words.ts";

interface Words {
  /** Indexes of the last word of each name: `A::B` is one. */
  readonly names: readonly number[];
  readonly hasType: boolean;
  readonly isElaborated: boolean;
  /** True where two words touch, as only a declaration has them. */
  readonly isDeclaration: boolean;
  /** The token behind. */
  readonly end: number;
}

/** What to hide of the declaration whose words begin at `index`; nothing where they began before. */
export function declarationEdits(
  tokens: readonly Token[],
  index: number,
  previous: Token | null,
  brackets: Brackets,
): Edit[] {
  if (previous !== null && (isPart(previous) || /^([*&]|::|\.|->)$/.test(previous.text))) return [];
  if (!isPart(tokens[index])) return [];
  const words = wordsFrom(tokens, index);
  const surplus = words.names.length - namesAllowed(tokens, words, previous, brackets);
  if (surplus <= 0 || !words.isDeclaration) return [];
  const last = words.names.at(-1);
  const closed = tokens[words.end]?.text === "(" ? (brackets.partner[words.end] ?? -1) : -1;
  return likeliestMacros(tokens, words.names, previous)
    .slice(0, surplus)
    .flatMap((name) => span(tokens, name, name === last && closed > 0 ? closed + 1 : name + 1));
}

/** Those that are spelled like macros, then the others but what is declared; the latter not behind a `template <…>`. */
function likeliestMacros(
  tokens: readonly Token[],
  names: readonly number[],
  previous: Token | null,
): number[] {
  const isMacro = (name: number) => isMacroName(tokens[name]?.text ?? "");
  const others = previous?.text === ">" ? [] : names.slice(0, -1).filter((name) => !isMacro(name));
  return [...names.filter(isMacro), ...others];
}

function wordsFrom(tokens: readonly Token[], first: number): Words {
  const end = endOfWords(tokens, first);
  const read = tokens.slice(first, end);
  const words = read.filter(({ kind }) => kind === "word");
  return {
    names: namesAmong(read).map((offset) => first + offset),
    hasType: words.some(({ text }) => isTypeWord(text)),
    isElaborated: words.some(({ text }) => isElaborated(text)),
    isDeclaration: read.some(({ kind }, offset) => kind === "word" && read[offset - 1]?.kind === "word"),
    end,
  };
}

/** Behind the first word `*`, `&` and `::` may stand between the others. */
function endOfWords(tokens: readonly Token[], first: number): number {
  let end = first;
  while (end < first + wordsMax && (isPart(tokens[end]) || (end > first && isJoint(tokens[end])))) end += 1;
  return end;
}

function namesAmong(tokens: readonly Token[]): number[] {
  const names: number[] = [];
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind !== "word" || isTypePart(text)) continue;
    if (tokens[index - 1]?.text === "::") names.pop();
    names.push(index);
  }
  return names;
}

/** No declaration has more words before its first bracket. */
const wordsMax = 24;

/** A type and what is declared, less what a word of the language or a bracket already is. */
function namesAllowed(
  tokens: readonly Token[],
  words: Words,
  previous: Token | null,
  brackets: Brackets,
): number {
  const next = tokens[words.end]?.text ?? "";
  const last = tokens[words.end - 1]?.text ?? "";
  const isNameless = next === "(" && (isTypeWord(last) || last === "*" || last === "&");
  if (words.hasType) return isNameless ? 0 : 1;
  const isHead = words.isElaborated && (next === "{" || next === ":");
  const isTemplate = next === "<" || previous?.text === ">";
  return isNameless || isHead || isTemplate || isConstructor(tokens, words.end, brackets) ? 1 : 2;
}

/** `A(int a) noexcept : b(a)` has no type in front of its name. */
function isConstructor(tokens: readonly Token[], open: number, brackets: Brackets): boolean {
  const closed = tokens[open]?.text === "(" ? (brackets.partner[open] ?? -1) : -1;
  if (closed < 0 || insideAt(open, brackets) !== "members") return false;
  return tokens[tokens[closed + 1]?.text === "noexcept" ? closed + 2 : closed + 1]?.text === ":";
}

function isPart(token: Token | undefined): boolean {
  return token?.kind === "word" && (isTypePart(token.text) || !isKeyword(token.text));
}

function isJoint(token: Token | undefined): boolean {
  return token?.kind === "mark" && /^([*&]|::)$/.test(token.text);
}
