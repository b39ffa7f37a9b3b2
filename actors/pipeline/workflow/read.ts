// Reads the text of a workflow's file, with all that is wrong in it told at once.
import type { z } from "zod";
import { nearest } from "../../../runtime/nearest.ts";
import { specificationStepsMax } from "../language/limits.ts";
import { parseSpecification } from "../language/parse.ts";
import type { Span, SpecificationProblem, WrittenStep } from "../language/specification.ts";
import { problemsOfSteps } from "./check-steps.ts";
import { workflowProblemsMax } from "./limits.ts";
import { workflowModes } from "./modes.ts";
import type { WorkflowProblem } from "./problem.ts";
import { parameterTypes, type WorkflowFile, workflowFile } from "./schema.ts";
import { takeValue } from "./values.ts";
import { readYamlData, type YamlData } from "./yaml-data.ts";

/** A workflow that is whole: every step is of a known form, and takes every value that its parameters may have. */
export interface Workflow extends Omit<WorkflowFile, "spec" | "steps"> {
  /** Numbered from 1, with the places for parameters still in them. */
  readonly steps: readonly WrittenStep[];
}

export type ReadWorkflow =
  | { readonly ok: true; readonly workflow: Workflow; readonly places: WorkflowPlaces }
  | { readonly ok: false; readonly problems: readonly WorkflowProblem[] };

/** Where in its file what is said of a step stands. */
export interface WorkflowPlaces {
  of(step: number, span: Span): WorkflowProblem["place"];
}

/** Never throws, whatever the text is. `name` is the one that it has to have; undefined for any. */
export function readWorkflow(text: string, name?: string): ReadWorkflow {
  const data = readYamlData(text);
  if (data.problems.length > 0) return refused(data.problems);
  const parsed = workflowFile.safeParse(data.value);
  if (!parsed.success) return refused(parsed.error.issues.flatMap((issue) => problemsOfIssue(issue, data)));
  const { spec, steps: list, ...file } = parsed.data;
  const written = new WrittenSteps(data, file, [spec, list]);
  const problems = [
    ...nameProblems(file.name, name, data),
    ...parameterProblems(file, data),
    ...written.problems,
  ];
  if (problems.length > 0) return refused(problems);
  return { ok: true, workflow: { ...file, steps: written.steps }, places: written };
}

function refused(problems: readonly WorkflowProblem[]): ReadWorkflow {
  const inOrder = [...problems].sort((one, other) => order(one) - order(other));
  return { ok: false, problems: inOrder.slice(0, workflowProblemsMax) };
}

function order({ place }: WorkflowProblem): number {
  return place === undefined ? 0 : place.line * 1_000_000 + Math.min(place.column, 999_999);
}

/** The steps of a file, read from the one text or the several in which they are. */
class WrittenSteps implements WorkflowPlaces {
  readonly steps: WrittenStep[] = [];
  readonly problems: WorkflowProblem[] = [];
  readonly #data: YamlData;
  /** Which text of the file each step is from, by its number. */
  readonly #paths = new Map<number, readonly PropertyKey[]>();

  constructor(
    data: YamlData,
    { parameters }: Pick<WorkflowFile, "parameters">,
    [spec, list]: readonly [string | undefined, readonly string[] | undefined],
  ) {
    this.#data = data;
    if ((spec === undefined) === (list === undefined)) {
      const which = spec === undefined ? "It has neither spec nor steps." : "It has both spec and steps.";
      const place = data.placeOf([spec === undefined ? "schema" : "steps"]);
      this.problems.push({ place, message: `${which} Write one of them: what is done, step by step.` });
      return;
    }
    if (spec !== undefined) this.#read(spec, ["spec"]);
    for (const [index, text] of (list ?? []).entries()) this.#read(text, ["steps", index]);
    if (this.steps.length > specificationStepsMax) {
      const message = `It has ${this.steps.length} steps, and ${specificationStepsMax} are the most. Divide it into several workflows.`;
      this.problems.push({ place: data.placeOf([spec === undefined ? "steps" : "spec"]), message });
    } else this.#tell(problemsOfSteps(this.steps, parameters));
    const unused = Object.keys(parameters).filter((one) => !isUsed(one, spec, list));
    for (const one of unused)
      this.problems.push({
        place: data.placeOf(["parameters", one]),
        message: `The parameter ${one} stands in no step. Write {{${one}}} where a value stands, or remove it.`,
      });
  }

  of(step: number, { at, length }: Span): WorkflowProblem["place"] {
    const path = this.#paths.get(step);
    return path === undefined ? undefined : this.#data.placeWithin(path, at, length);
  }

  #read(text: string, path: readonly PropertyKey[]): void {
    const before = this.steps.length;
    const { steps, problems } = parseSpecification(text);
    for (const { span, message, remedy } of problems)
      this.problems.push({
        place: this.#data.placeWithin(path, span.at, span.length),
        message: `${message} ${remedy}`,
      });
    for (const [index, step] of steps.entries()) {
      const number = before + index + 1;
      this.steps.push({ ...step, number });
      this.#paths.set(number, path);
    }
  }

  #tell(problems: readonly SpecificationProblem[]): void {
    for (const { step, span, message, remedy } of problems)
      this.problems.push({ place: this.of(step, span), message: `${message} ${remedy}` });
  }
}

function isUsed(name: string, spec: string | undefined, list: readonly string[] | undefined): boolean {
  return [spec ?? "", ...(list ?? [])].some((text) => text.includes(`{{${name}}}`));
}

function nameProblems(given: string, name: string | undefined, data: YamlData): WorkflowProblem[] {
  if (name === undefined || given === name) return [];
  const message = `The name is ${given}, and its file is that of ${name}. Make them the same.`;
  return [{ place: data.placeOf(["name"]), message }];
}

function parameterProblems(
  { parameters }: Pick<WorkflowFile, "parameters">,
  data: YamlData,
): WorkflowProblem[] {
  return Object.entries(parameters).flatMap(([name, parameter]) => {
    const { type, choices, default: own, required } = parameter;
    const path = ["parameters", name];
    const problems: WorkflowProblem[] = [];
    const refuse = (key: string, message: string) =>
      problems.push({ place: data.placeOf([...path, key]), message: `${name}: ${message}` });
    if (type === "choice" && choices === undefined)
      refuse("type", "a choice has choices. Write choices: [one, two].");
    if (type !== "choice" && choices !== undefined)
      refuse("choices", `only a choice has choices, and this is a ${type}. Write type: choice.`);
    if (choices !== undefined && new Set(choices).size < choices.length)
      refuse("choices", "one of them is given twice. Remove one of the two.");
    if (required && own !== undefined)
      refuse("required", "what is required has no default. Remove one of the two.");
    const source = data.sourceOf([...path, "default"]);
    // YAML reads 1.10 as 1.1, and 007 as 7: the text that was meant is known to nobody.
    if ((type === "text" || type === "choice") && typeof own === "number" && source !== `${own}`)
      refuse("default", `YAML takes ${source} for a number, ${own}. Write it in quotes: "${source}".`);
    else {
      const taken = own === undefined ? undefined : takeValue("default", parameter, own);
      if (typeof taken === "object") refuse("default", taken.problem);
    }
    return problems;
  });
}

/** One for each key that must not be there; otherwise one. */
function problemsOfIssue(issue: z.core.$ZodIssue, data: YamlData): WorkflowProblem[] {
  const unknown = issue.code === "unrecognized_keys" ? issue.keys : [];
  const paths = unknown.length === 0 ? [issue.path] : unknown.map((key) => [...issue.path, key]);
  return paths.map((path) => ({ place: data.placeOf(path), message: sentenceOf(issue, path, data) }));
}

function sentenceOf(issue: z.core.$ZodIssue, path: readonly PropertyKey[], { value }: YamlData): string {
  const key = path.join(".");
  if (path.length === 0)
    return "This is no workflow. A workflow has keys with values: schema, name, version and spec or steps.";
  if (issue.code === "unrecognized_keys") return unknownKey(path);
  if (issue.code === "invalid_key")
    return `${key} is no name of a parameter. It has small letters, digits and _, and begins with a letter.`;
  const given = valueAt(value, path);
  if (given === undefined || given === null)
    return `${key} is missing. ${askedFor.get(key) ?? "Write its value."}`;
  const shown =
    typeof given === "object" ? "" : `, given ${JSON.stringify(given).slice(0, givenCharactersShown)}`;
  if (issue.code === "invalid_value") {
    const words = issue.values.map(String);
    const meant = typeof given === "string" ? nearest(given, words) : undefined;
    const remedy = meant === undefined ? "" : ` Did you mean ${meant}?`;
    return `${key} must be ${words.length === 1 ? words[0] : `one of ${words.join(", ")}`}${shown}.${remedy}`;
  }
  return `${key} ${wanted(issue)}${shown}.`;
}

function wanted(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${kinds.get(issue.expected) ?? issue.expected}`;
    case "invalid_union":
      return "must be a text, a number, or true or false";
    case "too_small":
      return issue.origin === "string" || issue.origin === "array"
        ? "must not be empty"
        : `must be ${issue.minimum} at least`;
    case "too_big": {
      const unit = issue.origin === "string" ? " characters" : issue.origin === "array" ? " values" : "";
      return `must be ${issue.maximum}${unit} at most`;
    }
    default:
      return issue.message;
  }
}

function unknownKey(path: readonly PropertyKey[]): string {
  const name = String(path.at(-1));
  const known =
    path.length === 1
      ? Object.keys(workflowFile.shape)
      : ["type", "description", "choices", "default", "required"];
  const meant = nearest(name, known);
  const joined = path.join(".");
  // A key may be any text, and one that is no word is shown so that it can be seen.
  const shown = /^[\w.-]+$/.test(joined) ? joined : JSON.stringify(joined.slice(0, givenCharactersShown));
  return `${shown} is not a known key. ${meant === undefined ? `Known here: ${known.join(", ")}.` : `Did you mean ${meant}?`}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<PropertyKey, unknown>)[key];
  }
  return current;
}

// Enough to recognize what was given.
const givenCharactersShown = 60;

const kinds: ReadonlyMap<string, string> = new Map([
  ["string", "a text"],
  ["number", "a number"],
  ["int", "a whole number"],
  ["boolean", "true or false"],
  ["array", "a list"],
  ["object", "keys with values"],
  ["record", "names with values"],
]);

/** What each key that must be there is for. */
const askedFor: ReadonlyMap<string, string> = new Map([
  ["schema", "Write schema: aiex.workflow/1."],
  ["name", "Write the name of the workflow, which is that of its file."],
  ["version", "Write a whole number, such as version: 1."],
  ["mode", `Write one of ${workflowModes.join(", ")}, or leave the key out.`],
  ["type", `Write one of ${parameterTypes.join(", ")}.`],
]);
