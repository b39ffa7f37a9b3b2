// Hides macros that a grammar cannot place from a C or C++ text: it knows no macros, only names and calls of functions.
import { argumentEdits } from "./arguments.ts";
import { type Brackets, bracketsOf } from "./brackets.ts";
import { declarationEdits } from "./declarations.ts";
import type { Edit } from "./mask.ts";
import type { Token } from "./tokens.ts";
import { isElaborated, isKeyword, isMacroName, isSpecifier, isTypeWord } from "./words.ts";

/** `tokens` without directives. */
export function macroEdits(tokens: readonly Token[]): Edit[] {
  const brackets = bracketsOf(tokens);
  const edits: Edit[] = [];
  let previous: Token | null = null;
  for (let index = 0; index < tokens.length; index++) {
    const found = macroAt(tokens, index, previous, brackets);
    edits.push(...found.edits);
    if (found.next > index) index = found.next - 1;
    else previous = tokens[index] ?? null;
  }
  return edits;
}

interface Found {
  readonly edits: readonly Edit[];
  /** The token to go on with; that of the question itself where it stays. */
  readonly next: number;
}

function macroAt(tokens: readonly Token[], index: number, previous: Token | null, brackets: Brackets): Found {
  const token = tokens[index];
  const stays = { edits: [], next: index };
  if (token === undefined) return stays;
  if (token.kind !== "word" && token.kind !== "mark") return stays;
  const inArguments = argumentEdits(tokens, index, brackets);
  if (inArguments.length > 0 || token.kind === "mark") return { edits: inArguments, next: index };
  const after = afterArguments(tokens, index, brackets);
  if (compilerWords.has(token.text)) return hidden(tokens, index, after);
  if (isKeyword(token.text) || isTypeWord(token.text)) {
    return { edits: declarationEdits(tokens, index, previous, brackets), next: index };
  }
  return (
    textMacro(tokens, index, previous) ??
    blockMacro(tokens, index, after, previous, brackets) ??
    standaloneMacro(tokens, index, after, previous, brackets) ??
    trailingMacro(tokens, index, after, previous, brackets) ?? {
      edits: declarationEdits(tokens, index, previous, brackets),
      next: index,
    }
  );
}

/** What compilers add to the language in front of or behind a declaration. */
const compilerWords = new Set(
  "__attribute__ __attribute __declspec __pragma _Pragma __extension__ __inline __inline__ __forceinline __cdecl __stdcall __fastcall __restrict __restrict__ __volatile__ __noinline__".split(
    " ",
  ),
);

/** `PRIu64` of `"%" PRIu64`. The suffix of a literal (`"a"_json`) and the C of `extern "C"` touch no macro. */
function textMacro(tokens: readonly Token[], index: number, previous: Token | null): Found | null {
  const token = tokens[index];
  if (token === undefined) return null;
  const isBehind =
    previous?.kind === "string" &&
    tokens[index - 2]?.text !== "extern" &&
    (previous.end < token.start || isMacroName(token.text) || token.text.startsWith("PRI"));
  const isInFront = isMacroName(token.text) && tokens[index + 1]?.kind === "string";
  return isBehind || isInFront ? hidden(tokens, index, index + 1) : null;
}

/** `foreach(list, item) {` in code becomes a loop, `SECTION("a") {` a block, and `TEST_CASE("a") {` outside a function. */
function blockMacro(
  tokens: readonly Token[],
  index: number,
  after: number,
  previous: Token | null,
  brackets: Brackets,
): Found | null {
  const token = tokens[index];
  const open = tokens[index + 1];
  if (after === index + 1 || tokens[after]?.text !== "{" || token === undefined || open === undefined)
    return null;
  if (!startsStatement(previous) && previous?.text !== ")" && previous?.text !== "else") return null;
  if (insideOf(index, brackets) === "code") {
    const isLoop = /each|loop|while/i.test(token.text) && token.text.length >= 5;
    if (!isLoop) return hidden(tokens, index, after);
    return {
      edits: [
        { start: token.start, end: open.end, by: "while(" },
        ...span(tokens, index + 2, after - 1, "1"),
      ],
      next: after,
    };
  }
  const hasText = tokens
    .slice(index + 2, after - 1)
    .some(({ kind }) => kind === "string" || kind === "number");
  return hasText ? { edits: span(tokens, index + 2, after - 1), next: after } : null;
}

/** `BEGIN_NAMESPACE` or `DEFINE(a, b)` by itself, without a semicolon, and any such definition among members. */
function standaloneMacro(
  tokens: readonly Token[],
  index: number,
  after: number,
  previous: Token | null,
  brackets: Brackets,
): Found | null {
  const token = tokens[index];
  if (token === undefined) return null;
  const next = tokens[after];
  const isCall = after > index + 1;
  const isMacro = isMacroName(token.text);
  const inside = insideOf(index, brackets);
  const isWord = next?.kind === "word";
  if (inside === "list") return isMacro && isWord ? hidden(tokens, index, after) : null;
  if (previous?.text === ">") return isMacro && isCall && isWord ? hidden(tokens, index, after) : null;
  if (!startsStatement(previous) || inside === "round" || inside === "square") return null;
  if (inside === "members" && next?.text === ";" && isCall && isMacro)
    return hidden(tokens, index, after + 1);
  if (inside === "members" && next?.text === ":" && !isCall) return hidden(tokens, index, after + 1);
  if (next?.text === ";" && isCall && isMacro) return declaringMacro(tokens, index, after);
  if (next === undefined || next.text === "}") return isCall || isMacro ? hidden(tokens, index, after) : null;
  if (!isWord || /^(noexcept|const|override|final|throw|requires|try)$/.test(next.text)) return null;
  if (isCall) return next.isFirst || isMacro ? hidden(tokens, index, after) : null;
  const isLead =
    isKeyword(next.text) && !isTypeWord(next.text) && !isSpecifier(next.text) && next.text !== "struct";
  const isRow = next.isFirst && isMacroName(next.text);
  return isMacro && (isLead || isRow) ? hidden(tokens, index, after) : null;
}

/** `DEBUG(int i = 1);` is what is in it, and `ARRAY(int, a, 9);` nothing that can be read. */
function declaringMacro(tokens: readonly Token[], index: number, after: number): Found | null {
  const first = tokens[index + 2]?.text ?? "";
  if (!isTypeWord(first) && !isSpecifier(first) && !isElaborated(first)) return null;
  if (/^[,*]$/.test(tokens[index + 3]?.text ?? "")) return hidden(tokens, index, after + 1);
  return { edits: [...span(tokens, index, index + 2), ...span(tokens, after - 1, after)], next: index + 2 };
}

/** `WARN_UNUSED` or `FORMAT(1, 2)` behind the parameters of a function. */
function trailingMacro(
  tokens: readonly Token[],
  index: number,
  after: number,
  previous: Token | null,
  brackets: Brackets,
): Found | null {
  const token = tokens[index];
  if (token === undefined || previous === null || !isMacroName(token.text)) return null;
  const next = tokens[after];
  if (previous.text === "]")
    return next?.text === ";" || next?.text === "=" ? hidden(tokens, index, after) : null;
  if (previous.text !== ")") return null;
  const closed = tokens.lastIndexOf(previous, index - 1);
  const named = (brackets.partner[closed] ?? -1) - 1;
  const name = tokens[named];
  const type = tokens[named - 1];
  if (name?.text === ")" && next?.text === ";") return hidden(tokens, index, after);
  if (name?.kind !== "word" || isKeyword(name.text) || type === undefined) return null;
  const isDeclared = type.kind === "word" || /^([*&>~]|::|&&)$/.test(type.text);
  const ends =
    next === undefined || /^[;{=:]$/.test(next.text) || isMacroName(next.text) || isKeyword(next.text);
  return isDeclared && type.text !== "return" && type.text !== "else" && ends
    ? hidden(tokens, index, after)
    : null;
}

function insideOf(index: number, brackets: Brackets) {
  return brackets.inside.get(brackets.around[index] ?? -1) ?? "outer";
}

function startsStatement(previous: Token | null): boolean {
  return previous === null || /^[;{}:]$/.test(previous.text);
}

/** The token behind a name and, where it has them, its arguments. */
function afterArguments(tokens: readonly Token[], index: number, brackets: Brackets): number {
  if (tokens[index + 1]?.text !== "(") return index + 1;
  const closed = brackets.partner[index + 1] ?? -1;
  return closed < 0 ? index + 1 : closed + 1;
}

function hidden(tokens: readonly Token[], first: number, end: number): Found {
  return { edits: span(tokens, first, end), next: end };
}

/** The text from one token to before another, as one edit for each token, so that comments between them stay. */
function span(tokens: readonly Token[], first: number, end: number, by?: string): Edit[] {
  return tokens.slice(first, end).map(({ start, end: last }, offset) => {
    return offset === 0 && by !== undefined ? { start, end: last, by } : { start, end: last };
  });
}
