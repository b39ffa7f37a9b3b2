// What a command line says of a workflow: its name, its parameters, and their values.
import type { PipelineValue } from "../actors/pipeline/language/check.ts";
import type { ParameterValues } from "../actors/pipeline/workflow/values.ts";
import type { WorkflowDraft } from "../actors/pipeline/workflow/write.ts";
import { optionValue, type ParsedCommand } from "./parse.ts";
import { UsageError } from "./usage.ts";

/** From the argument or `--name`. @throws {UsageError} it is not there, or there are two */
export function namedWorkflow(parsed: ParsedCommand): string {
  const topic = parsed.command.words.join(" ");
  const [argument] = parsed.arguments;
  const option = optionValue(parsed, "name");
  if (argument !== undefined && option !== undefined && argument !== option)
    throw new UsageError(
      `Two names are given, ${quoted(argument)} and --name ${quoted(option)}. Leave one out.`,
      topic,
    );
  const name = argument ?? option;
  if (name === undefined)
    throw new UsageError(
      `aiex ${topic} needs a NAME: \`aiex workflow list\` prints those that there are.`,
      topic,
    );
  return name;
}

/** Of `--set NAME=VALUE`. @throws {UsageError} */
export function valuesAsked(parsed: ParsedCommand): ParameterValues {
  const topic = parsed.command.words.join(" ");
  const values: Record<string, PipelineValue> = {};
  for (const text of parsed.lists.get("set") ?? []) {
    const [all, name = "", value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (all === undefined)
      throw new UsageError(
        `--set cannot be ${quoted(text)}; it is PARAMETER=VALUE, such as level=basic.`,
        topic,
      );
    if (Object.hasOwn(values, name))
      throw new UsageError(`--set gives ${quoted(name)} twice. Give it once.`, topic);
    // A name such as __proto__ is told of as well.
    Object.defineProperty(values, name, { value, enumerable: true });
  }
  return values;
}

/** Of `--parameter NAME[:TYPE][=DEFAULT]`. @throws {UsageError} */
export function parametersAsked(parsed: ParsedCommand): WorkflowDraft["parameters"] {
  const topic = parsed.command.words.join(" ");
  const parameters: Record<string, WorkflowDraft["parameters"][string]> = {};
  for (const text of parsed.lists.get("parameter") ?? []) {
    const [all, name = "", type = "text", fallback] = /^([^:=]+)(?::([^=]+))?(?:=(.*))?$/s.exec(text) ?? [];
    if (all === undefined)
      throw new UsageError(
        `--parameter cannot be ${quoted(text)}; it is NAME[:TYPE][=DEFAULT], such as level:low,high=low.`,
        topic,
      );
    if (Object.hasOwn(parameters, name))
      throw new UsageError(`The parameter ${quoted(name)} is given twice.`, topic);
    const value = { ...shapeOf(type, text, topic), ...defaultOf(type, fallback) };
    // A name such as __proto__ is told of as well.
    Object.defineProperty(parameters, name, { value, enumerable: true });
  }
  return parameters;
}

function shapeOf(
  type: string,
  text: string,
  topic: string,
): Pick<WorkflowDraft["parameters"][string], "type" | "choices"> {
  if (type === "text" || type === "number" || type === "flag") return { type };
  if (type.includes(",")) return { type: "choice", choices: type.split(",").map((word) => word.trim()) };
  throw new UsageError(
    `${quoted(type)} in --parameter ${quoted(text)} is no type; it is text, number, flag, or the words of a choice with commas, such as low,high.`,
    topic,
  );
}

/** What has no default is required, but for a flag: that is off. */
function defaultOf(
  type: string,
  given: string | undefined,
): { readonly default?: PipelineValue; readonly required?: true } {
  if (given === undefined) return type === "flag" ? {} : { required: true };
  const isNumber = type === "number" && /^-?\d+(?:\.\d+)?$/.test(given);
  const isFlag = type === "flag" && (given === "true" || given === "false");
  return { default: isNumber ? Number(given) : isFlag ? given === "true" : given };
}

function quoted(text: string): string {
  return JSON.stringify(text.length > charactersShown ? `${text.slice(0, charactersShown)}...` : text);
}

// Enough to recognize what was typed.
const charactersShown = 60;
