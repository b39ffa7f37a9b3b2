// The complexities of one clause of an Erlang function, by the same counting as for the languages with a grammar.
import { emptyTally, type Tally } from "../tally.ts";
import { argumentCount, type Clause, type Forms } from "./erlang-forms.ts";
import type { Token } from "./erlang-tokens.ts";

interface Level {
  /** Index of the token that opened it, -1 for the clause itself. */
  readonly opener: number;
  readonly cognitive: number;
  readonly control: number;
  readonly isTry: boolean;
  /** True for parentheses around a part of an expression. */
  readonly isGroup: boolean;
  /** Clauses seen in it, or in its part behind `of`, `catch` or `else`. */
  arrows: number;
  inHandler: boolean;
  /** The last logical operator of the expression at hand. */
  operator: string | null;
}

/** Blocks that choose among clauses; `try` and `begin` choose nothing by themselves. */
const switches = new Set(["case", "if", "receive", "maybe"]);

export function complexityOf(tokens: readonly Token[], clause: Clause, forms: Forms): Tally {
  const counted = emptyTally(tokens[clause.first]?.line ?? 1);
  const levels: Level[] = [levelOf(-1, 0, 0)];
  let isRecursive = false;
  for (let index = clause.first + 1; index < clause.end; index++) {
    const level = levels.at(-1);
    const token = tokens[index];
    if (level === undefined || token === undefined) break;
    const partner = forms.partner[index] ?? -1;
    if (partner >= 0 && partner < index) close(levels);
    else if (partner >= 0) levels.push(opened(tokens, index, level, counted));
    else count(token, level, counted);
    isRecursive ||= index >= clause.body && isSelfCall(tokens, index, clause, forms);
  }
  if (isRecursive) counted.cognitive += 1;
  return counted;
}

function levelOf(opener: number, cognitive: number, control: number, isTry = false): Level {
  return { opener, cognitive, control, isTry, isGroup: false, arrows: 0, inHandler: false, operator: null };
}

function opened(tokens: readonly Token[], index: number, around: Level, counted: Tally): Level {
  const text = tokens[index]?.text ?? "";
  const inside = around.inHandler ? 1 : 0;
  const [cognitive, control] = [around.cognitive + inside, around.control + inside];
  if (text === "fun") return levelOf(index, cognitive + 1, control);
  if (!switches.has(text)) {
    const isGroup = text === "(" && !isCall(tokens[index - 1]);
    return {
      ...levelOf(index, cognitive, control, text === "try"),
      isGroup,
      operator: isGroup ? around.operator : null,
    };
  }
  counted.cognitive += 1 + cognitive;
  deepen(counted, control + 1, tokens[index]?.line ?? 1);
  return levelOf(index, cognitive + 1, control + 1);
}

/** A group in parentheses goes on with the operators of the expression around it. */
function close(levels: Level[]): void {
  const closed = levels.pop();
  const around = levels.at(-1);
  if (closed?.isGroup === true && around !== undefined) around.operator = closed.operator;
}

function count(token: Token, level: Level, counted: Tally): void {
  switch (token.text) {
    case "->":
      // One clause always matches, or the code raises: n clauses are n - 1 decisions.
      if (level.opener >= 0 && level.arrows > 0) counted.cyclomatic += 1;
      level.arrows += 1;
      level.operator = null;
      break;
    case "of":
    case "else":
      level.arrows = 0;
      break;
    case "after":
      level.inHandler = false;
      break;
    case "catch":
      handler(token, level, counted);
      break;
    case "||":
    case "?=":
      counted.cyclomatic += 1;
      break;
    case "andalso":
    case "orelse":
      counted.cyclomatic += 1;
      if (level.operator !== token.text) counted.cognitive += 1;
      level.operator = token.text;
      break;
    case ",":
    case ";":
    case "=":
      level.operator = null;
      break;
    default:
  }
}

/** The part of a `try` that handles what was raised; `catch` as an operator is none. */
function handler(token: Token, level: Level, counted: Tally): void {
  if (!level.isTry || level.inHandler) return;
  level.arrows = 0;
  level.inHandler = true;
  counted.cyclomatic += 1;
  counted.cognitive += 1 + level.cognitive;
  deepen(counted, level.control + 1, token.line);
}

function deepen(counted: Tally, control: number, line: number): void {
  if (control > counted.nesting) Object.assign(counted, { nesting: control, deepestLine: line });
}

function isCall(before: Token | undefined): boolean {
  if (before?.kind === "atom")
    return !/^(andalso|orelse|not|and|or|xor|case|if|of|when|catch|begin)$/.test(before.text);
  return before?.kind === "variable" || before?.text === ")";
}

function isSelfCall(tokens: readonly Token[], index: number, { name, arity }: Clause, forms: Forms): boolean {
  if (tokens[index]?.text !== name || tokens[index + 1]?.text !== "(" || tokens[index - 1]?.text === ":")
    return false;
  return argumentCount(tokens, index + 1, forms.partner[index + 1] ?? -1, forms.around) === arity;
}
