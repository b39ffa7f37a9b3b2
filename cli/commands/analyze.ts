// `aiex ai analyze`: reads what to analyze, has the library analyze it, prints the report and judges it.
import type { AnalysisReport } from "../../actors/analysis/report.ts";
import type { AnalyzeProgress, AnalyzeRequest, Disclosure, ReviewRequest } from "../../supervisors/aiex.ts";
import type { Asking } from "../asking.ts";
import { analysisTypeWords } from "../command-table.ts";
import { checkDestination, type Destination, destinationOf, writeReport } from "../destination.ts";
import type { ExitCode } from "../exit-codes.ts";
import { showNotice } from "../failure.ts";
import { type Gate, judge } from "../gate.ts";
import type { Host, Settings } from "../host.ts";
import type { Interruption } from "../interruption.ts";
import { withLibrary } from "../library.ts";
import { stdinBytesMax } from "../limits.ts";
import { optionValue, type ParsedCommand } from "../parse.ts";
import { filesText, startProgress } from "../progress.ts";
import { disclosureText } from "../render/disclosure-text.ts";
import { renderJson } from "../render/json.ts";
import { renderReportMarkdown } from "../render/report-markdown.ts";
import { renderReportText } from "../render/report-text.ts";
import { readSettings } from "../settings.ts";
import { readStdin } from "../stdin.ts";
import { reportFile, type Terminal, terminalOf } from "../terminal.ts";

export async function analyze({ parsed, host, interruption }: Asking): Promise<ExitCode> {
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
  const settings = await readSettings(host, interruption);
  const request: AnalyzeRequest = {
    input: await inputOf(file, optionValue(parsed, "stdin-name") ?? "stdin", host, interruption),
    type: analysisTypeWords.find((word) => word === optionValue(parsed, "type")) ?? "all",
  };
  const report = await runAnalysis(request, modelChoice(options), settings, host, interruption);
  await deliver(report, destination, adviceFor(options, settings), host);
  const { model } = report;
  if (model !== null && model.status !== "complete") {
    await showNotice(`The model's part is ${model.status}: ${model.reason}`, host);
  }
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

/** Which model may review; undefined where none may. */
function modelChoice(options: ParsedCommand["options"]): ModelChoice | undefined {
  if (options.has("no-model")) return undefined;
  const provider = given(options, "provider");
  const model = given(options, "model");
  return { ...(provider === undefined ? {} : { provider }), ...(model === undefined ? {} : { model }) };
}

type ModelChoice = Omit<ReviewRequest, "onDisclosure">;

/** Whatever happens, the library is stopped and the progress line is gone before this settles. */
async function runAnalysis(
  request: AnalyzeRequest,
  choice: ModelChoice | undefined,
  settings: Settings,
  host: Host,
  interruption: Interruption,
): Promise<AnalysisReport> {
  const { world, stderr: output } = host;
  const terminal = terminalOf(output, host.env, host.platform);
  let progress = startProgress({ world, output, terminal, text: filesText("Analyzing") });
  const onDisclosure = async (disclosure: Disclosure): Promise<void> => {
    await progress.end();
    await output.write(disclosureText(disclosure, terminal));
    progress = startProgress({ world, output, terminal, text: filesText("Reviewing") });
  };
  try {
    const review = choice === undefined ? {} : { review: { ...choice, onDisclosure } };
    const { signal } = interruption;
    const onProgress = (done: AnalyzeProgress): void => progress.report(done);
    return await withLibrary(settings, host, interruption, (library) =>
      library.analyze({ ...request, ...review, onProgress, signal }),
    );
  } finally {
    await progress.end();
  }
}

/** For those who have set no model up; whoever wants none is not told again. */
function adviceFor(options: ParsedCommand["options"], { rows }: Settings): string | undefined {
  const hasProvider = rows.some(({ key }) => key.startsWith("llm.providers."));
  return hasProvider || options.has("no-model") ? undefined : setUpAdvice;
}

const setUpAdvice = "A model can review this too: set OPENAI_API_KEY, or see `aiex help ai analyze`.";

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

function given(options: ParsedCommand["options"], name: string): string | undefined {
  const value = options.get(name);
  return typeof value === "string" ? value : undefined;
}
