// Finds and reads the rules that users wrote for themselves, and the cases that they wrote for them. A project's are never looked at.
import { join } from "node:path";
import { userRulesMax } from "../../actors/analysis/limits.ts";
import type { RuleProblem } from "../../actors/analysis/rule.ts";
import type { RuleCases } from "../../actors/analysis/rule-cases.ts";
import type { UserRule } from "../../actors/analysis/user-rule.ts";
import { FileError, type FileSystem } from "../../runtime/file-system.ts";
import { nearest } from "../../runtime/nearest.ts";
import { ConfigurationError, type ConfigurationProblem, shown } from "./problem.ts";
import { readYamlFile, readYamlFolder, type YamlFiles } from "./yaml-folder.ts";

/** A user's own rules, checked as far as that can be done without the engine. */
export interface UserRules {
  /** Where they are looked for. */
  readonly folder: string;
  /** In the order of their ids. */
  readonly rules: readonly UserRule[];
}

export interface UserRulesRead extends UserRules {
  readonly problems: readonly ConfigurationProblem[];
  readonly warnings: readonly string[];
}

// Of one file: enough to correct it by; a file of another kind has one in every line.
const problemsMax = 20;

/** Reads the folder `rules` in the user's folder. */
export async function readUserRules(fileSystem: FileSystem, userFolder: string): Promise<UserRulesRead> {
  const folder = join(userFolder, "rules");
  const { files, problems: fileProblems, warnings } = await readYamlFolder(fileSystem, folder);
  const problems = [...fileProblems];
  if (files.length === 0) return { folder, rules: [], problems, warnings };
  // Most users have no rules, and then these stay unloaded.
  const reader = await import("../../actors/analysis/user-rule.ts");
  const rules: UserRule[] = [];
  for (const { path, text } of files) {
    const read = reader.readUserRules(text, path);
    problems.push(...read.problems.slice(0, problemsMax).map((problem) => problemIn(path, problem)));
    rules.push(...read.rules);
  }
  rules.sort((a, b) => (a.rule.id < b.rule.id ? -1 : 1));
  problems.push(...doubles(rules));
  if (rules.length > userRulesMax) {
    const message = `holds ${rules.length} rules, and at most ${userRulesMax} are applied. Remove some.`;
    problems.push({
      key: "",
      origin: placeIn(folder, { line: 1, column: 1 }),
      message: `the folder ${message}`,
    });
  }
  return { folder, rules, problems, warnings };
}

/**
 * The cases in files and folders at `paths`, or beside the rules where none are given.
 * @throws {ConfigurationError} a file is wrong or names no rule; {FileError} there is nothing at a path
 */
export async function readUserRuleCases(
  fileSystem: FileSystem,
  { folder, rules }: UserRules,
  paths: readonly string[],
): Promise<readonly RuleCases[]> {
  const read = await Promise.all(
    paths.length === 0
      ? [readYamlFolder(fileSystem, join(folder, "tests"))]
      : paths.map((path) => readPath(fileSystem, path)),
  );
  const problems = read.flatMap((one) => one.problems);
  const reader = await import("../../actors/analysis/rule-cases.ts");
  const cases: RuleCases[] = [];
  for (const { path, text } of read.flatMap(({ files }) => files)) {
    const found = reader.readRuleCases(text, path);
    problems.push(...found.problems.slice(0, problemsMax).map((problem) => problemIn(path, problem)));
    cases.push(...found.cases);
  }
  const ids = rules.map(({ rule }) => rule.id);
  for (const { rule, file, line, column } of cases) {
    if (ids.includes(rule)) continue;
    const meant = nearest(rule, ids);
    const hint = meant === undefined ? `The rules are in ${shown(folder)}.` : `Did you mean ${meant}?`;
    const message = `names ${shown(rule)}, and there is no such rule. ${hint}`;
    problems.push({ key: "id", origin: placeIn(file, { line, column }), message });
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return cases;
}

async function readPath(fileSystem: FileSystem, path: string): Promise<YamlFiles> {
  const { kind } = await fileSystem.status(path);
  if (kind !== "directory") return readYamlFile(fileSystem, path);
  const read = await readYamlFolder(fileSystem, path);
  if (read.files.length > 0 || read.problems.length > 0) return read;
  throw new FileError("file_failed", "read cases in", path, {
    because: "the folder holds no YAML file. Name a folder or a file with cases.",
  });
}

function doubles(rules: readonly UserRule[]): ConfigurationProblem[] {
  return rules.flatMap(({ rule, file, line, column }, index) => {
    const other = rules[index - 1];
    if (other?.rule.id !== rule.id) return [];
    const message = `of the rule ${shown(rule.id)} is taken: ${shown(other.file)}:${other.line} has it too. Rename one.`;
    return [{ key: "id", origin: placeIn(file, { line, column }), message }];
  });
}

function problemIn(path: string, { rule, key, message, ...place }: RuleProblem): ConfigurationProblem {
  const named = rule === undefined || key === "" ? "" : `of the rule ${shown(rule)} `;
  return { key, origin: placeIn(path, place), message: `${named}${message}` };
}

function placeIn(path: string, { line, column }: { readonly line: number; readonly column: number }) {
  return { kind: "file", path, line, column } as const;
}
