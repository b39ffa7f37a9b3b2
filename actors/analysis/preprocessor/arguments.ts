// Finds what no grammar takes for an argument: types and operators handed to macros, and a few words of C++ beyond it.
import type { Brackets } from "./brackets.ts";
import type { Edit } from "./mask.ts";
import type { Token } from "./tokens.ts";
import { isElaborated, isSpecifier, isTypeWord } from "./words.ts";

/** What to hide at one token: `va_arg(list, char *)` is read as `va_arg(list, char  )` and `op(+, a, b)` as `op(0, a, b)`. */
export function argumentEdits(tokens: readonly Token[], index: number, brackets: Brackets): Edit[] {
  const token = tokens[index];
  const before = tokens[index - 1];
  if (token === undefined || before === undefined) return [];
  const whole = { start: token.start, end: token.end };
  const next = tokens[index + 1]?.text ?? "";
  if (token.kind === "word") {
    const isMember = /^(\.|->)$/.test(before.text);
    if (token.text === "operator" && isMember)
      return [{ ...whole, by: "_perator" }, ...squareBehind(tokens, index)];
    if (token.text === "template" && (isMember || before.text === "::")) return [whole];
    if (token.text === "typename" && !/^[<,.]$/.test(before.text)) return [whole];
    return isArgument(tokens, index, brackets) && isTypePart(token.text) && isTypeGoingOn(next)
      ? [whole]
      : [];
  }
  if (token.text === "*" && next === "[" && tokens[index - 2]?.text === "new") return [whole];
  if (!isArgument(tokens, index, brackets) || !/^[,)]$/.test(next)) return [];
  if (operators.has(token.text) && /^[,(]$/.test(before.text) && !(before.text === "(" && next === ")")) {
    return [{ ...whole, by: "0" }];
  }
  const starts = startOfType(tokens, index, brackets.around[index] ?? 0);
  return /^(\*|&&?)$/.test(token.text) && (starts === "," || (starts === "(" && next === ",")) ? [whole] : [];
}

const operators = new Set("- + * / % & | ^ < > = && || == != <= >=".split(" "));

function isTypePart(word: string): boolean {
  return isTypeWord(word) || isSpecifier(word) || isElaborated(word);
}

/** Of several words only the last one stays. */
function isTypeGoingOn(next: string): boolean {
  return /^[A-Za-z_]/.test(next);
}

function squareBehind(tokens: readonly Token[], index: number): Edit[] {
  const behind = tokens.slice(index + 1, index + 3);
  const isMark = behind[0]?.kind === "mark" && behind[0].text !== "(";
  return isMark ? behind.filter(({ text }) => text !== "(").map(({ start, end }) => ({ start, end })) : [];
}

/** True directly in the parentheses behind a name in a function's body, where no parameters are declared. */
function isArgument(tokens: readonly Token[], index: number, brackets: Brackets): boolean {
  const open = brackets.around[index] ?? -1;
  const name = tokens[open - 1];
  const outside = brackets.inside.get(brackets.around[open] ?? -1) ?? "outer";
  return (
    brackets.inside.get(open) === "round" &&
    outside !== "outer" &&
    outside !== "members" &&
    name?.kind === "word" &&
    !/^(sizeof|alignof|decltype|typeid|if|for|while|switch|catch)$/.test(name.text)
  );
}

/** What stands before the words of a type that ends at `index`. */
function startOfType(tokens: readonly Token[], index: number, open: number): string {
  let at = index - 1;
  while (at > open && (tokens[at]?.kind === "word" || tokens[at]?.text === "*" || tokens[at]?.text === "::"))
    at -= 1;
  return tokens[at]?.text ?? "";
}
