// Values of a workflow's parameters: as they are given for a run, and as the file has them.
import { nearest } from "../../../runtime/nearest.ts";
import type { PipelineValue } from "../language/check.ts";
import { quotedCharactersMax } from "../language/limits.ts";
import { valueCharactersMax } from "./limits.ts";
import type { WorkflowParameter } from "./schema.ts";

export type ParameterValues = Readonly<Record<string, PipelineValue>>;

export type TakenValues =
  | { readonly ok: true; readonly values: ParameterValues }
  /** Sentences, one for each that is wrong. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** What was given, as texts or as what they mean, and the defaults of the rest. */
export function takeValues(
  parameters: Readonly<Record<string, WorkflowParameter>>,
  given: ParameterValues,
): TakenValues {
  const values: Record<string, PipelineValue> = {};
  const problems: string[] = [];
  const names = Object.keys(parameters);
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const meant = nearest(name, names);
    const known = names.length === 0 ? "It takes none." : `It takes ${names.join(", ")}.`;
    problems.push(
      `There is no parameter ${quoted(name)}. ${meant === undefined ? known : `Did you mean ${meant}?`}`,
    );
  }
  for (const [name, parameter] of Object.entries(parameters)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    const taken = value === undefined ? fallback(name, parameter) : takeValue(name, parameter, value);
    if (typeof taken === "object") problems.push(taken.problem);
    else if (taken !== undefined) values[name] = taken;
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, values };
}

/** Of its type, or a sentence that says why not. */
export function takeValue(
  name: string,
  { type, choices = [] }: Pick<WorkflowParameter, "type" | "choices">,
  value: PipelineValue,
): PipelineValue | { readonly problem: string } {
  const text = String(value);
  const refused = (remedy: string) => ({ problem: `${name} cannot be ${quoted(text)}. ${remedy}` });
  if (text.length > valueCharactersMax)
    return {
      problem: `${name} has ${text.length} characters, and ${valueCharactersMax} are taken. Shorten it.`,
    };
  switch (type) {
    case "text":
      return text.includes("\0") || text.trim() === "" ? refused("Give a text that is not empty.") : text;
    case "number":
      return isPlainNumber(text)
        ? Number(text)
        : refused(
            `Give a number such as 7 or 0.8, with ${digitsMax} digits at most on either side of its point.`,
          );
    case "flag":
      return text === "true" || text === "false" ? text === "true" : refused("Give true or false.");
    case "choice": {
      if (choices.includes(text)) return text;
      const meant = nearest(text, choices);
      return refused(meant === undefined ? `It is one of ${choices.join(", ")}.` : `Did you mean ${meant}?`);
    }
  }
}

function fallback(
  name: string,
  parameter: WorkflowParameter,
): PipelineValue | { readonly problem: string } | undefined {
  const { type, default: own, required, description } = parameter;
  if (own !== undefined) return takeValue(name, parameter, own);
  if (!required) return type === "flag" ? false : undefined;
  const why = description === "" ? "" : ` (${description.replace(/\.$/, "")})`;
  return { problem: `${name} needs a value${why}: --set ${name}=VALUE.` };
}

/** As the language has numbers, also where it is written again: anything else would be compared as a text. */
function isPlainNumber(text: string): boolean {
  return plainNumber.test(text) && plainNumber.test(String(Number(text)));
}

// As many as a number keeps.
const digitsMax = 15;
const plainNumber = new RegExp(`^-?\\d{1,${digitsMax}}(?:\\.\\d{1,${digitsMax}})?$`);

/** As much of it as tells what was given. */
export function quoted(text: string): string {
  return JSON.stringify(
    text.length > quotedCharactersMax ? `${text.slice(0, quotedCharactersMax)}...` : text,
  );
}
