// Cuts a C or C++ text into its outermost declarations and definitions, so that one that cannot be read costs only itself.
import { bracketsOf } from "./brackets.ts";
import type { Token } from "./tokens.ts";

/** In order; each holds the indexes of its first and last token. What is in a namespace or `extern "C"` is outermost too. */
export function itemsOf(tokens: readonly Token[]): (readonly [first: number, last: number])[] {
  const { around, inside, partner } = bracketsOf(tokens);
  const items: (readonly [number, number])[] = [];
  let first: number | null = null;
  for (let index = 0; index < tokens.length; index++) {
    const text = tokens[index]?.text ?? "";
    const isBrace = tokens[index]?.kind === "mark" && (text === "{" || text === "}");
    const opened = isBrace ? (text === "{" ? index : (partner[index] ?? -1)) : -1;
    if (isBrace && (opened < 0 || (inside.get(opened) === "outer" && !isDeep(around[opened], inside)))) {
      first = null;
      continue;
    }
    if (tokens[index]?.kind === "directive" && first === null) continue;
    first ??= index;
    if (isDeep(around[index], inside)) continue;
    const isBody = text === "}" && inside.get(opened) === "code";
    if (text !== ";" && !isBody) continue;
    items.push([first, index]);
    first = null;
  }
  if (first !== null) items.push([first, tokens.length - 1]);
  return items;
}

function isDeep(around: number | undefined, inside: ReadonlyMap<number, string>): boolean {
  return around !== undefined && around >= 0 && inside.get(around) !== "outer";
}
