// Cuts the tokens of an Erlang text into its attributes and the clauses of its functions.
import { bracketsDeepMax } from "../limits.ts";
import type { Token } from "./erlang-tokens.ts";

export interface Attribute {
  readonly name: string;
  /** Index of its first token and of the dot behind it. */
  readonly first: number;
  readonly end: number;
}

export interface Clause {
  readonly name: string;
  readonly arity: number;
  /** Index of its name, of the first token of its body, and of the `;` or the dot behind it. */
  readonly first: number;
  readonly body: number;
  readonly end: number;
}

export interface Forms {
  readonly attributes: readonly Attribute[];
  readonly clauses: readonly Clause[];
  /** Per token: the index of the bracket or `end` that closes or opens it, -1 for other tokens. */
  readonly partner: readonly number[];
  /** Per token: the index of the bracket, `case`, `fun` … around it, -1 at the top. */
  readonly around: readonly number[];
  /** The first and last tokens of what is no function: mostly one whose brackets do not match, since a macro stands for one. */
  readonly broken: readonly (readonly [first: number, last: number])[];
}

const closers = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
  ["<<", ">>"],
]);
const closing = new Set(closers.values());
/** Of a form that is data, as in a file of configuration, or that a macro stands for. */
const termBeginnings = new Set(["{", "[", "<<", "?"]);
const blocks = new Set(["case", "if", "receive", "try", "maybe", "begin"]);

export function formsOf(tokens: readonly Token[]): Forms {
  const partner = tokens.map(() => -1);
  const around: number[] = [];
  const attributes: Attribute[] = [];
  const clauses: Clause[] = [];
  const broken: (readonly [number, number])[] = [];
  for (let first = 0; first < tokens.length; ) {
    const { end, isMatched } = matchForm(tokens, first, partner, around);
    const name = tokens[first + 1];
    if (tokens[first]?.text === "-" && name !== undefined) attributes.push({ name: name.text, first, end });
    else {
      const isWhole = isMatched && end < tokens.length;
      const found = isWhole ? clausesOf(tokens, first, end, partner, around) : [];
      clauses.push(...found);
      if (found.length === 0 && !(isWhole && termBeginnings.has(tokens[first]?.text ?? ""))) {
        broken.push([first, Math.min(end, tokens.length - 1)]);
      }
    }
    first = end + 1;
  }
  return { attributes, clauses, partner, around, broken };
}

/** Matches the brackets of the form that begins at `first`, and finds the dot that ends it. */
function matchForm(
  tokens: readonly Token[],
  first: number,
  partner: number[],
  around: number[],
): { readonly end: number; readonly isMatched: boolean } {
  const open: number[] = [];
  const isAttribute = tokens[first]?.text === "-";
  let isMatched = true;
  let index = first;
  for (; index < tokens.length && tokens[index]?.kind !== "dot"; index++) {
    const token = tokens[index];
    if (token === undefined) break;
    if (closing.has(token.text) || token.text === "end") {
      const opened = open.at(-1) ?? -1;
      const expected = closers.get(tokens[opened]?.text ?? "") ?? "end";
      if (opened >= 0 && expected === token.text) {
        open.pop();
        partner[opened] = index;
        partner[index] = opened;
      } else isMatched = false;
    }
    around.push(open.at(-1) ?? -1);
    if (closers.has(token.text) || (!isAttribute && opensBlock(tokens, index))) open.push(index);
    if (open.length > bracketsDeepMax) isMatched = false;
  }
  if (index < tokens.length) around.push(-1);
  return { end: index, isMatched: isMatched && open.length === 0 };
}

/** A `fun` opens a block where clauses follow, and none in `fun f/1`. */
function opensBlock(tokens: readonly Token[], index: number): boolean {
  const token = tokens[index];
  if (token?.kind !== "atom" || tokens[index - 1]?.text === "#" || tokens[index - 1]?.text === "?")
    return false;
  if (token.text !== "fun") return blocks.has(token.text);
  const [next, second] = [tokens[index + 1], tokens[index + 2]];
  return next?.text === "(" || (next?.kind === "variable" && second?.text === "(");
}

function clausesOf(
  tokens: readonly Token[],
  first: number,
  end: number,
  partner: readonly number[],
  around: readonly number[],
): Clause[] {
  const clauses: Clause[] = [];
  const name = tokens[first]?.text;
  let start = first;
  for (let index = first; index <= end; index++) {
    const isEnd =
      index === end ||
      (tokens[index]?.text === ";" && around[index] === -1 && isHead(tokens, index + 1, name));
    if (!isEnd) continue;
    const clause = clauseAt(tokens, start, index, partner, around);
    if (clause !== null) clauses.push(clause);
    start = index + 1;
  }
  return clauses;
}

/** What follows a `;` in a guard does not begin with the function's own name. */
function isHead(tokens: readonly Token[], index: number, name: string | undefined): boolean {
  return tokens[index]?.text === name && tokens[index + 1]?.text === "(";
}

function clauseAt(
  tokens: readonly Token[],
  first: number,
  end: number,
  partner: readonly number[],
  around: readonly number[],
): Clause | null {
  const name = tokens[first];
  const closed = tokens[first + 1]?.text === "(" ? (partner[first + 1] ?? -1) : -1;
  if (name?.kind !== "atom" || closed < 0) return null;
  let body = closed + 1;
  while (body < end && !(tokens[body]?.text === "->" && around[body] === -1)) body += 1;
  if (body >= end) return null;
  return {
    name: name.text,
    arity: argumentCount(tokens, first + 1, closed, around),
    first,
    body: body + 1,
    end,
  };
}

/** The arguments between two brackets that belong together. */
export function argumentCount(
  tokens: readonly Token[],
  open: number,
  closed: number,
  around: readonly number[],
): number {
  if (closed <= open + 1) return 0;
  let commas = 0;
  for (let index = open + 1; index < closed; index++) {
    if (around[index] === open && tokens[index]?.text === ",") commas += 1;
  }
  return commas + 1;
}
