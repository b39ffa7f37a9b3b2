// Checks the steps of a workflow before any value is known: with each that its parameters may have, as far as those can be told.
import { nearest } from "../../../runtime/nearest.ts";
import { checkSteps, type PipelineValue } from "../language/check.ts";
import type { SpecificationProblem, WrittenStep } from "../language/specification.ts";
import { type ParameterShape, pipelineWordOf, repeatsMax } from "../language/vocabulary.ts";
import { filledStep, type PlaceholderUse, placeholdersOf, type ValueAt } from "./placeholders.ts";
import type { WorkflowParameter } from "./schema.ts";
import { quoted } from "./values.ts";

type Parameters = Readonly<Record<string, WorkflowParameter>>;

/** In the order of the steps; a step is known by its number, and spans are those of its text. */
export function problemsOfSteps(
  steps: readonly WrittenStep[],
  parameters: Parameters,
): readonly SpecificationProblem[] {
  const problems = steps.flatMap((step) => {
    const uses = placeholdersOf(step);
    const misplaced = uses.flatMap((use) => problemOfUse(use, parameters) ?? []);
    return misplaced.length > 0 ? misplaced : problemsOfValues(step, uses, parameters);
  });
  return problems.length > 0 ? problems : problemsOfAll(steps, parameters);
}

/** What steps that are each right make no sense of together, as they are where no value is given that need not be. */
function problemsOfAll(
  steps: readonly WrittenStep[],
  parameters: Parameters,
): readonly SpecificationProblem[] {
  const valueAt: ValueAt = (use) => {
    const { default: own, required, type } = parameters[use.name] ?? {};
    return own !== undefined || required === true || type === "flag" ? sampleOf(use, parameters) : undefined;
  };
  const checked = checkSteps(steps.map((step) => filledStep(step, valueAt)));
  return checked.ok ? [] : checked.problems;
}

function problemOfUse(use: PlaceholderUse, parameters: Parameters): SpecificationProblem | undefined {
  const { step, name, mayBeLeftOut } = use;
  const refused = (message: string, remedy: string) => ({
    ...{ step: step.number, span: use.in.span, message, remedy },
  });
  const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (parameter === undefined) {
    const known = Object.keys(parameters);
    const meant = nearest(name, known);
    const remedy =
      meant !== undefined
        ? `Did you mean {{${meant}}}?`
        : `Add it below parameters${known.length === 0 ? "" : `, where there are ${known.join(", ")}`}.`;
    return refused(`There is no parameter for {{${name}}}.`, remedy);
  }
  // Whoever gives a value would choose what is done.
  if (step.word === "workflow" && "name" in use.in && use.in.name === "template")
    return refused("The workflow that a step runs cannot be a parameter.", "Write its name.");
  if (mayHaveNone(parameter) && !mayBeLeftOut)
    return refused(
      `{{${name}}} may have no value, and here it cannot be left out.`,
      `Give ${name} a default, or make it required.`,
    );
  return undefined;
}

function problemsOfValues(
  step: WrittenStep,
  uses: readonly PlaceholderUse[],
  parameters: Parameters,
): readonly SpecificationProblem[] {
  const first = problemsWith(step, uses, (use) => sampleOf(use, parameters));
  const names = [...new Set(uses.map(({ name }) => name))];
  const others = names.flatMap((name) =>
    valuesOf(parameters[name]).flatMap((value) =>
      problemsWith(step, uses, (use) => (use.name === name ? value : sampleOf(use, parameters))),
    ),
  );
  const seen = new Set<string>();
  return [...first, ...others].filter(({ span, message }) => {
    const key = `${span.at} ${message}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

function problemsWith(
  step: WrittenStep,
  uses: readonly PlaceholderUse[],
  valueAt: ValueAt,
): readonly SpecificationProblem[] {
  const checked = checkSteps([filledStep(step, valueAt)]);
  if (checked.ok) return [];
  return checked.problems.map((problem) => withValues(problem, uses, valueAt));
}

/** Says of which parameters a value is made that is wrong: it stands nowhere in the text. */
export function withValues(
  problem: SpecificationProblem,
  uses: readonly PlaceholderUse[],
  valueAt: ValueAt,
): SpecificationProblem {
  const own = uses.filter((use) => use.in.span.at === problem.span.at);
  if (own.length === 0) return problem;
  const said = own.map((use) => {
    const value = valueAt(use);
    if (value === undefined) return `{{${use.name}}} has no value`;
    return `{{${use.name}}} is ${typeof value === "string" ? quoted(value) : value}`;
  });
  return { ...problem, remedy: `${problem.remedy} Here ${said.join(" and ")}.`.trim() };
}

/** Its default, or a value that fits where it stands, of its type where anything does; of a choice the first, whether it fits or not. */
function sampleOf(use: PlaceholderUse, parameters: Parameters): PipelineValue {
  const { type = "text", default: own, choices: [first = ""] = [] } = parameters[use.name] ?? {};
  if (own !== undefined) return own;
  // Whatever a comparison asks, a number is something to compare with.
  if ("path" in use.in && type === "text") return 1;
  if (type === "choice") return first;
  if (type === "flag") return false;
  const shape = use.mayBeLeftOut ? shapeOf(use) : undefined;
  if (type === "number") return shape?.kind === "count" ? shape.least : 1;
  return fitting(shape);
}

/** What a parameter may be, where that is little: undefined stands for no value. */
function valuesOf(parameter: WorkflowParameter | undefined): readonly (PipelineValue | undefined)[] {
  if (parameter === undefined) return [];
  const none = mayHaveNone(parameter) ? [undefined] : [];
  if (parameter.type === "flag") return [true, false];
  return parameter.type === "choice" ? [...(parameter.choices ?? []), ...none] : none;
}

function mayHaveNone({ default: own, required, type }: WorkflowParameter): boolean {
  return own === undefined && !required && type !== "flag";
}

function shapeOf({ step, in: holder }: PlaceholderUse): ParameterShape | undefined {
  if (!("name" in holder)) return undefined;
  const known = [...(pipelineWordOf(step.word)?.parameters ?? []), repeatsMax];
  return known.find(({ name }) => name === holder.name)?.shape;
}

function fitting(shape: ParameterShape | undefined): PipelineValue {
  switch (shape?.kind) {
    case "choice":
      return shape.choices[0] ?? "";
    case "flag":
      return true;
    case "share":
      return 1;
    case "count":
      return shape.least;
    default:
      return "text";
  }
}
