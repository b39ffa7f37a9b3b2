// Which bracket of a C or C++ text belongs to which, and what the braces hold.
import type { Token } from "./tokens.ts";

/**
 * `code`: the body of a function or of a statement; `members`: of a class; `outer`: of a namespace or of `extern "C"`;
 * `list`: of an initializer or an enumeration; `round` and `square`: no braces.
 */
export type Inside = "code" | "members" | "outer" | "list" | "round" | "square";

export interface Brackets {
  /** Per token: the index of the bracket that closes or opens it, -1 for other tokens and where it has none. */
  readonly partner: readonly number[];
  /** Per token: the index of the innermost bracket around it, -1 at the top. */
  readonly around: readonly number[];
  /** Per opening bracket. */
  readonly inside: ReadonlyMap<number, Inside>;
}

const closers = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
]);
const openers = new Set([")", "]", "}"]);

export function bracketsOf(tokens: readonly Token[]): Brackets {
  const partner = tokens.map(() => -1);
  const around: number[] = [];
  const inside = new Map<number, Inside>();
  const open: number[] = [];
  for (const [index, { kind, text }] of tokens.entries()) {
    const isMark = kind === "mark";
    if (isMark && openers.has(text)) {
      const opened = open.at(-1);
      if (opened !== undefined && closers.get(tokens[opened]?.text ?? "") === text) {
        open.pop();
        partner[opened] = index;
        partner[index] = opened;
      }
    }
    around.push(open.at(-1) ?? -1);
    if (!isMark || !closers.has(text)) continue;
    inside.set(index, insideOf(tokens, index, inside.get(open.at(-1) ?? -1)));
    open.push(index);
  }
  return { partner, around, inside };
}

/** What a token stands in; `outer` at the top. */
export function insideAt(index: number, { around, inside }: Brackets): Inside {
  return inside.get(around[index] ?? -1) ?? "outer";
}

function insideOf(tokens: readonly Token[], index: number, outer: Inside | undefined): Inside {
  const text = tokens[index]?.text;
  if (text === "(") return "round";
  if (text === "[") return "square";
  const before = tokens[index - 1]?.text ?? "";
  if (/^(=|,|\(|return|\])$/.test(before) || (outer === "list" && before === "{")) return "list";
  return headOf(tokens, index) ?? "code";
}

/** By the words in front of a brace, back to the end of what stands before. */
function headOf(tokens: readonly Token[], index: number): Inside | null {
  let found: Inside | null = null;
  for (let at = index - 1; at >= 0 && at > index - headTokensMax; at--) {
    const token = tokens[at];
    if (token === undefined || /^[;{}()]$/.test(token.text) || token.kind === "directive") break;
    if (token.text === "enum") return "list";
    if (/^(class|struct|union)$/.test(token.text)) found ??= "members";
    if (/^(namespace|extern)$/.test(token.text)) found ??= "outer";
  }
  return found;
}

/** Enough for a class with a few bases. */
const headTokensMax = 40;
