// Hides macros that a grammar cannot place from a C or C++ text: it knows no macros, only names and calls of functions.
import { argumentEdits } from "./arguments.ts";
import { type Brackets, bracketsOf } from "./brackets.ts";
import { declarationEdits } from "./declarations.ts";
import { type Found, hidden, type MacroWord, macroWord, span, startsStatement } from "./macro-word.ts";
import type { Edit } from "./mask.ts";
import { standaloneMacro } from "./standalone-macro.ts";
import type { Token } from "./tokens.ts";
import { trailingMacro } from "./trailing-macro.ts";
import { isCompilerWord, isKeyword } from "./words.ts";

/** `tokens` without directives. */
export function macroEdits(tokens: readonly Token[]): Edit[] {
  const brackets = bracketsOf(tokens);
  const edits: Edit[] = [];
  let previous: Token | null = null;
  for (let index = 0; index < tokens.length; index++) {
    const found = macroAt(tokens, index, previous, brackets);
    for (const edit of found.edits) edits.push(edit);
    if (found.next > index) index = found.next - 1;
    else previous = tokens[index] ?? null;
  }
  return edits;
}

function macroAt(tokens: readonly Token[], index: number, previous: Token | null, brackets: Brackets): Found {
  const token = tokens[index];
  if (token?.kind !== "word" && token?.kind !== "mark") return { edits: [], next: index };
  const inArguments = argumentEdits(tokens, index, brackets);
  if (inArguments.length > 0 || token.kind === "mark") return { edits: inArguments, next: index };
  const word = macroWord(tokens, index, token, previous, brackets);
  return macroOf(word) ?? { edits: declarationEdits(tokens, index, previous, brackets), next: index };
}

/** What to hide of a word that is a macro by where it stands; null for any other word. */
function macroOf(word: MacroWord): Found | null {
  if (isCompilerWord(word.token.text)) return hidden(word);
  if (isKeyword(word.token.text)) return null;
  return textMacro(word) ?? blockMacro(word) ?? standaloneMacro(word) ?? trailingMacro(word);
}

/** `PRIu64` of `"%" PRIu64`. The suffix of a literal (`"a"_json`) and the C of `extern "C"` touch no macro. */
function textMacro({ tokens, index, token, previous, isMacro }: MacroWord): Found | null {
  const isBehind =
    previous?.kind === "string" &&
    tokens[index - 2]?.text !== "extern" &&
    (previous.end < token.start || isMacro || token.text.startsWith("PRI"));
  const isInFront = isMacro && tokens[index + 1]?.kind === "string";
  return isBehind || isInFront ? { edits: span(tokens, index, index + 1), next: index + 1 } : null;
}

/** `foreach(list, item) {` in code becomes a loop, `SECTION("a") {` a block, and `TEST_CASE("a") {` outside a function. */
function blockMacro(word: MacroWord): Found | null {
  const { tokens, index, token, previous, after, next, inside, isCall } = word;
  if (!isCall || next?.text !== "{") return null;
  if (!startsStatement(previous) && previous?.text !== ")" && previous?.text !== "else") return null;
  if (inside === "code") return isLoopName(token.text) ? loop(word) : hidden(word);
  const hasText = tokens
    .slice(index + 2, after - 1)
    .some(({ kind }) => kind === "string" || kind === "number");
  return hasText ? { edits: span(tokens, index + 2, after - 1), next: after } : null;
}

function isLoopName(name: string): boolean {
  return /each|loop|while/i.test(name) && name.length >= 5;
}

/** `foreach(list, item)` is read as `while(  1           )`. */
function loop({ tokens, index, token, after }: MacroWord): Found {
  const head = { start: token.start, end: tokens[index + 1]?.end ?? token.end, by: "while(" };
  const [condition, ...rest] = span(tokens, index + 2, after - 1);
  const edits = condition === undefined ? [head] : [head, { ...condition, by: "1" }, ...rest];
  return { edits, next: after };
}
