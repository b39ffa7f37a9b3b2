// Reads the YAML rule files of the package.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { AnalysisRule } from "./catalog.ts";
import { parseRules, RuleFileError } from "./rule.ts";

/** Beside the sources; a compiled file finds it from `dist/actors/analysis/`. */
const places = [
  new URL("rules/", import.meta.url),
  new URL("../../../actors/analysis/rules/", import.meta.url),
];

/**
 * All rules, in the order of their ids.
 * @throws RuleFileError where the folder is missing, a file is wrong or two rules share an id.
 */
export function readRuleFiles(): readonly AnalysisRule[] {
  const place = places.find((candidate) => existsSync(candidate));
  if (place === undefined)
    throw new RuleFileError(`no rules folder at ${places.join(" or ")}; install the package again`);
  const rules: AnalysisRule[] = [];
  for (const folder of readdirSync(place).sort()) {
    for (const name of readdirSync(new URL(`${folder}/`, place)).sort()) {
      const file = `${folder}/${name}`;
      rules.push(...parseRules(readFileSync(new URL(file, place), "utf8"), `rules/${file}`, folder));
    }
  }
  rules.sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const [index, rule] of rules.entries()) {
    if (rules[index + 1]?.id === rule.id) throw new RuleFileError(`two rules have the id ${rule.id}`);
  }
  return rules;
}
