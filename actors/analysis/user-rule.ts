// A user's own rules: as ours, but with the language in the file in place of a folder, and an id that begins with `user/`.
import { type AnalysisRule, isUserRule, userRulePrefix } from "./catalog.ts";
import { type Language, languages } from "./languages.ts";
import { compiledRule, type RuleProblem, readRuleText, type TextPlace } from "./rule.ts";
import { languageOfRule } from "./rule-languages.ts";

export interface UserRule extends TextPlace {
  readonly rule: AnalysisRule;
  readonly language: Language["id"];
  /** Kept, and applied to nothing. */
  readonly isOff: boolean;
  /** The file that holds it. */
  readonly file: string;
}

/** The rules in the text of one file, and what is wrong with it. Never fails. */
export function readUserRules(
  text: string,
  file: string,
): { readonly rules: readonly UserRule[]; readonly problems: readonly RuleProblem[] } {
  const read = readRuleText(text);
  const problems = [...read.problems];
  const rules: UserRule[] = [];
  for (const { document, placeOf } of read.rules) {
    const language = languageOfRule(document.language);
    if (language?.grammar == null) {
      const given = JSON.stringify(document.language);
      const message = `must be one of ${ruleLanguageNames().join(", ")}; given ${given}.`;
      problems.push({ rule: document.id, key: "language", message, ...placeOf(["language"]) });
      continue;
    }
    const rule = compiledRule(document, userRuleId(document.id), language.id);
    rules.push({ rule, language: language.id, isOff: document.severity === "off", file, ...placeOf([]) });
  }
  return { rules, problems };
}

/** The whole id of a rule that is named with or without its beginning. */
export function userRuleId(id: string): string {
  return isUserRule({ id }) ? id : `${userRulePrefix}${id}`;
}

function ruleLanguageNames(): readonly string[] {
  return languages.filter(({ grammar }) => grammar !== null).map(({ name }) => name);
}
