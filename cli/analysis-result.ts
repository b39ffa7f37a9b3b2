// What an analysis came to: the report where it was asked for, what is to be said beside it, and the exit code.
import type { AnalysisReport } from "../actors/analysis/report.ts";
import { renderReportMarkdown } from "../actors/rendering/report-markdown.ts";
import { renderReportText } from "../actors/rendering/report-text.ts";
import { type Destination, writeReport } from "./destination.ts";
import type { ExitCode } from "./exit-codes.ts";
import { showNotice } from "./failure.ts";
import { type Gate, judge } from "./gate.ts";
import type { Host } from "./host.ts";
import { renderJson } from "./render/json.ts";
import { reportFile, type Terminal, terminalOf } from "./terminal.ts";

export interface ReportShown {
  readonly destination: Destination;
  readonly gate: Gate;
  /** A sentence for those who have set no model up. */
  readonly advice: string | undefined;
}

export async function showReport(
  report: AnalysisReport,
  { destination, gate, advice }: ReportShown,
  host: Host,
): Promise<ExitCode> {
  await deliver(report, destination, advice, host);
  const { model } = report;
  if (model !== null && model.status !== "complete") {
    await showNotice(`The model's part is ${model.status}: ${model.reason}`, host);
  }
  const verdict = judge(report, gate);
  if (verdict.message !== undefined) await showNotice(verdict.message, host);
  return verdict.code;
}

async function deliver(
  report: AnalysisReport,
  { format, path }: Destination,
  advice: string | undefined,
  host: Host,
): Promise<void> {
  if (path === undefined) {
    const terminal = terminalOf(host.stdout, host.env, host.platform);
    await host.stdout.write(rendered(report, format, terminal, advice));
    return;
  }
  await writeReport(host.world.files, path, rendered(report, format, reportFile, advice));
  await showNotice(`Wrote the report to ${path}.`, host);
}

function rendered(
  report: AnalysisReport,
  format: Destination["format"],
  terminal: Terminal,
  advice: string | undefined,
): string {
  switch (format) {
    case "json":
      return renderJson(report);
    case "markdown":
      return renderReportMarkdown(report);
    case "text":
      return renderReportText(report, terminal, advice);
  }
}
