// A prompt as a file: variables with their types in front, then what the system and the user say, with places for the variables.
import { parse } from "yaml";
import { z } from "zod";
import { templateCharactersMax, variablesMax } from "./limits.ts";

/**
 * `choice`: one of some words, each of which stands for a text; `number`; `text`: what the person said, as it is; `line`, `data`,
 * `lines`: what nobody vouches for, put in as a quoted string, between fences, or between fences with the numbers of the lines;
 * `instructions`: what a project that the person trusts tells models, between fences of its own.
 */
export const variableTypes = ["choice", "number", "text", "line", "data", "lines", "instructions"] as const;
export type VariableType = (typeof variableTypes)[number];

const variable = z.strictObject({
  type: z.enum(variableTypes),
  summary: z.string().min(1),
  /** True where there need be no value: then what stands between {{#name}} and {{/name}} is left out. */
  optional: z.boolean().default(false),
  /** Of a choice: the words and the text that each stands for. */
  choices: z.record(z.string(), z.string()).optional(),
});

export type Variable = z.infer<typeof variable>;

const frontMatter = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, "must be lower-case letters, digits and -"),
  version: z.int().min(1).max(1_000_000),
  summary: z.string().min(1).default(""),
  variables: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/), variable).default({}),
});

/** Plain data: a run carries the templates that it was begun with. */
export interface Template {
  readonly name: string;
  readonly version: number;
  readonly summary: string;
  readonly variables: Readonly<Record<string, Variable>>;
  readonly system: string;
  readonly user: string;
}

export type ReadTemplate =
  | { readonly ok: true; readonly template: Template }
  /** Sentences that go on after the name of the file. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** A place for a variable; `#` and `/` are around what is left out without it. */
const placePattern = /\{\{\s*([#/]?)\s*([^{}]*?)\s*\}\}/g;

/** @param own the built-in template that this one stands in for: it has the variables, and they can be left out here */
export function readTemplate(text: string, own?: Template): ReadTemplate {
  if (text.length > templateCharactersMax) {
    return refused(`has ${text.length} characters, and a template may have ${templateCharactersMax}.`);
  }
  const parts = /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(text.replace(/^\uFEFF/, ""));
  if (parts === null) return refused("does not begin with a line ---, its settings, and another line ---.");
  const front = frontOf(parts[1] ?? "");
  if (!front.ok) return front;
  const { system, user } = bodyOf(parts[2] ?? "");
  if (user === "") return refused("has no text below a line `# User`.");
  const variables = { ...own?.variables, ...front.value.variables };
  const template: Template = { ...front.value, variables, system, user };
  const problems = [
    ...problemsOfPlaces(template),
    ...(own === undefined ? [] : problemsBeside(own, template)),
  ];
  return problems.length === 0 ? { ok: true, template } : { ok: false, problems };
}

/** The names of the variables that its texts have places for. */
export function placesIn({ system, user }: Pick<Template, "system" | "user">): ReadonlySet<string> {
  return new Set([...`${system}\n${user}`.matchAll(placePattern)].map(([, , name]) => name ?? ""));
}

/**
 * Its text with what `value` gives in the places; undefined leaves out what stands around its place. What is put in is not
 * looked through for places again.
 */
export function filled(text: string, value: (name: string) => string | undefined): string {
  const kept = text.replace(/\{\{\s*#\s*(\w+)\s*\}\}([\s\S]*?)\{\{\s*\/\s*\1\s*\}\}/g, (_, name, inner) =>
    value(name) === undefined ? "" : inner,
  );
  return kept.replace(placePattern, (_, _mark, name) => value(name) ?? "");
}

function frontOf(
  text: string,
): { readonly ok: true; readonly value: z.infer<typeof frontMatter> } | Extract<ReadTemplate, { ok: false }> {
  let value: unknown;
  try {
    // No aliases: they make much of little.
    value = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    return refused(`has settings that are no YAML: ${error instanceof Error ? error.message : error}`);
  }
  const checked = frontMatter.safeParse(value);
  if (!checked.success) {
    const problems = checked.error.issues.map(
      ({ path, message }) => `has wrong settings: ${path.join(".") || "all"}: ${message}.`,
    );
    return { ok: false, problems };
  }
  const { variables } = checked.data;
  if (Object.keys(variables).length > variablesMax) {
    return refused(`has more than ${variablesMax} variables.`);
  }
  const wrong = Object.entries(variables).filter(([, { type, choices }]) => {
    return (type === "choice") !== (choices !== undefined && Object.keys(choices).length > 0);
  });
  if (wrong.length === 0) return { ok: true, value: checked.data };
  return refused(
    `has variables whose choices do not fit their type: ${wrong.map(([name]) => name).join(", ")}.`,
  );
}

function bodyOf(body: string): Pick<Template, "system" | "user"> {
  const texts: Record<"system" | "user", string[]> = { system: [], user: [] };
  let at: "system" | "user" | undefined;
  for (const line of body.split(/\r?\n/)) {
    const heading = /^# (System|User)\s*$/.exec(line)?.[1];
    if (heading !== undefined) at = heading === "System" ? "system" : "user";
    else if (at !== undefined) texts[at].push(line);
  }
  return { system: texts.system.join("\n").trim(), user: texts.user.join("\n").trim() };
}

function problemsOfPlaces(template: Template): string[] {
  const { variables, system, user } = template;
  const names = Object.keys(variables);
  const problems = [...placesIn(template)]
    .filter((name) => !Object.hasOwn(variables, name))
    .map((name) => `has a place {{${name}}}, and there is no such variable. There are: ${names.join(", ")}.`);
  for (const text of [system, user]) {
    const open = [...text.matchAll(/\{\{\s*#\s*(\w+)\s*\}\}/g)].map(([, name]) => name);
    const closed = [...text.matchAll(/\{\{\s*\/\s*(\w+)\s*\}\}/g)].map(([, name]) => name);
    if (open.join() !== closed.join()) {
      problems.push("opens {{#name}} and closes {{/name}} differently; one may not stand within another.");
    }
  }
  return problems;
}

/** What would make another operation of it than the one that uses it. */
function problemsBeside(own: Template, { name, variables, ...texts }: Template): string[] {
  const problems: string[] = [];
  if (name !== own.name) problems.push(`has the name ${name}, and its file is that of ${own.name}.`);
  for (const [key, { type, choices }] of Object.entries(variables)) {
    const known = own.variables[key];
    if (known === undefined) problems.push(`declares ${key}, which ${own.name} has no value for.`);
    else if (known.type !== type) problems.push(`makes ${key} a ${type}, and it is a ${known.type}.`);
    else if (wordsOf(choices) !== wordsOf(known.choices)) {
      problems.push(`has other choices of ${key} than: ${wordsOf(known.choices)}.`);
    }
  }
  const used = placesIn(texts);
  for (const key of placesIn(own)) {
    const isNeeded = own.variables[key]?.optional !== true && isMaterial(own.variables[key]?.type);
    if (isNeeded && !used.has(key)) problems.push(`never says {{${key}}}, so the model would not see it.`);
  }
  return problems;
}

function isMaterial(type: VariableType | undefined): boolean {
  return type === "data" || type === "lines" || type === "text";
}

function wordsOf(choices: Readonly<Record<string, string>> | undefined): string {
  return Object.keys(choices ?? {})
    .sort()
    .join(", ");
}

function refused(problem: string): Extract<ReadTemplate, { readonly ok: false }> {
  return { ok: false, problems: [problem] };
}
