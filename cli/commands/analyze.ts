// `aiex ai analyze`: reads what to analyze, has it analyzed by a run, here or elsewhere, prints the report and judges it.
import type { AnalysisInput, AnalysisOrder, ReviewChoice } from "../../supervisors/runs/analysis.ts";
import { AnalysisCount } from "../../supervisors/runs/analysis-progress.ts";
import { askedOf } from "../analysis-asked.ts";
import type { Asking } from "../asking.ts";
import { codeFromStdin } from "../code-from-stdin.ts";
import { analysisTypeWords } from "../command-table.ts";
import { onUnknownWords } from "../command-tables/runs.ts";
import { checkDestination, type Destination, destinationOf } from "../destination.ts";
import type { ExitCode } from "../exit-codes.ts";
import { analysisFiles } from "../followed-view.ts";
import type { Gate } from "../gate.ts";
import type { Host, Settings } from "../host.ts";
import type { Interruption } from "../interruption.ts";
import { numberValue, optionValue, type ParsedCommand } from "../parse.ts";
import { placementOf } from "../placement.ts";
import { showResult } from "../run-end.ts";
import { sessionChoice } from "../session-choice.ts";
import { readSettings } from "../settings.ts";
import { worked, workPlace } from "../work.ts";

export async function analyze(asking: Asking): Promise<ExitCode> {
  const { parsed, host, interruption } = asking;
  const file = optionValue(parsed, "file") ?? "";
  const gate = gateOf(parsed);
  const { options } = parsed;
  const destination = destinationOf({ format: given(options, "format"), output: given(options, "output") });
  // What is wrong with where it is to be is said before anything else is looked at.
  placementOf(parsed, host);
  if (destination.path !== undefined) {
    await checkDestination(host.world.files, destination.path, file === "-" ? undefined : file);
  }
  const settings = await readSettings(host, interruption);
  const placement = await workPlace(asking, settings);
  const input = await inputOf(file, optionValue(parsed, "stdin-name") ?? "stdin", host, interruption);
  const order = orderOf(parsed, input, destination, gate);
  const done = await worked(asking, settings, placement, {
    order: (over) => settings.order({ ...order, ...over }),
    needsFiles: input.kind !== "text",
    mayAsk: order.review !== undefined,
    view: () => analysisFiles(host, new AnalysisCount()),
  });
  if ("code" in done) return done.code;
  const advice = adviceFor(options, settings);
  return showResult(host, done.result, { destination, gate, advice });
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
  return { kind: "text", name: stdinName, bytes: await codeFromStdin(host, interruption) };
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
