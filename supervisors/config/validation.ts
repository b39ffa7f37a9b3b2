// Puts the layers together, checks the result against the schema, and says for each fault where it was written.
import type { z } from "zod";
import { quotePath } from "../../runtime/file-system.ts";
import { nearest } from "../../runtime/nearest.ts";
import type { ConfigurationProblem, Origin, Setting, SettingValue } from "./problem.ts";
import { type ConfigurationValues, configurationSchema, schemaAt } from "./schema.ts";

export type Validated =
  | { readonly ok: true; readonly values: ConfigurationValues; readonly origins: ReadonlyMap<string, Origin> }
  | { readonly ok: false; readonly problems: readonly ConfigurationProblem[] };

type Tree = { [key: string]: Tree | SettingValue };
type Issue = z.core.$ZodIssue;

const DEFAULT: Origin = { kind: "default" };

/** Later settings win. Origins are by key; a key without one has its default. */
export function validate(settings: readonly Setting[]): Validated {
  const latest = new Map<string, Setting>();
  const tree: Tree = {};
  for (const setting of settings) {
    const key = setting.path.join(".");
    if (setting.value !== undefined || !latest.has(key)) latest.set(key, setting);
    place(tree, setting);
  }
  const result = configurationSchema.safeParse(tree);
  if (!result.success) {
    return { ok: false, problems: result.error.issues.map((issue) => problemOf(issue, latest)) };
  }
  const origins = new Map([...latest].map(([key, setting]) => [key, setting.origin]));
  return { ok: true, values: result.data, origins };
}

function place(tree: Tree, { path, value }: Setting): void {
  let section = tree;
  const sections = value === undefined ? path : path.slice(0, -1);
  for (const name of sections) {
    const below = section[name];
    const next: Tree = isTree(below) ? below : {};
    section[name] = next;
    section = next;
  }
  const last = path.at(-1);
  if (value !== undefined && last !== undefined) section[last] = value;
}

function isTree(value: Tree[string] | undefined): value is Tree {
  return typeof value === "object" && !Array.isArray(value);
}

function problemOf(issue: Issue, latest: ReadonlyMap<string, Setting>): ConfigurationProblem {
  // What is wrong with an entry of a list is told of the list.
  const [path, index] = splitPlace(issue.path);
  const key = path.join(".");
  const node = schemaAt(path);
  const setting = latest.get(key);
  const given = setting?.value;
  const value =
    index === undefined || !Array.isArray(given) ? given : (given as readonly SettingValue[])[index];
  const known = node?.kind === "value" ? node : undefined;
  const shownValue =
    value === undefined ? "" : `, given ${known?.secret ? "something else" : display(value)}`;
  const missing = value === undefined && known !== undefined ? "is missing: it " : "";
  const meant =
    issue.code === "invalid_value" ? nearest(`${value ?? ""}`, issue.values.map(String)) : undefined;
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  const about = known?.description ? ` (${known.description}.)` : "";
  return {
    key,
    origin: setting?.origin ?? nearestOrigin(path, latest),
    message: `${missing}${requirement(issue)}${shownValue}.${hint}${about}`,
  };
}

function splitPlace(place: readonly PropertyKey[]): readonly [readonly string[], number | undefined] {
  const last = place.at(-1);
  const isEntry = typeof last === "number";
  return [(isEntry ? place.slice(0, -1) : place).map(String), isEntry ? last : undefined];
}

/** The section that a missing key belongs to. */
function nearestOrigin(path: readonly string[], latest: ReadonlyMap<string, Setting>): Origin {
  for (let length = path.length - 1; length > 0; length -= 1) {
    const key = path.slice(0, length).join(".");
    const found = latest.get(key) ?? [...latest].find(([other]) => other.startsWith(`${key}.`))?.[1];
    if (found !== undefined) return found.origin;
  }
  return DEFAULT;
}

function requirement(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return TYPES[issue.expected] ?? `must be ${issue.expected}`;
    case "too_small":
      if (issue.origin === "string") return "must not be empty";
      return `must be ${issue.inclusive ? "at least" : "more than"} ${issue.minimum}`;
    case "too_big":
      if (issue.origin === "string") return `must have at most ${issue.maximum} characters`;
      return `must be at most ${issue.maximum}`;
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    case "invalid_key":
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  number: "must be a number",
  int: "must be a whole number",
  string: "must be text (in quotes where it looks like a number)",
};

function display(value: SettingValue): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : value.map(display).join(", ");
  // What stands before the @ of a URL may be a password.
  return typeof value === "string" ? quotePath(value.replace(/\/\/[^/@\s]*@/, "//…@")) : `${value}`;
}
