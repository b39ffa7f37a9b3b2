// What a run came to that was followed to its end: its result as it was asked for, and the exit code.
import type { AnalysisReport } from "../actors/analysis/report.ts";
import type { PipelineDocument } from "../actors/pipeline/outcome.ts";
import { shortId } from "../actors/runs/run-id.ts";
import { AiexError } from "../runtime/errors.ts";
import { AnalysisFailed, analysisReport, shownOf } from "../supervisors/runs/analysis.ts";
import { operationDocument } from "../supervisors/runs/operation-end.ts";
import { pipelineDocumentOf } from "../supervisors/runs/pipeline.ts";
import type { RunEnd, Runs } from "../supervisors/runs/runs.ts";
import { readAsked } from "./analysis-asked.ts";
import { type ReportShown, showReport } from "./analysis-result.ts";
import type { ReportFormat } from "./command-tables/options.ts";
import type { Destination } from "./destination.ts";
import { type ExitCode, exitCodes, hasExitCode } from "./exit-codes.ts";
import { showFailure } from "./failure.ts";
import type { Host } from "./host.ts";
import { type PipelineEvent, type PipelineShown, showPipeline } from "./pipeline-result.ts";
import { renderJson } from "./render/json.ts";
import { isShownOperation, type ShownOperation, showOperation } from "./shown-operation.ts";

export type RunResult =
  | {
      readonly kind: "analysis";
      readonly report: AnalysisReport;
      /** What was kept of how it was asked for. */
      readonly asked: ReturnType<typeof readAsked>;
    }
  | {
      readonly kind: "operation";
      /** Which. */
      readonly name: ShownOperation;
      readonly document: Readonly<Record<string, unknown>>;
      readonly format: ReportFormat;
    }
  | {
      readonly kind: "pipeline";
      readonly document: PipelineDocument;
      readonly asked: ReturnType<typeof readAsked>;
      /** What ended it before its last step. */
      readonly problem: RunWithoutResult | undefined;
    }
  | { readonly kind: "data"; readonly output: unknown };

/** A run brought no result; `code` says why. */
export class RunWithoutResult extends AiexError {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * @param isKept false where a run that failed cannot be tried again, as nothing is kept of it
 * @throws {RunWithoutResult}; {InputRefused}; {AnalysisFailed}
 */
export async function resultOf(runs: Runs, end: RunEnd, isKept = true): Promise<RunResult> {
  const { id, kind, phase } = end.summary;
  if (kind === "pipeline") return pipelineResult(runs, end);
  if (phase !== "done" && phase !== "failed") throw withoutResult(end);
  if (kind !== "analysis") {
    if (phase === "failed") throw withoutResult(end);
    if (isShownOperation(kind)) {
      const document = operationDocument(end);
      const { state } = await runs.show(id, 1);
      const { format } = readAsked(shownOf(state.spec?.request));
      return { kind: "operation", name: kind, document, format };
    }
    return { kind: "data", output: end.output };
  }
  const report = await analysisReport(runs, end).catch((error: unknown) => {
    if (!isKept || !(error instanceof AnalysisFailed) || isBound(error.code)) throw error;
    throw new AnalysisFailed(`${error.message} ${againText(shortId(id))}`, error.code);
  });
  const { state } = await runs.show(id, 1);
  return { kind, report, asked: readAsked(shownOf(state.spec?.request)) };
}

/** @throws {RunWithoutResult} nobody goes on with it */
async function pipelineResult(runs: Runs, end: RunEnd): Promise<RunResult> {
  const { id, phase } = end.summary;
  if (phase !== "done" && phase !== "failed") throw withoutResult(end);
  const document = await pipelineDocumentOf(runs, end);
  const { state } = await runs.show(id, 1);
  const asked = readAsked(shownOf(state.spec?.request));
  return { kind: "pipeline", document, asked, problem: phase === "done" ? undefined : failedPipeline(end) };
}

/** A step that failed says why in its code. */
function failedPipeline(end: RunEnd): RunWithoutResult {
  const why = withoutResult(end);
  return new RunWithoutResult(end.problem?.code ?? why.code, why.message);
}

export interface ResultShown {
  /** As it was asked for where it is undefined. */
  readonly format: ReportFormat | undefined;
  /** Of an operation, in place of standard output. */
  readonly destination?: Destination;
  /** True where a person has seen it while it came. */
  readonly isShown?: boolean;
  /** Of a pipeline whose events were printed: the last one. */
  readonly event?: PipelineEvent | undefined;
}

/** Shows it as it was asked for, or as `shown` says. */
export async function showResult(
  host: Host,
  result: RunResult,
  shown: ResultShown | ReportShown,
): Promise<ExitCode> {
  if (result.kind === "pipeline")
    return showPipeline(host, result.document, pipelineShown(result.asked, shown), result.problem);
  if (result.kind === "data") {
    await host.stdout.write(renderJson(result.output));
    return exitCodes.ok;
  }
  if (result.kind === "operation") {
    const isShown = "isShown" in shown && shown.isShown === true;
    return showOperation(host, { ...result, isShown }, destinationIn(result.format, shown));
  }
  const { report, asked } = result;
  return showReport(report, "gate" in shown ? shown : shownAs(asked, shown.format), host);
}

/** For whoever printed the events and no result: how it ended is said on standard error where that is no success. */
export async function showEnding(host: Host, end: RunEnd): Promise<ExitCode> {
  return end.summary.phase === "done" ? exitCodes.ok : showFailure(withoutResult(end), host);
}

function destinationIn(asked: ReportFormat, shown: ResultShown | ReportShown): Destination {
  if (shown.destination !== undefined) return shown.destination;
  return { format: ("format" in shown ? shown.format : undefined) ?? asked, path: undefined };
}

function pipelineShown(asked: ReturnType<typeof readAsked>, shown: ResultShown | ReportShown): PipelineShown {
  return {
    destination: destinationIn(asked.format, shown),
    gate: "gate" in shown ? shown.gate : asked.gate,
    isShown: "isShown" in shown && shown.isShown === true,
    event: "event" in shown ? shown.event : undefined,
  };
}

function shownAs(
  { format, gate }: ReturnType<typeof readAsked>,
  given: ReportFormat | undefined,
): ReportShown {
  return { destination: { format: given ?? format, path: undefined }, gate, advice: undefined };
}

/** Why there is no result, and what to do. */
function withoutResult({ summary, problem }: RunEnd): RunWithoutResult {
  const { id, phase } = summary;
  const short = shortId(id);
  if (phase === "cancelled")
    return new RunWithoutResult(
      "run_cancelled",
      `Run ${short} was cancelled. To go on from one of its events: aiex runs fork ${short} --at N`,
    );
  if (phase !== "failed")
    return new RunWithoutResult(
      "run_interrupted",
      `Nobody goes on with run ${short}. Go on with it: aiex runs resume ${short}`,
    );
  const why = problem?.message ?? summary.problem ?? "Why is not known.";
  const code = problem?.code;
  if (code !== undefined && isBound(code)) return new RunWithoutResult(code, `Run ${short} ended. ${why}`);
  // What a step gave as the reason may have an exit code of its own.
  const known = code !== undefined && hasExitCode(code) ? code : "run_failed";
  return new RunWithoutResult(known, `Run ${short} failed. ${why} ${againText(short)}`);
}

function againText(short: string): string {
  return `Try again: aiex runs resume ${short}`;
}

/** Whether what bounds a run ended it, its deadline or its budget: to try that again leads nowhere. */
function isBound(code: string | undefined): boolean {
  return code === "deadline" || code === "budget";
}
