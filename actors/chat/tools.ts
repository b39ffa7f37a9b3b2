// The tools that a model may want used in a chat: what it is told of them, and the check of what it asks for.
import { z } from "zod";
import type { CompletionRequest } from "../llm/completion.ts";
import type { ToolCall } from "../llm/model-event.ts";
import { chatLimits } from "./limits.ts";

const path = z
  .string()
  .min(1)
  .max(chatLimits.wordCharactersMax)
  .refine((text) => !text.includes("\0"), "must hold no NUL");
const line = z.int().min(1);
const text = z.string().max(chatLimits.changeCharactersMax);

/** Every property is required, as providers want it of what they hold a model to; null stands for what is left out. */
const tools = {
  read_file: {
    description: `Read a text file of the project. Gives its lines with their numbers, at most ${chatLimits.readLinesMax} at once.`,
    arguments: z.strictObject({
      path: path.describe("The path of the file, relative to the project"),
      from_line: line.nullable().describe("The first line that is wanted; null for the first of all"),
      to_line: line.nullable().describe("The last line that is wanted; null for as many as there may be"),
    }),
  },
  list_files: {
    description: "List the files below a folder of the project. What is ignored by .gitignore is left out.",
    arguments: z.strictObject({
      path: path.nullable().describe("The folder, relative to the project; null for the whole project"),
    }),
  },
  search: {
    description:
      "Find a text in the files of the project: exactly these characters, in one line. Gives the places with their lines.",
    arguments: z.strictObject({
      text: z.string().min(1).max(chatLimits.wordCharactersMax).describe("The text to find; no pattern"),
      path: path.nullable().describe("A folder or file to look in; null for the whole project"),
      ignore_case: z.boolean().nullable().describe("True where upper and lower case are the same"),
    }),
  },
  propose_change: {
    description:
      "Change one text file of the project, or make one. The person is shown the difference first, and may refuse it. Read the file before.",
    arguments: z.strictObject({
      path: path.describe("The path of the file, relative to the project"),
      edits: z
        .array(
          z.strictObject({
            search: text.min(1).describe("Text that stands in the file exactly once, without line numbers"),
            replace: text.describe("What is to stand there instead"),
          }),
        )
        .max(chatLimits.editsMax)
        .describe("Places to change, of a file that is there; an empty list for a new file"),
      content: text.nullable().describe("All of a new file; null for one that is there"),
    }),
  },
  analyze: {
    description:
      "Have the built-in static analysis look at one source file: its metrics, and what it finds wrong, by line.",
    arguments: z.strictObject({ path: path.describe("The path of the file, relative to the project") }),
  },
} as const;

export type ToolName = keyof typeof tools;

export type ToolUse = {
  [Name in ToolName]: { readonly name: Name } & Readonly<z.output<(typeof tools)[Name]["arguments"]>>;
}[ToolName];

export type CheckedCall =
  | { readonly ok: true; readonly use: ToolUse }
  /** `problem` is a sentence for the model. */
  | { readonly ok: false; readonly problem: string };

/** As a request offers them. */
export const offeredTools: NonNullable<CompletionRequest["tools"]> = Object.entries(tools).map(
  ([name, { description, arguments: given }]) => {
    const { $schema, ...parameters } = z.toJSONSchema(given, { override: withoutBounds });
    return { name, description, parameters };
  },
);

/** A model may leave out what may be null, whatever it was told. */
export function checkedCall({ name, arguments: given }: Pick<ToolCall, "name" | "arguments">): CheckedCall {
  if (!isToolName(name))
    return { ok: false, problem: `There is no tool of that name. Those there are: ${names.join(", ")}.` };
  const { arguments: wanted } = tools[name];
  const nothing = Object.fromEntries(Object.keys(wanted.shape).map((key) => [key, null]));
  const checked = wanted.safeParse({ ...nothing, ...given });
  if (checked.success) return { ok: true, use: { name, ...checked.data } as ToolUse };
  const issues = checked.error.issues.map(
    (issue) => `${issue.path.join(".") || "The arguments"}: ${issue.message}.`,
  );
  return {
    ok: false,
    problem: `Its arguments are not as they have to be. ${issues.join(" ").slice(0, 1_000)}`,
  };
}

const names = Object.keys(tools);

function isToolName(name: string): name is ToolName {
  return Object.hasOwn(tools, name);
}

/** Strict modes refuse lengths and ranges; the check has them. */
function withoutBounds({ jsonSchema }: { readonly jsonSchema: Record<string, unknown> }): void {
  for (const key of ["minLength", "maxLength", "minimum", "maximum", "pattern", "format"])
    delete jsonSchema[key];
}
