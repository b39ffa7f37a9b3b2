// Cuts a C or C++ text into its outermost declarations and definitions, so that one that cannot be read costs only itself.
import { type Brackets, bracketsOf, insideAt } from "./brackets.ts";
import type { Token } from "./tokens.ts";

/** In order; each holds the indexes of its first and last token. What is in a namespace or `extern "C"` is outermost too. */
export function itemsOf(tokens: readonly Token[]): (readonly [first: number, last: number])[] {
  const brackets = bracketsOf(tokens);
  const items: (readonly [number, number])[] = [];
  let first: number | null = null;
  for (const [index, token] of tokens.entries()) {
    if (isBraceAround(token, index, brackets)) {
      first = null;
      continue;
    }
    if (first === null && token.kind === "directive") continue;
    first ??= index;
    if (!isEnd(token, index, brackets)) continue;
    items.push([first, index]);
    first = null;
  }
  if (first !== null) items.push([first, tokens.length - 1]);
  return items;
}

/** True for the braces of a namespace or `extern "C"`, and for one that closes nothing: no item reaches across them. */
function isBraceAround({ kind, text }: Token, index: number, brackets: Brackets): boolean {
  if (kind !== "mark" || (text !== "{" && text !== "}")) return false;
  const opened = text === "{" ? index : (brackets.partner[index] ?? -1);
  return opened < 0 || (brackets.inside.get(opened) === "outer" && insideAt(opened, brackets) === "outer");
}

/** True for the semicolon of a declaration and the last brace of a function. */
function isEnd({ text }: Token, index: number, brackets: Brackets): boolean {
  if (insideAt(index, brackets) !== "outer") return false;
  return text === ";" || (text === "}" && brackets.inside.get(brackets.partner[index] ?? -1) === "code");
}
