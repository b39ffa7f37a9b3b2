// What is done with a user's own rules: they are checked by the engine before anything is analyzed, and tried on their cases.
import type { AnalysisRule } from "../actors/analysis/catalog.ts";
import type { RuleRefusal } from "../actors/analysis/protocol.ts";
import type { RuleCases } from "../actors/analysis/rule-cases.ts";
import {
  planOfRuleCheck,
  planOfRuleTests,
  type RuleTest,
  type RuleTestFailure,
  type RuleTestResult,
} from "../actors/operations/rules.ts";
import type { Plan } from "../actors/pipeline/plan.ts";
import { AiexError } from "../runtime/errors.ts";
import { ConfigurationError, shown } from "./config/problem.ts";
import type { UserRules } from "./config/user-rules.ts";
import type { Runs } from "./runs/runs.ts";

export type { RuleTestFailure } from "../actors/operations/rules.ts";

/** What the cases of a rule came to. */
export interface TestedRule {
  readonly id: string;
  /** Where its cases are written. */
  readonly file: string;
  readonly line: number;
  readonly passed: number;
  readonly failures: readonly RuleTestFailure[];
}

export interface RuleTestReport {
  readonly tested: readonly TestedRule[];
  /** Rules in effect for which no case was found. Empty where only some files of cases were asked for. */
  readonly untested: readonly string[];
  /** Rules that are off, and so were not tried. */
  readonly off: readonly string[];
  /** Where the user's rules are. */
  readonly folder: string;
}

/** The engine could not be asked about the user's rules. */
export class RuleCheckFailed extends AiexError {
  readonly code = "rule_check_failed";
}

/** The rules that are applied: those that are not off. */
export function rulesInEffect({ rules }: UserRules): readonly AnalysisRule[] {
  return rules.flatMap(({ rule, isOff }) => (isOff ? [] : [rule]));
}

/**
 * Has the engine check the user's rules; nothing is started where there are none.
 * @throws {ConfigurationError} it refuses a rule; {RuleCheckFailed}
 */
export async function checkUserRules(runs: Runs, userRules: UserRules): Promise<void> {
  const ids = rulesInEffect(userRules).map(({ id }) => id);
  if (ids.length === 0) return;
  const refusals = (await outputOf(
    runs,
    "Check of the user's rules",
    planOfRuleCheck(ids),
  )) as readonly RuleRefusal[];
  const problems = userRules.rules.flatMap(({ rule, file, line, column }) => {
    // What one language refuses the next one often refuses for the same reason.
    const refusal = refusals.find((one) => one.rule === rule.id);
    if (refusal === undefined) return [];
    const origin = { kind: "file", path: file, line, column } as const;
    const message = `the engine refuses the rule ${shown(rule.id)} for ${refusal.language}: ${refusal.reason}`;
    return [{ key: "", origin, message }];
  });
  if (problems.length > 0) throw new ConfigurationError(problems);
}

export interface RuleTestOptions {
  readonly userRules: UserRules;
  readonly cases: readonly RuleCases[];
  /** True where the cases are all there are. */
  readonly isWhole: boolean;
  readonly parsers: number;
  readonly signal?: AbortSignal | undefined;
}

export async function testUserRules(runs: Runs, options: RuleTestOptions): Promise<RuleTestReport> {
  const { userRules, cases, isWhole, parsers, signal } = options;
  const { folder, rules } = userRules;
  const languages = new Map(
    rules.flatMap(({ rule, language, isOff }) => (isOff ? [] : [[rule.id, language] as const])),
  );
  const tried = cases.filter(({ rule }) => languages.has(rule));
  const tests = tried.map(({ rule, invalid, valid }): RuleTest => {
    return { rule, language: languages.get(rule) ?? "", invalid, valid };
  });
  const results =
    tests.length === 0
      ? []
      : ((await outputOf(
          runs,
          "Test of the user's rules",
          planOfRuleTests(tests, parsers),
          signal,
        )) as readonly RuleTestResult[]);
  const tested = tried.flatMap(({ rule, file, line }, index): TestedRule[] => {
    const result = results[index];
    if (result === undefined) return [];
    return [{ id: rule, file, line, passed: result.passed, failures: result.failures }];
  });
  const hasCases = new Set(
    cases.filter(({ invalid, valid }) => invalid.length + valid.length > 0).map(({ rule }) => rule),
  );
  return {
    tested,
    untested: isWhole ? [...languages.keys()].filter((rule) => !hasCases.has(rule)) : [],
    off: rules.flatMap(({ rule, isOff }) => (isOff && (isWhole || hasCases.has(rule.id)) ? [rule.id] : [])),
    folder,
  };
}

/** Nobody wants to find it again: it is kept nowhere. */
async function outputOf(runs: Runs, title: string, plan: Plan, signal?: AbortSignal): Promise<unknown> {
  signal?.throwIfAborted();
  const id = await runs.submit({ kind: "rules", title, plan, isBrief: true });
  const end = await runs.follow(id, { signal }).catch(async (error: unknown) => {
    await runs.cancel(id);
    throw error;
  });
  if (end.summary.phase === "done") return end.output;
  const why = end.problem?.message ?? `Its run is ${end.summary.phase}.`;
  throw new RuleCheckFailed(`The rules could not be tried. ${why}`);
}
