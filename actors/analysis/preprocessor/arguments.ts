// Finds what no grammar takes for an argument: types and operators handed to macros, and a few words of C++ beyond it.
import { type Brackets, insideAt } from "./brackets.ts";
import type { Edit } from "./mask.ts";
import type { Token } from "./tokens.ts";
import { isTypePart } from "./words.ts";

/** What to hide at one token: `va_arg(list, char *)` is read as `va_arg(list, char  )` and `op(+, a, b)` as `op(0, a, b)`. */
export function argumentEdits(tokens: readonly Token[], index: number, brackets: Brackets): Edit[] {
  const token = tokens[index];
  const before = tokens[index - 1];
  if (token === undefined || before === undefined) return [];
  const { start, end } = token;
  if (token.kind === "word") {
    const isMember = /^(\.|->)$/.test(before.text);
    if (token.text === "operator" && isMember)
      return [{ start, end, by: "_perator" }, ...signBehind(tokens, index)];
    const isHidden = isBeyond(token.text, before.text) || isTypeArgument(tokens, index, brackets);
    return isHidden ? [{ start, end }] : [];
  }
  if (isOperatorArgument(tokens, index, brackets)) return [{ start, end, by: "0" }];
  const isHidden = isNewArray(tokens, index) || isTypeEnd(tokens, index, brackets);
  return isHidden ? [{ start, end }] : [];
}

/** `a.template f<int>()`, and `typename` anywhere but in the parameters of a template. */
function isBeyond(word: string, before: string): boolean {
  if (word === "template") return /^(\.|->|::)$/.test(before);
  return word === "typename" && !/^[<,.]$/.test(before);
}

/** Of the words of a type only the last one stays. */
function isTypeArgument(tokens: readonly Token[], index: number, brackets: Brackets): boolean {
  const isWordNext = /^[A-Za-z_]/.test(tokens[index + 1]?.text ?? "");
  return isWordNext && isTypePart(tokens[index]?.text ?? "") && isArgument(tokens, index, brackets);
}

/** The star of `new char *[9]`. */
function isNewArray(tokens: readonly Token[], index: number): boolean {
  const [first, , star, bracket] = [-2, -1, 0, 1].map((offset) => tokens[index + offset]?.text);
  return first === "new" && star === "*" && bracket === "[";
}

/** The `+` of `op(+, a, b)`, but not that of `op(+)`. */
function isOperatorArgument(tokens: readonly Token[], index: number, brackets: Brackets): boolean {
  const [before = "", text = "", next = ""] = [-1, 0, 1].map((offset) => tokens[index + offset]?.text);
  if (!operators.has(text) || !/^[,(]$/.test(before) || !/^[,)]$/.test(next)) return false;
  return !(before === "(" && next === ")") && isArgument(tokens, index, brackets);
}

/** The `*` of `va_arg(list, char *)`. The only argument stays: it may be the parameter of a prototype. */
function isTypeEnd(tokens: readonly Token[], index: number, brackets: Brackets): boolean {
  const [text = "", next = ""] = [0, 1].map((offset) => tokens[index + offset]?.text);
  if (!/^(\*|&&?)$/.test(text) || !/^[,)]$/.test(next) || !isArgument(tokens, index, brackets)) return false;
  const before = startOfType(tokens, index, brackets.around[index] ?? 0);
  return before === "," || (before === "(" && next === ",");
}

const operators = new Set("- + * / % & | ^ < > = && || == != <= >=".split(" "));

/** `[]` of `a.operator[](b)` or `+` of `a.operator+(b)`. */
function signBehind(tokens: readonly Token[], index: number): Edit[] {
  const behind = tokens.slice(index + 1, index + 3);
  const isMark = behind[0]?.kind === "mark" && behind[0].text !== "(";
  return isMark ? behind.filter(({ text }) => text !== "(").map(({ start, end }) => ({ start, end })) : [];
}

/** True directly in the parentheses behind a name in a function's body, where no parameters are declared. */
function isArgument(tokens: readonly Token[], index: number, brackets: Brackets): boolean {
  const open = brackets.around[index] ?? -1;
  const name = tokens[open - 1];
  const outside = insideAt(open, brackets);
  return (
    insideAt(index, brackets) === "round" &&
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
