// From steps as they are written to steps that are run: with values in their places, and the steps of other workflows in place of
// those that name them.
import { type CheckedSpecification, checkSteps, type PipelineStep } from "../language/check.ts";
import { problemsMax, specificationCharactersMax, specificationStepsMax } from "../language/limits.ts";
import { parseSpecification } from "../language/parse.ts";
import { printSpecification } from "../language/print.ts";
import type { SpecificationProblem, WrittenStep } from "../language/specification.ts";
import { repeatsMax } from "../language/vocabulary.ts";
import { withValues } from "./check-steps.ts";
import { workflowDepthMax, workflowProblemsMax } from "./limits.ts";
import { filledStep, placeholdersOf } from "./placeholders.ts";
import type { WorkflowProblem } from "./problem.ts";
import type { ReadWorkflow, Workflow } from "./read.ts";
import { type ParameterValues, takeValues } from "./values.ts";

/** Finds a workflow by the name that a step gives; where there is none that can be used, a sentence or two say why. */
export type WorkflowLookup = (
  name: string,
) => Promise<
  { readonly ok: true; readonly workflow: Workflow } | { readonly ok: false; readonly reason: string }
>;

export interface ExpandedSteps {
  readonly ok: true;
  /** Numbered from 1; none of them is a workflow. */
  readonly steps: readonly PipelineStep[];
  /** The same in the language: it is read as these steps. */
  readonly specification: string;
}

/** The steps of a pipeline's text, with those of the workflows that it names. Never throws but with what `lookup` does. */
export async function expandSpecification(
  text: string,
  lookup: WorkflowLookup,
): Promise<ExpandedSteps | Extract<CheckedSpecification, { readonly ok: false }>> {
  const { steps, problems } = parseSpecification(text);
  const expanded = await new Expansion(lookup).expanded(steps, problems);
  if (expanded.ok) return expanded;
  const inOrder = [...expanded.problems].sort((one, other) => one.span.at - other.span.at);
  return { ok: false, problems: inOrder.slice(0, problemsMax) };
}

export interface UnexpandedWorkflow {
  readonly ok: false;
  readonly problems: readonly WorkflowProblem[];
  /** True where nothing is wrong but values that were given, or that were not. */
  readonly areOfValues: boolean;
}

/** The steps of a workflow with the values that were given for its parameters. */
export async function expandWorkflow(
  { workflow, places }: Extract<ReadWorkflow, { readonly ok: true }>,
  given: ParameterValues,
  lookup: WorkflowLookup,
): Promise<ExpandedSteps | UnexpandedWorkflow> {
  const taken = takeValues(workflow.parameters, given);
  if (!taken.ok) {
    const problems = taken.problems.map((message) => ({ place: undefined, message }));
    return { ok: false, problems, areOfValues: true };
  }
  const valueAt = ({ name }: { readonly name: string }) => taken.values[name];
  const steps = workflow.steps.map((step) => filledStep(step, valueAt));
  const expanded = await new Expansion(lookup, [workflow.name]).expanded(steps, []);
  if (expanded.ok) return expanded;
  const told = expanded.problems.map((problem) => {
    const written = workflow.steps.find(({ number }) => number === problem.step);
    return withValues(problem, written === undefined ? [] : placeholdersOf(written), valueAt);
  });
  return {
    ok: false,
    problems: told.slice(0, workflowProblemsMax).map(({ step, span, message, remedy }) => ({
      ...{ place: places.of(step, span), message: `${message} ${remedy}`.trim() },
    })),
    // Where one has a value to say, it says more than the step did.
    areOfValues: told.every((problem, index) => problem !== expanded.problems[index]),
  };
}

class Expansion {
  readonly #lookup: WorkflowLookup;
  /** The workflows that are being expanded already. */
  readonly #around: readonly string[];
  readonly #found = new Map<string, ReturnType<WorkflowLookup>>();
  readonly #problems: SpecificationProblem[] = [];
  readonly #steps: WrittenStep[] = [];

  constructor(lookup: WorkflowLookup, around: readonly string[] = []) {
    this.#lookup = lookup;
    this.#around = around;
  }

  async expanded(
    steps: readonly WrittenStep[],
    problems: readonly SpecificationProblem[],
  ): Promise<ExpandedSteps | Extract<CheckedSpecification, { readonly ok: false }>> {
    // Those that say themselves what is wrong with them are not looked up.
    const checked = checkSteps(steps);
    const wrong = [...problems, ...(checked.ok ? [] : checked.problems)];
    for (const step of steps) {
      if (step.word !== "workflow" || wrong.some((problem) => problem.step === step.number)) this.#add(step);
      else await this.#expand(step, step, this.#around);
      if (this.#steps.length > specificationStepsMax)
        wrong.push(refused(step, tooMany, "Divide it into several."));
      if (this.#isEnough) break;
    }
    wrong.push(...distinct(this.#problems));
    const whole = wrong.length === 0 ? checkSteps(this.#steps) : undefined;
    if (whole?.ok !== true) return { ok: false, problems: [...wrong, ...(whole?.problems ?? [])] };
    const numbered = whole.steps.map((step, index) => ({ ...step, number: index + 1 }));
    const specification = printSpecification(this.#steps);
    if (specification.length > specificationCharactersMax)
      return { ok: false, problems: [tooLong(steps, specification.length)] };
    return { ok: true, steps: numbered, specification };
  }

  /** Each step that is looked at ends as one of these: whoever makes a hundred of each of a hundred waits for no more. */
  get #isEnough(): boolean {
    return this.#steps.length > specificationStepsMax || this.#problems.length >= problemsMax;
  }

  #add(step: WrittenStep): void {
    this.#steps.push(step);
  }

  /** What is wrong is told of `origin`, the step of the outermost text. */
  async #expand(step: WrittenStep, origin: WrittenStep, around: readonly string[]): Promise<void> {
    const name = step.parameters.find((parameter) => parameter.name === "template")?.value?.text ?? "";
    const refuse = (message: string, remedy: string): void => {
      this.#problems.push(refused(origin, message, remedy));
    };
    const path = [...around, name];
    if (around.includes(name))
      return refuse(
        `Workflows that run each other have no end: ${path.join(" -> ")}.`,
        "Leave one of these steps out.",
      );
    if (path.length > workflowDepthMax)
      return refuse(
        `Workflows run workflows ${path.length} deep (${path.join(" -> ")}), and ${workflowDepthMax} deep is the most.`,
        "Write the steps of one of them out.",
      );
    const found = await this.#lookUp(name);
    if (!found.ok) return refuse(found.reason, "");
    const { parameters, steps } = found.workflow;
    const taken = takeValues(parameters, {});
    if (!taken.ok)
      return refuse(
        `The workflow ${name} cannot be a step: ${taken.problems.join(" ")}`,
        "In a workflow that is a step every parameter has its default: give it one.",
      );
    const filled = steps.map((one) => filledStep(one, (use) => taken.values[use.name]));
    if (step.conditions.length > 0 && filled.length !== 1)
      return refuse(
        `A condition holds for one step, and the workflow ${name} has ${steps.length}.`,
        "Write the condition before each step that it is for, in the workflow.",
      );
    for (const one of filled) {
      const placed = {
        ...{ ...one, number: origin.number, span: origin.span },
        conditions: [...step.conditions, ...one.conditions],
        parameters: [...one.parameters, ...roundsOf(step, one)],
      };
      if (one.word === "workflow") await this.#expand(placed, origin, path);
      else this.#add(placed);
      if (this.#isEnough) return;
    }
  }

  /** Once for each name: a file is read and checked only so often. */
  #lookUp(name: string): ReturnType<WorkflowLookup> {
    const found = this.#found.get(name) ?? this.#lookup(name);
    this.#found.set(name, found);
    return found;
  }
}

/** How often it is done that stands in place of a step with `while:`, where it does not say so itself. */
function roundsOf({ conditions, parameters }: WrittenStep, one: WrittenStep): WrittenStep["parameters"] {
  const isRepeated = conditions.some(({ word }) => word === "while");
  const has = ({ name }: { readonly name: string }) => name === repeatsMax.name;
  return isRepeated && !one.parameters.some(has) ? parameters.filter(has) : [];
}

/** Steps of one workflow often have the same to say of another one. */
function distinct(problems: readonly SpecificationProblem[]): readonly SpecificationProblem[] {
  return [...new Map(problems.map((problem) => [`${problem.step} ${problem.message}`, problem])).values()];
}

const tooMany = `With the steps of its workflows it has more than ${specificationStepsMax} steps.`;

/** Told of the longest of the steps, at what is longest in it. */
function tooLong(steps: readonly WrittenStep[], characters: number): SpecificationProblem {
  const lengthOf = (step: WrittenStep) => printSpecification([step]).length;
  const step = steps.reduce((most, one) => (lengthOf(one) > lengthOf(most) ? one : most));
  const lengthIn = ({ value }: WrittenStep["parameters"][number] | WrittenStep["conditions"][number]) =>
    value?.text.length ?? 0;
  const [longest] = [...step.parameters, ...step.conditions].sort(
    (one, other) => lengthIn(other) - lengthIn(one),
  );
  return {
    ...{ step: step.number, span: longest?.span ?? step.span },
    message: `With its values and the steps of its workflows the pipeline has ${characters} characters, and ${specificationCharactersMax} are read.`,
    remedy: "Shorten its values, or divide it into several.",
  };
}

function refused({ number, span }: WrittenStep, message: string, remedy: string): SpecificationProblem {
  return { step: number, span, message, remedy };
}
