// Says what a pipeline means that was read: its words, their parameters with the values that are left out, and all that is wrong.
import { nearest } from "../../../runtime/nearest.ts";
import { isBelow } from "../../workspace/below.ts";
import { hasOrder } from "./compared.ts";
import { problemsMax, quotedCharactersMax } from "./limits.ts";
import { problemsOfOrder } from "./order.ts";
import { parseSpecification } from "./parse.ts";
import type {
  Operator,
  Span,
  SpecificationProblem,
  WrittenCondition,
  WrittenParameter,
  WrittenStep,
} from "./specification.ts";
import {
  type ParameterShape,
  type ParameterWord,
  type PipelineWord,
  pipelineWordOf,
  pipelineWords,
  repeatsMax,
} from "./vocabulary.ts";

export type PipelineValue = string | number | boolean;

export interface PipelineCondition {
  /** `when` is `if`. */
  readonly word: "if" | "unless" | "while";
  /** Names, from the outermost. */
  readonly path: readonly string[];
  readonly operator: Operator;
  readonly value: PipelineValue;
}

/** Plain data, as it is kept with a run. */
export interface PipelineStep {
  /** From 1. */
  readonly number: number;
  readonly word: string;
  readonly conditions: readonly PipelineCondition[];
  readonly parameters: Readonly<Record<string, PipelineValue>>;
  /** Times that it is done at most. */
  readonly timesMax: number;
}

export type CheckedSpecification =
  | { readonly ok: true; readonly steps: readonly PipelineStep[] }
  | { readonly ok: false; readonly problems: readonly SpecificationProblem[] };

/** Never throws, whatever the text is. */
export function checkSpecification(text: string): CheckedSpecification {
  const parsed = parseSpecification(text);
  const checked = checkSteps(parsed.steps);
  const wrong = [...parsed.problems, ...(checked.ok ? [] : checked.problems)];
  if (checked.ok && wrong.length === 0) return checked;
  const problems = wrong.sort((one, other) => one.span.at - other.span.at);
  return { ok: false, problems: problems.slice(0, problemsMax) };
}

/** Of steps that were read, whatever their form was written in. The problems are in the order of the steps. */
export function checkSteps(written: readonly WrittenStep[]): CheckedSpecification {
  const checking = new Checking();
  const steps = written.map((step) => checking.step(step));
  const spans = new Map(written.map(({ number, span }) => [number, span]));
  const ordered = problemsOfOrder(steps, (number) => spans.get(number) ?? { at: 0, length: 1 });
  const problems = [...checking.problems, ...ordered].sort((one, other) => one.step - other.step);
  return problems.length === 0
    ? { ok: true, steps }
    : { ok: false, problems: problems.slice(0, problemsMax) };
}

class Checking {
  readonly problems: SpecificationProblem[] = [];
  #number = 0;

  step(written: WrittenStep): PipelineStep {
    this.#number = written.number;
    const word = pipelineWordOf(written.word);
    const conditions = written.conditions.map(conditionOf);
    const isRepeated = conditions.some((condition) => condition.word === "while");
    if (word === undefined) this.#unknownWord(written);
    for (const condition of written.conditions) this.#compared(condition);
    const known = word === undefined ? [] : [...word.parameters, ...(isRepeated ? [repeatsMax] : [])];
    const parameters = word === undefined ? {} : this.#parameters(written, word, known);
    const { max, ...others } = parameters;
    const timesMax = isRepeated && typeof max === "number" ? max : 1;
    return {
      ...{ number: written.number, word: word?.name ?? written.word, conditions, timesMax },
      parameters: isRepeated ? others : parameters,
    };
  }

  /** What is less or more than a text would never be told. */
  #compared({ operator, value, span }: WrittenCondition): void {
    if (!ordering.has(operator) || hasOrder(comparedWith(value))) return;
    const given = value.isQuoted ? `the text ${quoted(value.text)}` : quoted(value.text);
    this.#problem(
      span,
      `Nothing is ${operator} ${given}.`,
      "Compare with a number of at most 15 digits such as 0.8, a percentage such as 80%, or how grave a finding is, such as warning; without quotes.",
    );
  }

  #unknownWord({ word, span }: WrittenStep): void {
    const names = pipelineWords.map(({ name }) => name);
    const meant = nearest(word, names);
    const remedy = meant === undefined ? `There are ${names.join(", ")}.` : `Did you mean ${meant}?`;
    this.#problem(span, `There is no operation ${quoted(word)}.`, remedy);
  }

  #parameters(
    { parameters, span }: WrittenStep,
    word: PipelineWord,
    known: readonly ParameterWord[],
  ): Record<string, PipelineValue> {
    const values: Record<string, PipelineValue> = {};
    const given = new Set<string>();
    for (const parameter of parameters) {
      const one = known.find(({ name }) => name === parameter.name);
      if (one === undefined) this.#unknownParameter(parameter, word, known);
      else if (given.has(one.name))
        this.#problem(parameter.span, `${one.name} is given twice.`, "Leave one of them out.");
      else {
        const value = this.#value(parameter, one);
        if (value !== undefined) values[one.name] = value;
      }
      given.add(parameter.name);
    }
    this.#together(parameters, known, values);
    for (const { name, isRequired = false, fallback, shape, summary } of known) {
      if (given.has(name)) continue;
      if (isRequired)
        this.#problem(
          span,
          `${word.name} needs ${name}.`,
          `Write ${word.name} ${example(name, shape)}: ${lowered(summary)}.`,
        );
      else if (fallback !== undefined) values[name] = shape.kind === "count" ? Number(fallback) : fallback;
    }
    return values;
  }

  /** What one parameter says of another. */
  #together(
    parameters: readonly WrittenParameter[],
    known: readonly ParameterWord[],
    values: Readonly<Record<string, PipelineValue>>,
  ): void {
    const isSaid = (name: string): boolean => values[name] !== undefined && values[name] !== false;
    for (const { name, span } of parameters) {
      const { needs, excludes, shape } = known.find((one) => one.name === name) ?? {};
      if (shape === undefined || !isSaid(name)) continue;
      if (excludes !== undefined && isSaid(excludes))
        this.#problem(span, `${name} and ${excludes} cannot both be meant.`, "Leave one of them out.");
      const needed = known.find((one) => one.name === needs);
      if (needed !== undefined && !isSaid(needed.name))
        this.#problem(
          span,
          `${name} means nothing without ${needed.name}.`,
          `Write ${example(needed.name, needed.shape)} too: ${lowered(needed.summary)}.`,
        );
    }
  }

  #unknownParameter(
    { name, span }: WrittenParameter,
    word: PipelineWord,
    known: readonly ParameterWord[],
  ): void {
    // More are not told, and what was probably meant takes its time to find.
    if (this.problems.length >= problemsMax) return;
    const names = known.map((one) => one.name);
    const meant = nearest(name, names);
    const list = names.length === 0 ? "It takes none." : `It takes ${names.join(", ")}.`;
    const isRepeats = name === repeatsMax.name;
    const remedy =
      meant !== undefined
        ? `Did you mean ${meant}?`
        : isRepeats
          ? `max belongs to a step with while:. ${list}`
          : list;
    this.#problem(span, `${word.name} takes no ${quoted(name)}.`, remedy);
  }

  #value({ name, value, span }: WrittenParameter, { shape }: ParameterWord): PipelineValue | undefined {
    if (value === undefined && shape.kind !== "flag") {
      this.#problem(span, `${name} has no value.`, `Write ${example(name, shape)}.`);
      return undefined;
    }
    const text = value?.text ?? "true";
    const read = readValue(text, shape);
    if (read === undefined) this.#problem(span, `${name} cannot be ${quoted(text)}.`, remedyFor(text, shape));
    return read;
  }

  #problem(span: Span, message: string, remedy: string): void {
    this.problems.push({ step: this.#number, span, message, remedy });
  }
}

/** Undefined where it is none of that shape. */
function readValue(text: string, shape: ParameterShape): PipelineValue | undefined {
  switch (shape.kind) {
    case "choice":
      return choiceOf(text.toLowerCase(), shape);
    case "text":
      return isSaid(text) ? text : undefined;
    case "path":
      return isSaid(text) && (shape.isWritten !== true || isBelow(text)) ? text : undefined;
    case "flag":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "share":
      return shareOf(text);
    case "count": {
      const count = plainNumber.test(text) ? Number(text) : Number.NaN;
      return Number.isInteger(count) && count >= shape.least && count <= shape.most ? count : undefined;
    }
  }
}

function choiceOf(
  text: string,
  { choices, also = {} }: Extract<ParameterShape, { readonly kind: "choice" }>,
): string | undefined {
  if (choices.includes(text)) return text;
  return Object.hasOwn(also, text) ? also[text] : undefined;
}

function isSaid(text: string): boolean {
  return text.trim() !== "" && !text.includes("\0");
}

/** `0.9` and `90%` are the same. */
function shareOf(text: string): number | undefined {
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  const share = percent === "%" ? Number(digits) / 100 : Number(digits);
  return share >= 0 && share <= 1 ? share : undefined;
}

function remedyFor(text: string, shape: ParameterShape): string {
  switch (shape.kind) {
    case "choice": {
      const meant = nearest(text, shape.choices);
      return meant === undefined ? `It is one of ${shape.choices.join(", ")}.` : `Did you mean ${meant}?`;
    }
    case "text":
    case "path":
      return isSaid(text)
        ? "Files are written below the project's directory alone: give a path such as docs/report.md."
        : "Give a text that is not empty.";
    case "flag":
      return "Write its name alone, or true or false.";
    case "share":
      return "Give a number from 0 to 1, or a percentage such as 90%.";
    case "count":
      return `Give a whole number from ${shape.least} to ${shape.most}.`;
  }
}

function example(name: string, shape: ParameterShape): string {
  switch (shape.kind) {
    case "choice":
      return `${name}:${shape.choices[0]}`;
    case "text":
      return `${name}:"..."`;
    case "path":
      return `${name}:PATH`;
    case "share":
      return `${name}:0.9`;
    case "count":
      return `${name}:${shape.least}`;
    case "flag":
      return name;
  }
}

function conditionOf({ word, path, operator, value }: WrittenCondition): PipelineCondition {
  return { word: word === "when" ? "if" : word, path: path.split("."), operator, value: comparedWith(value) };
}

/** What is in quotes is text, and so is all that is neither a number nor true or false. */
function comparedWith({ text, isQuoted }: WrittenCondition["value"]): PipelineValue {
  if (isQuoted) return text;
  if (text === "true" || text === "false") return text === "true";
  return plainNumber.test(text) ? Number(text) : text;
}

const ordering: ReadonlySet<Operator> = new Set(["<", "<=", ">", ">="]);

const plainNumber = /^-?\d{1,15}(?:\.\d{1,15})?$/;

function quoted(text: string): string {
  return JSON.stringify(
    text.length > quotedCharactersMax ? `${text.slice(0, quotedCharactersMax)}...` : text,
  );
}

function lowered(summary: string): string {
  return `${summary.slice(0, 1).toLowerCase()}${summary.slice(1)}`;
}
