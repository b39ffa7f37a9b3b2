// Decides which functions of a file are listed, and to which listed function each structure belongs.
import { increments } from "./cognitive.ts";
import type { Element, Syntax } from "./structure.ts";

export interface Ownership {
  /** Per element: the index of the listed function that its complexity counts for, -1 for code outside of functions. */
  readonly owner: readonly number[];
  /** Indexes of the listed functions, in source order. */
  readonly listed: readonly number[];
}

/**
 * Declared functions are always listed. A lambda is listed where it reads as a function of its own (it has a name or a block)
 * and what is around it is only declarative, that is, holds no structure of its own; else it counts for the function around
 * it, one level deeper. That is the Cognitive Complexity paper's rule for nested functions and its exception for JavaScript.
 */
export function ownership(elements: readonly Element[], syntax: Syntax): Ownership {
  const structured = structuredFunctions(elements);
  const scopes: Scope[] = [];
  for (const [index, element] of elements.entries()) {
    const around = scopes[element.parent] ?? { owner: -1, isOpen: true };
    scopes.push(scopeOf(element, index, around, structured, syntax));
  }
  const owner = scopes.map((scope) => scope.owner);
  return { owner, listed: owner.flatMap((owning, index) => (owning === index ? [index] : [])) };
}

interface Scope {
  readonly owner: number;
  /** True where a lambda may be listed by itself. */
  readonly isOpen: boolean;
}

function scopeOf(
  { role, node }: Element,
  index: number,
  around: Scope,
  structured: ReadonlySet<number>,
  syntax: Syntax,
): Scope {
  switch (role) {
    case "class":
      return { owner: -1, isOpen: true };
    case "declaration":
      return { owner: index, isOpen: !structured.has(index) };
    case "lambda":
      return {
        owner: around.isOpen && syntax.isListable(node) ? index : around.owner,
        isOpen: around.isOpen && !structured.has(index),
      };
    default:
      return around;
  }
}

/** Functions with a structure directly in them, not in a function or class inside. */
function structuredFunctions(elements: readonly Element[]): ReadonlySet<number> {
  const structured = new Set<number>();
  const nearest: number[] = [];
  for (const [index, { role, parent }] of elements.entries()) {
    const around = nearest[parent] ?? -1;
    const isScope = role === "declaration" || role === "lambda" || role === "class";
    nearest.push(isScope ? index : around);
    if (!isScope && (increments[role].cognitive !== "none" || role === "logical")) structured.add(around);
  }
  return structured;
}
