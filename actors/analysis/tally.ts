// Adds up the complexities and the nesting of each listed function.
import { increments, logicalSequences } from "./cognitive.ts";
import type { Element, Role, Skeleton, Syntax } from "./structure.ts";

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
  { elements, selfCalls }: Skeleton,
  owner: readonly number[],
  syntax: Syntax,
): ReadonlyMap<number, Tally> {
  const sequences = logicalSequences(elements, syntax);
  const recursive = recursiveFunctions(elements, selfCalls, owner, syntax);
  const tallies = new Map<number, Tally>();
  /** Per element: the levels around what is inside it. */
  const inside: Levels[] = [];
  for (const [index, element] of elements.entries()) {
    const owning = owner[index] ?? -1;
    const counted = tallies.get(owning) ?? emptyTally(elements[owning]?.line ?? 1);
    tallies.set(owning, counted);
    const startsAnew = owning === index || element.role === "class";
    const around = (startsAnew ? undefined : inside[element.parent]) ?? { cognitive: 0, control: 0 };
    const levels = levelsInside(element.role, around, owning === index);
    inside.push(levels);
    const { cyclomatic, cognitive } = increments[element.role];
    counted.cyclomatic += cyclomatic;
    counted.cognitive += costs[cognitive](around.cognitive) + (sequences.get(index) ?? 0);
    if (owning === index && recursive.has(index)) counted.cognitive += 1;
    if (levels.control > counted.nesting)
      Object.assign(counted, { nesting: levels.control, deepestLine: element.line });
  }
  return tallies;
}

/** All levels that count for cognitive complexity, and those of them that are control flow. */
interface Levels {
  readonly cognitive: number;
  readonly control: number;
}

const costs = { none: () => 0, flat: () => 1, nested: (levels: number) => 1 + levels } as const;

function levelsInside(role: Role, around: Levels, isListed: boolean): Levels {
  const isFolded = (role === "declaration" || role === "lambda") && !isListed;
  const { deepens } = increments[role];
  return {
    cognitive: around.cognitive + (deepens || isFolded ? 1 : 0),
    control: around.control + (deepens && role !== "ternary" ? 1 : 0),
  };
}

export function emptyTally(line: number): Tally {
  return { cyclomatic: 0, cognitive: 0, nesting: 0, deepestLine: line };
}

/** Declared functions that call themselves; a cycle of several functions is not looked for. */
function recursiveFunctions(
  elements: readonly Element[],
  selfCalls: ReadonlyMap<number, string>,
  owner: readonly number[],
  syntax: Syntax,
): ReadonlySet<number> {
  const recursive = new Set<number>();
  for (const [index, { role, node }] of elements.entries()) {
    if (role !== "call") continue;
    const owning = owner[index] ?? -1;
    const caller = elements[owning];
    if (caller?.role !== "declaration" || recursive.has(owning)) continue;
    if (selfCalls.get(caller.start) === syntax.spelling(node)) recursive.add(owning);
  }
  return recursive;
}
