// `aiex ai analyze`: reads what to analyze, has the library analyze it, prints the report and judges it.
import type { AnalysisReport } from "../../actors/analysis/report.ts";
import type { AnalyzeRequest } from "../../supervisors/aiex.ts";
import { analysisTypeWords } from "../command-table.ts";
import { checkDestination, type Destination, destinationOf, writeReport } from "../destination.ts";
import type { ExitCode } from "../exit-codes.ts";
import { showNotice } from "../failure.ts";
import { type Gate, judge } from "../gate.ts";
import type { Host, Settings } from "../host.ts";
import type { Interruption } from "../interruption.ts";
import { stdinBytesMax, stopDeadlineMs } from "../limits.ts";
import { optionValue, type ParsedCommand } from "../parse.ts";
import { startProgress } from "../progress.ts";
import { renderJson } from "../render/json.ts";
import { renderReportMarkdown } from "../render/report-markdown.ts";
import { renderReportText } from "../render/report-text.ts";
import { readStdin } from "../stdin.ts";
import { reportFile, type Terminal, terminalOf } from "../terminal.ts";

export async function analyze(
  parsed: ParsedCommand,
  host: Host,
  interruption: Interruption,
): Promise<ExitCode> {
  const file = optionValue(parsed, "file") ?? "";
  const failUnder = optionValue(parsed, "fail-under");
  const gate: Gate = {
    failUnder: failUnder === undefined ? undefined : Number(failUnder),
    allowPartial: parsed.options.has("allow-partial"),
  };
  const { options } = parsed;
  const destination = destinationOf({ format: given(options, "format"), output: given(options, "output") });
  if (destination.path !== undefined) {
    await checkDestination(host.world.files, destination.path, file === "-" ? undefined : file);
  }
  const settings = await interruption.orInterrupted(host.settings());
  for (const warning of settings.warnings) await showNotice(`Warning: ${warning}`, host);
  const request: AnalyzeRequest = {
    input: await inputOf(file, optionValue(parsed, "stdin-name") ?? "stdin", host, interruption),
    type: analysisTypeWords.find((word) => word === optionValue(parsed, "type")) ?? "all",
  };
  const report = await runAnalysis(request, settings, host, interruption);
  await deliver(report, destination, host);
  const verdict = judge(report, gate);
  if (verdict.message !== undefined) await showNotice(verdict.message, host);
  return verdict.code;
}

async function inputOf(
  file: string,
  stdinName: string,
  host: Host,
  interruption: Interruption,
): Promise<AnalyzeRequest["input"]> {
  if (file !== "-") return { kind: "path", path: file };
  if (host.stdin.isTTY === true) {
    const end = host.platform === "win32" ? "Ctrl-Z and Enter" : "Ctrl-D";
    await showNotice(`Reading code from the terminal. End it with ${end} on a line of its own.`, host);
  }
  const bytes = await interruption.orInterrupted(readStdin(host.stdin, stdinBytesMax));
  return { kind: "text", name: stdinName, bytes };
}

/** Whatever happens, the library is stopped and the progress line is gone before this settles. */
async function runAnalysis(
  request: AnalyzeRequest,
  settings: Settings,
  host: Host,
  interruption: Interruption,
): Promise<AnalysisReport> {
  const progress = startProgress({
    world: host.world,
    output: host.stderr,
    terminal: terminalOf(host.stderr, host.env, host.platform),
    activity: "Analyzing",
  });
  try {
    const library = await interruption.orInterrupted(settings.start());
    try {
      const { signal } = interruption;
      const onProgress = progress.report;
      return await interruption.orInterrupted(library.analyze({ ...request, onProgress, signal }));
    } finally {
      await settledWithin(host, stopDeadlineMs, library.stop());
    }
  } finally {
    await progress.end();
  }
}

async function deliver(report: AnalysisReport, { format, path }: Destination, host: Host): Promise<void> {
  if (path === undefined) {
    await host.stdout.write(rendered(report, format, terminalOf(host.stdout, host.env, host.platform)));
    return;
  }
  await writeReport(host.world.files, path, rendered(report, format, reportFile));
  await showNotice(`Wrote the report to ${path}.`, host);
}

function rendered(report: AnalysisReport, format: Destination["format"], terminal: Terminal): string {
  switch (format) {
    case "json":
      return renderJson(report);
    case "markdown":
      return renderReportMarkdown(report);
    case "text":
      return renderReportText(report, terminal);
  }
}

/** Resolves when `work` has settled either way, or at the deadline: a result is not lost to a bad ending. */
function settledWithin(host: Host, deadlineMs: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = host.world.timers.set(deadlineMs, resolve);
    const done = (): void => {
      host.world.timers.clear(timer);
      resolve();
    };
    work.then(done, done);
  });
}

function given(options: ParsedCommand["options"], name: string): string | undefined {
  const value = options.get(name);
  return typeof value === "string" ? value : undefined;
}
