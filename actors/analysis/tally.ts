// Adds up the complexities and the nesting of each listed function.
import { increments, logicalSequences } from "./cognitive.ts";
import type { Element, Syntax } from "./structure.ts";

export interface Tally {
  /** Decisions; a function's cyclomatic complexity is one more. */
  cyclomatic: number;
  cognitive: number;
  /** Levels of control flow, conditional expressions and functions not counted. */
  nesting: number;
  deepestLine: number;
}

/**
 * Per owner (see `ownership`), with -1 for code outside of functions. Elements come outer before inner, so one pass knows
 * what is around each.
 */
export function tally(
  elements: readonly Element[],
  owner: readonly number[],
  syntax: Syntax,
): ReadonlyMap<number, Tally> {
  const sequences = logicalSequences(elements, syntax);
  const tallies = new Map<number, Tally>();
  /** Levels around what is inside an element: all that count for cognitive complexity, and those that are control flow. */
  const inside: { readonly cognitive: number; readonly control: number }[] = [];
  for (const [index, element] of elements.entries()) {
    const owning = owner[index] ?? -1;
    const counted = tallies.get(owning) ?? emptyTally(elements[owning]?.line ?? 1);
    tallies.set(owning, counted);
    const startsAnew = owning === index || element.role === "class";
    const level = (startsAnew ? undefined : inside[element.parent]) ?? { cognitive: 0, control: 0 };
    const { cyclomatic, cognitive, deepens } = increments[element.role];
    counted.cyclomatic += cyclomatic;
    if (cognitive !== "none") counted.cognitive += cognitive === "nested" ? 1 + level.cognitive : 1;
    counted.cognitive += sequences.get(index) ?? 0;
    const isFolded = (element.role === "declaration" || element.role === "lambda") && owning !== index;
    const control = level.control + (deepens && element.role !== "ternary" ? 1 : 0);
    inside.push({ cognitive: level.cognitive + (deepens || isFolded ? 1 : 0), control });
    if (control > counted.nesting) {
      counted.nesting = control;
      counted.deepestLine = element.line;
    }
  }
  for (const index of recursiveFunctions(elements, owner, syntax)) {
    const counted = tallies.get(index);
    if (counted !== undefined) counted.cognitive += 1;
  }
  return tallies;
}

export function emptyTally(line: number): Tally {
  return { cyclomatic: 0, cognitive: 0, nesting: 0, deepestLine: line };
}

/** Declared functions that call themselves; a cycle of several functions is not looked for. */
function recursiveFunctions(
  elements: readonly Element[],
  owner: readonly number[],
  syntax: Syntax,
): ReadonlySet<number> {
  const recursive = new Set<number>();
  const selfCalls = new Map<number, string | null>();
  for (const [index, { role, node }] of elements.entries()) {
    const owning = owner[index] ?? -1;
    if (role === "declaration") selfCalls.set(index, syntax.selfCall(node));
    if (role !== "call" || recursive.has(owning) || !selfCalls.has(owning)) continue;
    if (selfCalls.get(owning) === syntax.spelling(node)) recursive.add(owning);
  }
  return recursive;
}
