// Finds the macros among the words of a declaration: it has more names than a type and what it declares.
import type { Brackets } from "./brackets.ts";
import type { Edit } from "./mask.ts";
import type { Token } from "./tokens.ts";
import { isElaborated, isKeyword, isMacroName, isSpecifier, isTypeWord } from "./words.ts";

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
  const isMacro = (name: number) => isMacroName(tokens[name]?.text ?? "");
  const ranked = [
    ...words.names.filter((name) => isMacro(name) && name !== last),
    ...words.names.filter((name) => isMacro(name) && name === last),
    ...words.names.filter((name) => !isMacro(name) && name !== last && previous?.text !== ">"),
  ];
  return ranked.slice(0, surplus).flatMap((name) => {
    const closed = name === last ? (brackets.partner[words.end] ?? -1) : -1;
    const isCall = tokens[words.end]?.text === "(" && closed > 0;
    return tokens.slice(name, isCall ? closed + 1 : name + 1).map(({ start, end }) => ({ start, end }));
  });
}

function wordsFrom(tokens: readonly Token[], first: number): Words {
  const names: number[] = [];
  const found = { hasType: false, isElaborated: false, isDeclaration: false };
  let end = first;
  for (; end < tokens.length && end < first + wordsMax; end++) {
    const token = tokens[end];
    const before = tokens[end - 1];
    if (token?.kind === "mark" && end > first && /^([*&]|::)$/.test(token.text)) continue;
    if (token === undefined || !isPart(token)) break;
    if (end > first && before?.kind === "word") found.isDeclaration = true;
    if (isTypeWord(token.text)) found.hasType = true;
    else if (isElaborated(token.text)) found.isElaborated = true;
    else if (!isSpecifier(token.text)) {
      if (before?.text === "::" && names.length > 0) names.pop();
      names.push(end);
    }
  }
  return { ...found, names, end };
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
  if (closed < 0 || brackets.inside.get(brackets.around[open] ?? -1) !== "members") return false;
  return tokens[tokens[closed + 1]?.text === "noexcept" ? closed + 2 : closed + 1]?.text === ":";
}

function isPart(token: Token | undefined): boolean {
  if (token?.kind !== "word") return false;
  return (
    !isKeyword(token.text) || isTypeWord(token.text) || isSpecifier(token.text) || isElaborated(token.text)
  );
}
