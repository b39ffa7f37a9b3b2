// Places for the parameters of a workflow, in the values of its steps. What is put in is a value from then on: it is never read as a part of
// the specification, nor looked through for places.
import type { PipelineValue } from "../language/check.ts";
import type {
  WrittenCondition,
  WrittenParameter,
  WrittenStep,
  WrittenValue,
} from "../language/specification.ts";

const placeholder = /\{\{([A-Za-z][A-Za-z0-9_-]*)\}\}/g;

/** Where a placeholder stands. */
export interface PlaceholderUse {
  readonly step: WrittenStep;
  readonly in: WrittenCondition | WrittenParameter;
  /** The name that is in it. */
  readonly name: string;
  /** True where the parameter of a step is this alone: then it can be left out. */
  readonly mayBeLeftOut: boolean;
}

export function placeholdersOf(step: WrittenStep): readonly PlaceholderUse[] {
  return [...step.conditions, ...step.parameters].flatMap((holder) =>
    [...(holder.value?.text ?? "").matchAll(placeholder)].map(([all, name = ""]) => ({
      ...{ step, in: holder, name },
      mayBeLeftOut: "name" in holder && holder.value?.text === all,
    })),
  );
}

/** Gives the value that stands in a place; undefined for none. */
export type ValueAt = (use: PlaceholderUse) => PipelineValue | undefined;

/** A parameter that is a place without a value is left out; elsewhere what has no value is an empty text. */
export function filledStep(step: WrittenStep, valueAt: ValueAt): WrittenStep {
  const uses = placeholdersOf(step);
  if (uses.length === 0) return step;
  const filled = (holder: PlaceholderUse["in"], value: WrittenValue): WrittenValue | undefined => {
    const own = uses.filter((use) => use.in === holder);
    const [first] = own;
    if (first === undefined) return value;
    if (value.text === `{{${first.name}}}`) return writtenValue(valueAt(first), "path" in holder);
    let next = 0;
    const text = value.text.replace(placeholder, () => {
      const use = own[next];
      next += 1;
      return String((use === undefined ? undefined : valueAt(use)) ?? "");
    });
    return { text, isQuoted: "path" in holder };
  };
  return {
    ...step,
    conditions: step.conditions.map((condition) => ({
      ...condition,
      value: filled(condition, condition.value) ?? { text: "", isQuoted: true },
    })),
    parameters: step.parameters.flatMap((parameter) => {
      if (parameter.value === undefined) return [parameter];
      const value = filled(parameter, parameter.value);
      return value === undefined ? [] : [{ ...parameter, value }];
    }),
  };
}

/** A text stays a text in a comparison, whatever it looks like. */
function writtenValue(value: PipelineValue | undefined, isCompared: boolean): WrittenValue | undefined {
  if (value === undefined) return undefined;
  return { text: String(value), isQuoted: isCompared && typeof value === "string" };
}
