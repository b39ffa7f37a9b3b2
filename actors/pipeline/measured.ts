// Measures again what a repeated step has made: `while:quality<0.8 refactor` is about the code as it is after each time.
import type { AnalysisReport } from "../analysis/report.ts";
import type { StepContext } from "../runs/step-context.ts";
import { isStepCalled, type LookedAt } from "./conditions.ts";
import type { PipelineCondition } from "./language/check.ts";
import type { ResultDocument, StepRecord } from "./record.ts";
import { analysisOf } from "./words/analyze.ts";
import type { PipelineTools } from "./words.ts";

/** What the static engine tells, and nobody else. */
const measuredFacts: ReadonlySet<string> = new Set([
  ...["quality", "quality_score", "issues", "errors", "warnings", "infos", "hints", "severity", "complete"],
]);

export interface Measuring {
  readonly context: StepContext;
  readonly tools: PipelineTools;
  readonly prefix: string;
  /** What came before the step. */
  readonly before: readonly StepRecord[];
}

/**
 * What conditions of a step that was done look at: what it has made, with an analysis of that by the static engine alone where they ask
 * for one. It stands in place of the last analysis before it, which is about code that is no more.
 */
export async function lookedAtAgain(
  own: StepRecord,
  conditions: readonly PipelineCondition[],
  { before, ...analyzing }: Measuring,
): Promise<LookedAt> {
  const last = before.findLast(({ result }) => result?.schema === "aiex.analysis/1");
  const asksFor = ({ path: [first = "", second = ""] }: PipelineCondition): boolean =>
    isMeasured(first) || (last !== undefined && isStepCalled(last, first) && isMeasured(second));
  const asItIs = { latest: own, records: [...before, own] };
  if (own.word === "analyze" || !conditions.some(asksFor)) return asItIs;
  const type = (last?.result as unknown as AnalysisReport | undefined)?.type;
  const { outcome } = await analysisOf(own.flow, { type, review: undefined }, analyzing);
  if (!outcome.ok) return asItIs;
  const report: ResultDocument = { ...outcome.report };
  const latest = { ...own, result: { ...own.result, ...report } };
  const analyzed = before.map((record) => (record === last ? { ...record, result: report } : record));
  return { latest, records: [...analyzed, latest] };
}

function isMeasured(name: string): boolean {
  return measuredFacts.has(name.toLowerCase().replaceAll("-", "_"));
}
