// What a project's file may set, and how: each setting can only take something away from what the user allows.
import { isAbsolute, join } from "node:path";
import { type ConfigurationProblem, type Setting, type SettingValue, shown } from "./problem.ts";

export interface Narrowed {
  /** To be put behind all others. */
  readonly settings: readonly Setting[];
  readonly problems: readonly ConfigurationProblem[];
  /** Sentences for stderr, safe to print. */
  readonly warnings: readonly string[];
}

type Value = SettingValue | undefined;

/** Undefined where nothing can fulfil both. */
type Rule = (users: Value, projects: SettingValue, root: string) => SettingValue | undefined;

const lower: Rule = (users, projects) =>
  typeof users === "number" && typeof projects === "number" ? Math.min(users, projects) : projects;

const orFalse: Rule = (users, projects) => users !== false && projects !== false;

const both: Rule = (users, projects) => {
  const own = textsIn(projects);
  const theirs = textsIn(users);
  if (theirs.length === 0) return own;
  const common = own.length === 0 ? theirs : theirs.filter((one) => own.includes(one));
  return common.length === 0 ? undefined : common;
};

const withPaths: Rule = (users, projects, root) => [
  ...textsIn(users),
  ...textsIn(projects).map((path) => (isAbsolute(path) ? path : join(root, path))),
];

const withPatterns: Rule = (users, projects, root) => [
  ...textsIn(users),
  ...textsIn(projects).map((pattern) => fromRoot(pattern, root)),
];

const rules: ReadonlyMap<string, Rule> = new Map([
  ["workspace.max_file_size_mb", lower],
  ["workspace.max_line_characters", lower],
  ["workspace.max_entries", lower],
  ["workspace.max_depth", lower],
  ["workspace.max_total_mb", lower],
  ["sandbox.denied_paths", withPaths],
  ["sandbox.denied_patterns", withPatterns],
  ["sandbox.allowed_extensions", both],
  ["sandbox.max_file_size_mb", lower],
  ["sandbox.follow_symlinks", orFalse],
  ["analysis.review_max_files", lower],
  ["analysis.review_max_tokens", lower],
  ["analysis.review_max_file_tokens", lower],
  ["analysis.review_max_cost_usd", lower],
]);

/** Whether a project's file may set it. */
export function mayNarrow({ path }: Setting): boolean {
  return rules.has(path.join("."));
}

/**
 * @param projects what the file says, in the form that the schema gives it
 * @param users what is in effect without it
 */
export function narrowed(
  settings: readonly Setting[],
  root: string,
  values: { readonly users: object; readonly projects: object },
): Narrowed {
  const narrower: Setting[] = [];
  const problems: ConfigurationProblem[] = [];
  const warnings: string[] = [];
  for (const setting of settings) {
    const key = setting.path.join(".");
    const rule = rules.get(key);
    if (setting.value === undefined) continue;
    if (rule === undefined) {
      const { origin } = setting;
      const place = origin.kind === "file" ? `${shown(origin.path)}:${origin.line}: ` : "";
      warnings.push(`${place}${shown(key)} is not used: a project's file may only narrow what you allow.`);
      continue;
    }
    const users = valueAt(values.users, setting.path);
    const projects = valueAt(values.projects, setting.path);
    if (projects === undefined) continue;
    const value = rule(users, projects, root);
    if (value === undefined)
      problems.push({
        key,
        origin: setting.origin,
        message: "leaves nothing of what your own settings allow.",
      });
    else if (JSON.stringify(value) !== JSON.stringify(users)) narrower.push({ ...setting, value });
  }
  return { settings: narrower, problems, warnings };
}

function valueAt(values: object, path: readonly string[]): Value {
  return path.reduce<unknown>(
    (at, name) => (typeof at === "object" && at !== null ? Reflect.get(at, name) : undefined),
    values,
  ) as Value;
}

/** A pattern that starts at the project, wherever in it the program works. */
function fromRoot(pattern: string, root: string): string {
  const isAnywhere = pattern.startsWith("**/") || !pattern.slice(0, -1).includes("/");
  if (isAnywhere) return pattern;
  const escaped = root.replace(/[\\*?[\]#! ]/g, "\\$&");
  return `${escaped}/${pattern.replace(/^\//, "")}`;
}

function textsIn(value: Value): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
