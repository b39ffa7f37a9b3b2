// Answers that are to be JSON of a form: the schema that a provider is given for it, and how the document is found in what comes back.
import { z } from "zod";
import type { AnswerSchema } from "./completion.ts";

/** The form as every provider takes it in its strict mode; the bounds that they refuse are left to the check of what comes back. */
export function answerForm(name: string, form: z.ZodType): AnswerSchema {
  const { $schema, ...schema } = z.toJSONSchema(form, { io: "input", override: withoutBounds });
  return { name, schema };
}

/** The JSON document in a model's text, which may have a fence or words around it; undefined where there is none. */
export function jsonIn(text: string): { readonly value: unknown } | undefined {
  const start = text.indexOf("{");
  const end = text.lastIndexOf("}") + 1;
  for (const candidate of [text, text.slice(start, end)]) {
    try {
      return { value: JSON.parse(candidate) };
    } catch {
      // Not JSON as it stands; what is between the outermost braces may be.
    }
  }
  return undefined;
}

/** What is whole of a JSON document in a text that broke off: all until the last list or object that was closed; undefined where none was. */
export function brokenJsonIn(text: string): { readonly value: unknown } | undefined {
  const open: string[] = [];
  let whole: string | undefined;
  let isText = false;
  const start = Math.max(0, text.indexOf("{"));
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (isText && character === "\\") at += 1;
    else if (character === '"') isText = !isText;
    else if (isText) continue;
    else if (character === "{" || character === "[") open.push(character === "{" ? "}" : "]");
    else if (character === open.at(-1)) {
      open.pop();
      whole = text.slice(start, at + 1) + open.toReversed().join("");
    }
  }
  return whole === undefined ? undefined : jsonIn(whole);
}

/** A text that is cut where it is too long. */
export function clipped(charactersMax: number) {
  return z
    .string()
    .transform((text) => (text.length > charactersMax ? `${text.slice(0, charactersMax)}…` : text));
}

/** A list that is cut before it is checked: each of a million entries that are none would make its own complaint. */
export function withFew(value: unknown, key: string, entriesMax: number): unknown {
  const entries = (value as Readonly<Record<string, unknown>> | null)?.[key];
  return Array.isArray(entries) ? { ...(value as object), [key]: entries.slice(0, entriesMax) } : value;
}

/** What is wrong with a document, as sentences for the model that wrote it. */
export function problemOf(error: z.ZodError, charactersMax: number): string {
  const issues = error.issues.map(({ path, message }) => `${path.join(".") || "The document"}: ${message}.`);
  return issues.join(" ").slice(0, charactersMax);
}

/** Strict modes refuse lengths and ranges. They want every object closed. */
function withoutBounds({ jsonSchema }: { readonly jsonSchema: Record<string, unknown> }): void {
  delete jsonSchema.minimum;
  delete jsonSchema.maximum;
  if (jsonSchema.type === "object") jsonSchema.additionalProperties = false;
}
