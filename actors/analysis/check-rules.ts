// Asks the engine about the user's rules: a kind that the grammar does not have, a pattern that is no code and the like.
import { usedUserRules } from "./catalog.ts";
import { hasGrammar, parse } from "./grammar.ts";
import { languages } from "./languages.ts";
import type { CheckRequest, CheckSuccess, RuleRefusal } from "./protocol.ts";
import { isForLanguage } from "./rule-languages.ts";

/** Each rule in each language that it is for. Where a grammar is missing nothing is said: the analysis says that itself. */
export async function checkUserRules({ id, checkRules }: CheckRequest): Promise<CheckSuccess> {
  const asked = usedUserRules().filter((rule) => checkRules.includes(rule.id));
  const refusals: RuleRefusal[] = [];
  for (const language of languages) {
    const rules = asked.filter((rule) => isForLanguage(rule, language));
    if (rules.length === 0 || !hasGrammar(language)) continue;
    const parsed = await parse(language, "");
    if (!parsed.ok) continue;
    for (const { id: rule, matcher } of rules) {
      try {
        parsed.root.findAll(matcher);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        refusals.push({ rule, language: language.name, reason: reason.replace(/\s*\|->\s*|\s+/g, " ") });
      }
    }
  }
  return { id, ok: true, refusals };
}
