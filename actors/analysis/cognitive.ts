// What each kind of structure adds to the two complexities, and the sequences of logical operators.
import type { SgNode } from "@ast-grep/napi";
import type { Element, Role, Syntax } from "./structure.ts";

export interface Increment {
  /** Paths added: T. J. McCabe, "A Complexity Measure", 1976: decisions + 1. */
  readonly cyclomatic: number;
  /** G. A. Campbell, "Cognitive Complexity", SonarSource, 2023. `nested` adds one more for each structure around it. */
  readonly cognitive: "none" | "flat" | "nested";
  /** True where what is inside is one level deeper. An `elseIf` is not: it stands inside the `if` already. */
  readonly deepens: boolean;
}

const nothing: Increment = { cyclomatic: 0, cognitive: "none", deepens: false };
const structure: Increment = { cyclomatic: 1, cognitive: "nested", deepens: true };

/** `logical` and `call` are counted by sequence and by function, not here. */
export const increments: Readonly<Record<Role, Increment>> = {
  declaration: nothing,
  lambda: nothing,
  class: nothing,
  call: nothing,
  logical: { cyclomatic: 1, cognitive: "none", deepens: false },
  branch: { cyclomatic: 1, cognitive: "none", deepens: false },
  if: structure,
  elseIf: { cyclomatic: 1, cognitive: "flat", deepens: false },
  else: { cyclomatic: 0, cognitive: "flat", deepens: false },
  switch: { cyclomatic: 0, cognitive: "nested", deepens: true },
  loop: structure,
  catch: structure,
  ternary: structure,
  jump: { cyclomatic: 0, cognitive: "flat", deepens: false },
};

/**
 * Per element that is the outermost of a run of logical operators: how many sequences of like operators the run has, read
 * from left to right through parentheses. `??` is a shorthand that the paper ignores.
 */
export function logicalSequences(elements: readonly Element[], syntax: Syntax): ReadonlyMap<number, number> {
  const byRange = new Map<string, number>();
  for (const [index, { role, start, end }] of elements.entries()) {
    if (role === "logical") byRange.set(`${start}:${end}`, index);
  }
  const inner = new Set<number>();
  const sequences = new Map<number, number>();
  for (const index of byRange.values()) {
    if (inner.has(index)) continue;
    const operators = operatorsOf(index, elements, syntax, byRange, inner).filter(
      (operator) => operator !== "??",
    );
    sequences.set(index, operators.filter((operator, at) => operator !== operators[at - 1]).length);
  }
  return sequences;
}

/** The operators of a run in the order of the text, by a walk that needs no stack of calls; marks those it passed as inner. */
function operatorsOf(
  outermost: number,
  elements: readonly Element[],
  syntax: Syntax,
  byRange: ReadonlyMap<string, number>,
  inner: Set<number>,
): string[] {
  const operators: string[] = [];
  const todo: (number | string)[] = [outermost];
  while (todo.length > 0) {
    const next = todo.pop();
    if (typeof next !== "number") {
      operators.push(next ?? "");
      continue;
    }
    const node = elements[next]?.node;
    const parts = node === undefined ? null : syntax.logical(node);
    if (parts === null) continue;
    const [left, right] = [parts.left, parts.right].map((operand) => logicalAt(operand, syntax, byRange));
    for (const operand of [...(left ?? []), ...(right ?? [])]) inner.add(operand);
    todo.push(...(right ?? []), parts.operator, ...(left ?? []));
  }
  return operators;
}

/** The logical operator that an operand is, through parentheses: one or none. */
function logicalAt(operand: SgNode, syntax: Syntax, byRange: ReadonlyMap<string, number>): number[] {
  const { start, end } = syntax.unwrapped(operand).range();
  const index = byRange.get(`${start.index}:${end.index}`);
  return index === undefined ? [] : [index];
}
