// What a template says with its values: the messages for a model. Values are put in by their types, so that data stays data. Pure.
import { Misuse } from "../../runtime/process/failures.ts";
import type { Message } from "../llm/completion.ts";
import { dataRule, fenced, fencedInstructions, fencedLines, instructionsRule, quotedLine } from "./fence.ts";
import { filled, placesIn, type Template, type Variable, type VariableType } from "./template.ts";

/** By the names of the variables. `lines` are a list, numbers are numbers, and everything else is a text. */
export type PromptValues = Readonly<Record<string, string | number | readonly string[] | undefined>>;

const untrusted: ReadonlySet<VariableType> = new Set(["line", "data", "lines"]);

/** @throws {Misuse} a value is missing, is none that its variable takes, or belongs to no variable */
export function renderPrompt(template: Template, values: PromptValues): readonly Message[] {
  const texts = new Map<string, string>();
  for (const name of Object.keys(values)) {
    if (!Object.hasOwn(template.variables, name)) throw wrong(template, name, "is no variable of it");
  }
  for (const [name, variable] of Object.entries(template.variables)) {
    const value = values[name];
    if (value !== undefined && value !== "") texts.set(name, textOf(template, name, variable, value));
    else if (!variable.optional) throw wrong(template, name, "needs a value");
  }
  const { system, user } = template;
  const types = new Set(
    [...placesIn(template)].filter((name) => texts.has(name)).map((name) => template.variables[name]?.type),
  );
  const hasData = [...untrusted].some((type) => types.has(type));
  const said = [
    filled(system, (name) => texts.get(name)).trimEnd(),
    ...(types.has("instructions") ? [instructionsRule] : []),
    ...(hasData ? [dataRule] : []),
  ].filter((text) => text !== "");
  return [
    ...(said.length === 0 ? [] : [{ role: "system", content: said.join("\n\n") } as const]),
    { role: "user", content: filled(user, (name) => texts.get(name)) },
  ];
}

function textOf(
  template: Template,
  name: string,
  { type, choices }: Variable,
  value: NonNullable<PromptValues[string]>,
): string {
  switch (type) {
    case "choice": {
      const text = Object.hasOwn(choices ?? {}, String(value)) ? choices?.[String(value)] : undefined;
      if (text === undefined) throw wrong(template, name, `takes ${Object.keys(choices ?? {}).join(", ")}`);
      return text;
    }
    case "number":
      if (typeof value !== "number") throw wrong(template, name, "takes a number");
      return String(value);
    case "lines":
      if (!Array.isArray(value)) throw wrong(template, name, "takes a list of lines");
      return fencedLines(name, value);
    default:
      if (typeof value !== "string") throw wrong(template, name, "takes a text");
      if (type === "text") return value;
      if (type === "instructions") return fencedInstructions(name, value);
      return type === "line" ? quotedLine(value) : fenced(name, value);
  }
}

function wrong({ name }: Template, variable: string, problem: string): Misuse {
  return new Misuse(`The prompt "${name}" cannot be made: its variable "${variable}" ${problem}.`);
}
