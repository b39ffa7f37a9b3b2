// The operations on a user's own rules: ask the engine whether it takes them, and try them on their cases.
import { named, sleep, tryCall } from "../../runtime/index.ts";
import { type Parser, parserName } from "../analysis/parser.ts";
import type {
  CheckRequest,
  CheckResponse,
  ParseRequest,
  ParseResponse,
  RuleRefusal,
} from "../analysis/protocol.ts";
import type { Finding } from "../analysis/report.ts";
import type { Operations, Plan, Step, StepContext } from "../pipeline/plan.ts";
import { retryDelayMs } from "../runs/limits.ts";

/** The cases of one rule as they are tried: in the rule's own language. */
export interface RuleTest {
  readonly rule: string;
  readonly language: string;
  readonly invalid: readonly string[];
  readonly valid: readonly string[];
}

export interface RuleTestResult {
  readonly rule: string;
  readonly passed: number;
  readonly failures: readonly RuleTestFailure[];
}

/** `missed`: nothing was found. `false_alarm`: something was, at `lines`. `unread`: it is no code, for the `reason`. */
export interface RuleTestFailure {
  readonly kind: "missed" | "false_alarm" | "unread";
  readonly snippet: string;
  readonly findings: readonly Pick<Finding, "line" | "column">[];
  readonly reason: string | null;
}

type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly message: string };

const combineStep = "combine";

/** Times that the parser may be lost before what it was asked is held to be the cause. */
const attemptsMax = 3;

export function planOfRuleCheck(rules: readonly string[]): Plan {
  return { steps: [{ id: "check", operation: "rules.check", input: rules }], result: "check" };
}

/** `parsers` share the rules among them. The output of the plan is a result for each test, in the order of the tests. */
export function planOfRuleTests(tests: readonly RuleTest[], parsers: number): Plan {
  const steps: Step[] = tests.map((test, index) => ({
    id: `rule:${index}:${test.rule}`,
    operation: "rules.test",
    input: { test, parser: index % parsers },
  }));
  steps.push({ id: combineStep, operation: "rules.combine", input: null, after: "rest" });
  return { steps, result: combineStep };
}

/** The operations by name. */
export const ruleOperations: Operations = {
  "rules.check": async (rules: readonly string[]) => ({ output: await check(rules) }),
  "rules.test": async ({ test, parser }: { readonly test: RuleTest; readonly parser: number }) => ({
    output: await tried(test, parser),
  }),
  "rules.combine": async (_input: null, context: StepContext) => ({
    output: [...context.outputs().values()],
  }),
};

/** All at once; where that brings the parser down, each alone, to know which of them did. */
async function check(rules: readonly string[]): Promise<readonly RuleRefusal[]> {
  const request: CheckRequest = { id: "check", checkRules: rules };
  const answer = await ask<CheckResponse>(0, request);
  if (answer.ok && answer.value.ok) return answer.value.refusals;
  const reason = answer.ok ? (answer.value as { readonly reason: string }).reason : answer.message;
  const [first] = rules;
  if (rules.length === 1 && first !== undefined) return [{ rule: first, language: "any language", reason }];
  const refusals: RuleRefusal[] = [];
  for (const rule of rules) refusals.push(...(await check([rule])));
  return refusals;
}

async function tried({ rule, language, invalid, valid }: RuleTest, parser: number): Promise<RuleTestResult> {
  const failures: RuleTestFailure[] = [];
  for (const [index, text] of [...invalid, ...valid].entries()) {
    const request: ParseRequest = { id: index, path: "snippet", language, text };
    const answer = await ask<ParseResponse>(parser, request);
    if (!answer.ok || !answer.value.ok) {
      const reason = answer.ok ? (answer.value as { readonly reason: string }).reason : answer.message;
      failures.push({ kind: "unread", snippet: text, findings: [], reason });
      continue;
    }
    const found = answer.value.findings.filter((finding) => finding.rule === rule);
    const findings = found.map(({ line, column }) => ({ line, column }));
    const shouldFind = index < invalid.length;
    if (shouldFind && findings.length === 0)
      failures.push({ kind: "missed", snippet: text, findings, reason: null });
    if (!shouldFind && findings.length > 0)
      failures.push({ kind: "false_alarm", snippet: text, findings, reason: null });
  }
  return { rule, passed: invalid.length + valid.length - failures.length, failures };
}

async function ask<Value>(index: number, request: CheckRequest | ParseRequest): Promise<Answer<Value>> {
  const parser = named<Parser>(parserName(index));
  let message = "The parser is not there.";
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    // The port has a deadline of its own for every request, so this ends.
    const called = await tryCall(parser, "request", request, { timeoutMs: Number.POSITIVE_INFINITY });
    const answer = called.ok ? called.value : undefined;
    if (answer?.ok === true) return { ok: true, value: answer.value as Value };
    if (answer !== undefined) message = `${answer.message}.`;
    await sleep(retryDelayMs(attempt));
    if (answer !== undefined && answer.error !== "program_ended") break;
  }
  return { ok: false, message };
}
