// Steps that were checked, written as text again.
import type { PipelineStep, PipelineValue } from "./check.ts";
import { printSpecification } from "./print.ts";
import type { WrittenParameter, WrittenValue } from "./specification.ts";

/** A text that is read as the same steps; values that were left out stand in it. */
export function specificationOf(steps: readonly PipelineStep[]): string {
  return printSpecification(
    steps.map(({ number, word, conditions, parameters, timesMax }) => {
      const isRepeated = conditions.some((condition) => condition.word === "while");
      const all = Object.entries(isRepeated ? { ...parameters, max: timesMax } : parameters);
      return {
        ...{ number, word },
        conditions: conditions.map(({ path, value, ...condition }) => {
          return {
            ...condition,
            path: path.join("."),
            value: written(value, true),
            span: { at: 0, length: 0 },
          };
        }),
        parameters: all
          .filter(([, value]) => value !== false)
          .map(([name, value]) => parameterOf(name, value)),
      };
    }),
  );
}

function parameterOf(name: string, value: PipelineValue): WrittenParameter {
  return { name, value: value === true ? undefined : written(value, false), span: { at: 0, length: 0 } };
}

/** A text that would be read as something else is put in quotes. */
function written(value: PipelineValue, isCompared: boolean): WrittenValue {
  const text = typeof value === "number" ? decimals(value) : String(value);
  const isOther = isCompared && typeof value === "string" && /^(?:true|false|-?[\d.]+)$/.test(text);
  return { text, isQuoted: isOther };
}

/** Without an exponent, which the language has not: with as many decimals as it reads at most. */
function decimals(value: number): string {
  const text = String(value);
  return text.includes("e") ? value.toFixed(15).replace(/0+$/, "") : text;
}
