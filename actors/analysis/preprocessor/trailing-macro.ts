// Tells a macro behind a declaration, where C++ has `noexcept` and compilers have their attributes.
import { type Found, hidden, type MacroWord } from "./macro-word.ts";
import type { Token } from "./tokens.ts";
import { isKeyword, isMacroName } from "./words.ts";

/** `WARN_UNUSED` or `FORMAT(1, 2)` behind the parameters of a function, and `UNUSED` behind `int a[2]`. */
export function trailingMacro(word: MacroWord): Found | null {
  const { previous, next, isMacro } = word;
  if (!isMacro) return null;
  switch (previous?.text) {
    case "]":
      return next?.text === ";" || next?.text === "=" ? hidden(word) : null;
    case ")":
      return isBehindParameters(word, previous) ? hidden(word) : null;
    default:
      return null;
  }
}

function isBehindParameters({ tokens, index, next, brackets }: MacroWord, previous: Token): boolean {
  const closed = tokens.lastIndexOf(previous, index - 1);
  const named = (brackets.partner[closed] ?? -1) - 1;
  const name = tokens[named];
  // `int (*a)(int) WARN_UNUSED;`
  if (name?.text === ")" && next?.text === ";") return true;
  return isDeclaredName(name, tokens[named - 1]) && endsHead(next);
}

/** True for a name with the end of a type in front of it: the name in a call has none. */
function isDeclaredName(name: Token | undefined, before: Token | undefined): boolean {
  if (name?.kind !== "word" || isKeyword(name.text) || before === undefined) return false;
  if (before.kind !== "word") return /^([*&>~]|::|&&)$/.test(before.text);
  return before.text !== "return" && before.text !== "else";
}

function endsHead(next: Token | undefined): boolean {
  if (next === undefined) return true;
  return /^[;{=:]$/.test(next.text) || isMacroName(next.text) || isKeyword(next.text);
}
