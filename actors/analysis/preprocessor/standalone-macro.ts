// Tells a macro that stands by itself, in place of a statement, a declaration or a part of a list.
import { type Found, hidden, hiddenWithNext, type MacroWord, span, startsStatement } from "./macro-word.ts";
import type { Token } from "./tokens.ts";
import { isKeyword, isMacroName, isSpecifier, isTypePart, isTypeWord } from "./words.ts";

/** `BEGIN_NAMESPACE` or `DEFINE(a, b)` by itself, without a semicolon, and any such definition among members. */
export function standaloneMacro(word: MacroWord): Found | null {
  const { inside, previous, next, isCall, isMacro } = word;
  if (inside === "list" || previous?.text === ">") {
    const isHidden = isMacro && next?.kind === "word" && (isCall || inside === "list");
    return isHidden ? hidden(word) : null;
  }
  if (!startsStatement(previous) || inside === "round" || inside === "square") return null;
  return macroByNext(word);
}

function macroByNext(word: MacroWord): Found | null {
  const { inside, next, isCall, isMacro } = word;
  switch (next?.text) {
    case ";":
      return isMacro && isCall ? macroStatement(word) : null;
    case ":":
      return inside === "members" && !isCall ? hiddenWithNext(word) : null;
    case "}":
    case undefined:
      return isMacro || isCall ? hidden(word) : null;
    default:
      return isApart(word, next) ? hidden(word) : null;
  }
}

/** `DEBUG(int i = 1);` is what is in it, `ARRAY(int, a, 9);` nothing that can be read, and `CHECK(a);` a call. */
function macroStatement(word: MacroWord): Found | null {
  const { tokens, index, after, inside } = word;
  if (inside === "members") return hiddenWithNext(word);
  if (!isTypePart(tokens[index + 2]?.text ?? "")) return null;
  if (/^[,*]$/.test(tokens[index + 3]?.text ?? "")) return hiddenWithNext(word);
  return { edits: [...span(tokens, index, index + 2), ...span(tokens, after - 1, after)], next: index + 2 };
}

/** True where the word behind begins something of its own, which the macro is no type or name of. */
function isApart({ isCall, isMacro }: MacroWord, next: Token | undefined): boolean {
  if (next?.kind !== "word" || wordsBehindParameters.has(next.text)) return false;
  if (isCall) return isMacro || next.isFirst;
  return isMacro && (isLead(next.text) || (next.isFirst && isMacroName(next.text)));
}

const wordsBehindParameters = new Set(["noexcept", "const", "override", "final", "throw", "requires", "try"]);

/** True for a keyword that no type stands in front of: `class`, `if` or `namespace`, but not `int` or `static`. */
function isLead(word: string): boolean {
  return isKeyword(word) && !isTypeWord(word) && !isSpecifier(word) && word !== "struct";
}
