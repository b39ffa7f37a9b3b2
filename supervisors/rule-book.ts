// All rules for looking at: ours and the user's own, with the cases that the user wrote for theirs.
import type { RuleDescription } from "../actors/analysis/rule-book.ts";
import type { RuleCases } from "../actors/analysis/rule-cases.ts";
import type { FileSystem } from "../runtime/file-system.ts";
import { readUserRuleCases, type UserRules } from "./config/user-rules.ts";

export type { RuleDescription } from "../actors/analysis/rule-book.ts";

export interface RuleBook {
  /** Every rule, in the order of their ids. */
  rules(): Promise<readonly RuleDescription[]>;
  /**
   * The cases of one of the user's rules; undefined where there are none.
   * @throws {ConfigurationError} a file of cases is wrong
   */
  casesOf(id: string): Promise<Pick<RuleCases, "invalid" | "valid"> | undefined>;
}

export function ruleBook(files: FileSystem, userRules: UserRules): RuleBook {
  return {
    async rules() {
      const { describeRules } = await import("../actors/analysis/rule-book.ts");
      return describeRules(userRules.rules);
    },
    async casesOf(id) {
      if (!userRules.rules.some(({ rule }) => rule.id === id)) return undefined;
      const all = (await readUserRuleCases(files, userRules, [])).filter(({ rule }) => rule === id);
      if (all.length === 0) return undefined;
      return {
        invalid: all.flatMap(({ invalid }) => invalid),
        valid: all.flatMap(({ valid }) => valid),
      };
    },
  };
}
