// Measures again what a repeated step has made: `while:quality<0.8 refactor` is about the code as it is after each time.
import type { AnalysisReport } from "../analysis/report.ts";
import type { StepContext } from "../runs/step-context.ts";
import type { PipelineCondition } from "./language/check.ts";
import type { StepRecord } from "./record.ts";
import { analysisOf } from "./words/analyze.ts";
import type { PipelineTools } from "./words.ts";

/** What only an analysis tells. */
const analysisFacts: ReadonlySet<string> = new Set([
  ...["quality", "quality_score", "issues", "errors", "warnings", "infos", "hints", "complete"],
]);

/** The record of an analysis by the static engine alone; undefined where none of the conditions asks for one, or there is none. */
export async function remeasured(
  record: StepRecord,
  conditions: readonly PipelineCondition[],
  {
    context,
    tools,
    prefix,
    before,
  }: {
    readonly context: StepContext;
    readonly tools: PipelineTools;
    readonly prefix: string;
    readonly before: readonly StepRecord[];
  },
): Promise<StepRecord | undefined> {
  const { word, flow } = record;
  if (word === "analyze" || !conditions.some(({ path: [name = ""] }) => analysisFacts.has(name)))
    return undefined;
  const last = before.findLast((other) => other.result?.schema === "aiex.analysis/1")?.result;
  const type = (last as unknown as AnalysisReport | undefined)?.type;
  const { outcome } = await analysisOf(flow, { type, review: undefined }, { context, tools, prefix });
  return outcome.ok ? { ...record, result: { ...record.result, ...outcome.report } } : undefined;
}
