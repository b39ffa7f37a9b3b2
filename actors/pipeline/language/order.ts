// What is wrong with the order of steps that are each right: what one of them does that another one makes no sense of. Pure.
import type { PipelineStep } from "./check.ts";
import type { Span, SpecificationProblem } from "./specification.ts";

/** @param spanOf where a step stands, by its number */
export function problemsOfOrder(
  steps: readonly PipelineStep[],
  spanOf: (step: number) => Span,
): readonly SpecificationProblem[] {
  const problems: SpecificationProblem[] = [];
  let depth = 0;
  let proposing: PipelineStep | undefined;
  for (const step of steps) {
    const { number, word, parameters } = step;
    const problem = (message: string, remedy: string): void => {
      problems.push({ step: number, span: spanOf(number), message, remedy });
    };
    if (word === "split") depth += 1;
    if (word === "merge") depth = Math.max(0, depth - 1);
    if (depth > 0 && (word === "save" || parameters.output !== undefined))
      problem(
        `${word} stands between split and merge, and would write the same file for every part.`,
        "Save the whole behind merge.",
      );
    if (parameters.apply === true && proposing !== undefined)
      problem(
        `Step ${proposing.number} would change files and does not, so ${word} has nothing on the disk to apply its changes to.`,
        `Add apply to step ${proposing.number}, or take it out here.`,
      );
    if (isProposing(step)) proposing ??= step;
  }
  return problems;
}

/** Whether the steps behind it work on files that are not so on the disk. */
function isProposing({ word, parameters }: PipelineStep): boolean {
  if (parameters.apply === true) return false;
  return word === "refactor" || (word === "document" && parameters.preview === true);
}
