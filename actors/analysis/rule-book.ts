// Every rule there is, described for people and programs: ours that are data, ours that are code, and the user's own.
import { type BuiltInRule, builtInCodeRules } from "./built-in-rules.ts";
import { type AnalysisRule, builtInRules } from "./catalog.ts";
import { type LanguageId, languages } from "./languages.ts";
import type { Finding } from "./report.ts";
import { isForLanguage } from "./rule-languages.ts";
import type { UserRule } from "./user-rule.ts";

/** Keys as they are in JSON. */
export interface RuleDescription {
  readonly id: string;
  readonly severity: Finding["severity"] | "off";
  readonly category: Finding["category"];
  /** Ids of the languages that it is applied to. */
  readonly languages: readonly LanguageId[];
  readonly message: string;
  readonly remedy: string;
  readonly origin: RuleOrigin;
  /** False where test files are left alone. */
  readonly in_tests: boolean;
  /** True where only the first place of a file is named. */
  readonly once_per_file: boolean;
  /** What it finds, as a rule file says it; null where code of ours finds it. */
  readonly matcher: object | null;
}

export type RuleOrigin =
  | { readonly kind: "built_in" }
  | { readonly kind: "user"; readonly file: string; readonly line: number };

const builtIn: RuleOrigin = { kind: "built_in" };

/** In the order of their ids. */
export async function describeRules(userRules: readonly UserRule[]): Promise<readonly RuleDescription[]> {
  const described = [
    ...(await builtInRules()).map((rule) => describeData(rule, builtIn)),
    ...builtInCodeRules.map(describeCode),
    ...userRules.map(({ rule, isOff, file, line }): RuleDescription => {
      const description = describeData(rule, { kind: "user", file, line });
      return isOff ? { ...description, severity: "off" } : description;
    }),
  ];
  return described.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function describeData(rule: AnalysisRule, origin: RuleOrigin): RuleDescription {
  const { id, severity, category, message, remedy, inTests, oncePerFile, matcher } = rule;
  return {
    id,
    severity,
    category,
    languages: languages.filter((language) => isForLanguage(rule, language)).map((language) => language.id),
    message,
    remedy,
    origin,
    in_tests: inTests,
    once_per_file: oncePerFile,
    matcher,
  };
}

function describeCode(rule: BuiltInRule): RuleDescription {
  const { inTests, oncePerFile, ...described } = rule;
  return { ...described, origin: builtIn, in_tests: inTests, once_per_file: oncePerFile, matcher: null };
}
