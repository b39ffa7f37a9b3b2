// What a pipeline came to: the document where it was asked for, what is to be said beside it, and the exit code.
import type { PipelineDocument } from "../actors/pipeline/outcome.ts";
import type { RunEntry } from "../actors/runs/run-entry.ts";
import type { AiexError } from "../runtime/errors.ts";
import { type Destination, writeReport } from "./destination.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { showFailure, showNotice } from "./failure.ts";
import { type Gate, judge } from "./gate.ts";
import type { Host } from "./host.ts";
import { renderJson } from "./render/json.ts";
import { renderPipelineMarkdown } from "./render/pipeline-markdown.ts";
import { renderPipelineText } from "./render/pipeline-text.ts";
import { resultEvent } from "./render/run-event.ts";
import { codeOfResult } from "./shown-operation.ts";
import { reportFile, type Terminal, terminalOf } from "./terminal.ts";

export interface PipelineEvent {
  readonly run: string;
  readonly entry: Pick<RunEntry, "n" | "at" | "node">;
}

export interface PipelineShown {
  readonly destination: Destination;
  readonly gate: Gate;
  /** The last event of its run, where these were printed: the document is one more line behind them. */
  readonly event: PipelineEvent | undefined;
  /** True where a person has seen the results while they came. */
  readonly isShown: boolean;
}

/** @param problem what ended it, where a step failed and that was the end */
export async function showPipeline(
  host: Host,
  document: PipelineDocument,
  { destination, gate, isShown, event }: PipelineShown,
  problem: AiexError | undefined,
): Promise<ExitCode> {
  const { format, path } = destination;
  if (event !== undefined) await host.stdout.write(resultEvent(event.run, event.entry, document));
  if (path === undefined && event === undefined) {
    const terminal = terminalOf(host.stdout, host.env, host.platform);
    await host.stdout.write(rendered(document, format, terminal, !isShown));
  } else if (path !== undefined) {
    await writeReport(host.world.files, path, rendered(document, format, reportFile, true));
    await showNotice(`Wrote the result to ${path}.`, host);
  }
  if (problem !== undefined) return showFailure(problem, host);
  const { code, message } = verdictOn(document, gate);
  if (message !== undefined) await showNotice(message, host);
  return code;
}

/** What failed comes first, then what the gate says, then what an operation says of its own result. */
function verdictOn(
  document: PipelineDocument,
  gate: Gate,
): { readonly code: ExitCode; readonly message: string | undefined } {
  const { status, complete, quality_score, steps } = document;
  if (status === "failed") return { code: exitCodes.failed, message: undefined };
  if (status === "partial") {
    const failed = steps.filter((step) => step.status === "failed").map(({ step }) => step);
    const which = failed.length === 0 ? "Some parts failed" : `Failed: step ${failed.join(", ")}`;
    return { code: exitCodes.failedSteps, message: `${which}. The result says why.` };
  }
  const isGated = gate.failUnder !== undefined;
  const verdict = judge({ complete: complete ?? true, quality_score }, gate);
  if (isGated && verdict.code !== exitCodes.ok) return verdict;
  const code = steps.map(({ result }) => codeOfResult(result)).find((one) => one !== exitCodes.ok);
  return { code: code ?? exitCodes.ok, message: verdict.message };
}

function rendered(
  document: PipelineDocument,
  format: Destination["format"],
  terminal: Terminal,
  withResult: boolean,
): string {
  switch (format) {
    case "json":
      return renderJson(document);
    case "markdown":
      return renderPipelineMarkdown(document);
    case "text":
      return renderPipelineText(document, terminal, withResult);
  }
}
