// The cases of a rule, in ast-grep's own test format: texts in which it must find something, and texts that it must leave alone.
import * as z from "zod";
import { type RuleProblem, readDocuments, type TextPlace } from "./rule.ts";
import { userRuleId } from "./user-rule.ts";

export interface RuleCases extends TextPlace {
  /** The id of the user's rule: `user/no-console`. */
  readonly rule: string;
  readonly file: string;
  readonly invalid: readonly string[];
  readonly valid: readonly string[];
}

const CasesDocument = z.strictObject({
  id: z.string().min(1),
  valid: z.array(z.string()).default([]),
  invalid: z.array(z.string()).default([]),
});

/** The cases in the text of one file, and what is wrong with it. Never fails. */
export function readRuleCases(
  text: string,
  file: string,
): { readonly cases: readonly RuleCases[]; readonly problems: readonly RuleProblem[] } {
  const read = readDocuments(text);
  const problems = [...read.problems];
  const cases: RuleCases[] = [];
  for (const { value, placeOf } of read.documents) {
    const checked = CasesDocument.safeParse(value);
    if (checked.success) {
      const { id, valid, invalid } = checked.data;
      cases.push({ rule: userRuleId(id), file, valid, invalid, ...placeOf([]) });
      continue;
    }
    for (const { path, message } of checked.error.issues) {
      const words = `${message}. Cases have the keys id, valid and invalid, the latter two lists of texts.`;
      problems.push({ rule: undefined, key: path.join("."), message: words, ...placeOf(path) });
    }
  }
  return { cases, problems };
}
