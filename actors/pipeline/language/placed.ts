// Where problems of a pipeline stand, as people count: lines and columns.
import type { SpecificationProblem } from "./specification.ts";

export interface PlacedProblem {
  /** From 1. */
  readonly step: number;
  /** Of the text, from 1. */
  readonly line: number;
  /** Characters of that line, from 1. */
  readonly column: number;
  /** Where it stands: UTF-16 units of the text, from 0. */
  readonly at: number;
  readonly length: number;
  readonly message: string;
  /** What to write in its place. */
  readonly remedy: string;
}

export function placedProblems(
  problems: readonly SpecificationProblem[],
  text: string,
): readonly PlacedProblem[] {
  return problems.map(({ step, span, message, remedy }) => {
    const lines = text.slice(0, span.at).split("\n");
    const column = [...(lines.at(-1) ?? "")].length + 1;
    return { step, line: lines.length, column, ...span, message, remedy };
  });
}
