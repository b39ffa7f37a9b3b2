// Writes a pipeline as text that is read as the same pipeline.
import { isBareText, quotedText } from "./scan.ts";
import type { WrittenCondition, WrittenParameter, WrittenStep, WrittenValue } from "./specification.ts";

export function printSpecification(steps: readonly Omit<WrittenStep, "span">[]): string {
  return steps.map(printStep).join(" | ");
}

function printStep({ conditions, word, parameters }: Omit<WrittenStep, "span">): string {
  return [...conditions.map(printCondition), word, ...parameters.map(printParameter)].join(" ");
}

function printCondition({ word, path, operator, value }: WrittenCondition): string {
  return `${word}:${path}${operator}${printValue(value)}`;
}

function printParameter({ name, value }: WrittenParameter): string {
  return value === undefined ? name : `${name}:${printValue(value)}`;
}

function printValue({ text, isQuoted }: WrittenValue): string {
  return isQuoted || !isBareText(text) ? quotedText(text) : text;
}
