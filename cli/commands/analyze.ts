// `aiex ai analyze`: reads what to analyze, has it analyzed by a run, here or elsewhere, prints the report and judges it.
import type { AnalysisInput, AnalysisOrder, ReviewChoice } from "../../supervisors/runs/analysis.ts";
import { AnalysisCount } from "../../supervisors/runs/analysis-progress.ts";
import { askedOf } from "../analysis-asked.ts";
import type { Asking } from "../asking.ts";
import { analysisTypeWords } from "../command-table.ts";
import { onUnknownWords } from "../command-tables/runs.ts";
import { checkDestination, type Destination, destinationOf } from "../destination.ts";
import { tellDetached } from "../detached.ts";
import { disclosed } from "../disclosed.ts";
import type { ExitCode } from "../exit-codes.ts";
import { showNotice } from "../failure.ts";
import { runProgress } from "../followed-progress.ts";
import { followRun } from "../followed-run.ts";
import { analysisFiles } from "../followed-view.ts";
import type { Gate } from "../gate.ts";
import type { Host, Settings } from "../host.ts";
import type { Interruption } from "../interruption.ts";
import { withLibrary } from "../library.ts";
import { stdinBytesMax } from "../limits.ts";
import { numberValue, optionValue, type ParsedCommand } from "../parse.ts";
import { type Placement, placementBy, placementOf, refuseDetached } from "../placement.ts";
import { shortId } from "../render/run-words.ts";
import { type RunResult, resultOf, showResult } from "../run-end.ts";
import { runsAt } from "../run-places.ts";
import { sessionChoice } from "../session-choice.ts";
import { readSettings } from "../settings.ts";
import { readStdin } from "../stdin.ts";

export async function analyze(asking: Asking): Promise<ExitCode> {
  const { parsed, host, interruption } = asking;
  const file = optionValue(parsed, "file") ?? "";
  const gate = gateOf(parsed);
  const { options } = parsed;
  const destination = destinationOf({ format: given(options, "format"), output: given(options, "output") });
  const said = placementOf(parsed, host);
  if (destination.path !== undefined) {
    await checkDestination(host.world.files, destination.path, file === "-" ? undefined : file);
  }
  const settings = await readSettings(host, interruption);
  const placement = said === "here" ? undefined : (said ?? placementBy(await settings.connection()));
  refuseDetached(parsed, placement !== undefined);
  const input = await inputOf(file, optionValue(parsed, "stdin-name") ?? "stdin", host, interruption);
  const order = orderOf(parsed, input, destination, gate);
  const done =
    placement === undefined
      ? await analyzedHere(asking, settings, order)
      : await analyzedElsewhere(asking, settings, placement, order);
  if ("code" in done) return done.code;
  const advice = adviceFor(options, settings);
  return showResult(host, done.result, { destination, gate, advice });
}

type Analyzed = { readonly result: RunResult } | { readonly code: ExitCode };

/** Whatever happens, the library is stopped and the progress line is gone before this settles. */
async function analyzedHere(asking: Asking, settings: Settings, order: AnalysisOrder): Promise<Analyzed> {
  const { host, interruption } = asking;
  const answer = order.review === undefined ? undefined : disclosed(host);
  const view = analysisFiles(host, new AnalysisCount());
  try {
    return await withLibrary(settings, host, interruption, async ({ runs, notice }) => {
      const id = await runs.submit(await settings.order(order));
      const end = await followRun(asking, runs, id, { view, answer, unkept: notice });
      return { result: await resultOf(runs, end, notice === undefined) };
    });
  } finally {
    await view.end();
  }
}

/** Has a node do it, which reads the files through this command while it is there. */
async function analyzedElsewhere(
  asking: Asking,
  settings: Settings,
  placement: Placement,
  order: AnalysisOrder,
): Promise<Analyzed> {
  const { parsed, host, interruption } = asking;
  const isDetached = parsed.options.has("detach");
  const serve = order.input.kind === "text" ? undefined : await settings.workspace();
  const placed = await settings.order({ ...order, workspace: serve?.ref, asks: !isDetached });
  const remotes = await interruption.orInterrupted(host.remotes());
  let isSubmitted = false;
  const analyzed = runsAt(asking, remotes, placement, async ({ runs, node }) => {
    const id = await runs.submit(placed, placement.node === undefined ? undefined : node);
    isSubmitted = true;
    await tellPlaced(
      host,
      placement,
      `Run ${shortId(id)} is ${placement.node === undefined ? `in ${runs.place}` : `on ${node}`}`,
    );
    if (isDetached) return { code: await tellDetached(asking, runs, id, serve !== undefined) };
    const answer = order.review === undefined ? undefined : disclosed(host);
    const end = await followRun(asking, runs, id, { view: runProgress(host, id, false), serve, answer });
    return { result: await resultOf(runs, end) };
  });
  return analyzed.catch(async (error: unknown) => {
    if (!isSubmitted && !interruption.signal.aborted)
      await tellPlaced(host, placement, "This run was to be elsewhere");
    throw error;
  });
}

/** Where nobody asked for it in this command, it says where its run is. */
async function tellPlaced(host: Host, { saidBy }: Placement, where: string): Promise<void> {
  if (saidBy === undefined) return;
  await showNotice(`${where}, as ${saidBy} says. With --on here it is in this process.`, host);
}

function orderOf(
  parsed: ParsedCommand,
  input: AnalysisInput,
  { format }: Destination,
  gate: Gate,
): AnalysisOrder {
  const onUnknown = optionValue(parsed, "on-unknown");
  const review = modelChoice(parsed.options);
  return {
    input,
    type: analysisTypeWords.find((word) => word === optionValue(parsed, "type")) ?? "all",
    ...(review === undefined ? {} : { review }),
    session: sessionChoice(parsed),
    onUnknown: onUnknownWords.find((word) => word === onUnknown),
    deadlineMs: numberValue(parsed, "deadline"),
    costUsdMax: numberValue(parsed, "max-cost"),
    shown: askedOf(format, gate),
  };
}

function gateOf(parsed: ParsedCommand): Gate {
  return {
    failUnder: numberValue(parsed, "fail-under"),
    allowPartial: parsed.options.has("allow-partial"),
  };
}

async function inputOf(
  file: string,
  stdinName: string,
  host: Host,
  interruption: Interruption,
): Promise<AnalysisInput> {
  if (file !== "-") return { kind: "path", path: file };
  if (host.stdin.isTTY === true) {
    const end = host.platform === "win32" ? "Ctrl-Z and Enter" : "Ctrl-D";
    await showNotice(`Reading code from the terminal. End it with ${end} on a line of its own.`, host);
  }
  const bytes = await interruption.orInterrupted(readStdin(host.stdin, stdinBytesMax));
  return { kind: "text", name: stdinName, bytes };
}

/** Which model may review; undefined where none may. */
function modelChoice(options: ParsedCommand["options"]): ReviewChoice | undefined {
  if (options.has("no-model")) return undefined;
  const provider = given(options, "provider");
  const model = given(options, "model");
  return { ...(provider === undefined ? {} : { provider }), ...(model === undefined ? {} : { model }) };
}

/** For those who have set no model up; whoever wants none is not told again. */
function adviceFor(options: ParsedCommand["options"], { rows }: Settings): string | undefined {
  const hasProvider = rows.some(({ key }) => key.startsWith("llm.providers."));
  return hasProvider || options.has("no-model") ? undefined : setUpAdvice;
}

const setUpAdvice = "A model can review this too: set OPENAI_API_KEY, or see `aiex help ai analyze`.";

function given(options: ParsedCommand["options"], name: string): string | undefined {
  const value = options.get(name);
  return typeof value === "string" ? value : undefined;
}
