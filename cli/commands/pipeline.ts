// `aiex pipeline --spec SPEC`: a chain of operations, made into a run that is followed to its result.
import { checkSpecification } from "../../actors/pipeline/language/check.ts";
import { placedProblems } from "../../actors/pipeline/language/placed.ts";
import type { SpecificationProblem } from "../../actors/pipeline/language/specification.ts";
import { pipelineWordOf } from "../../actors/pipeline/language/vocabulary.ts";
import type { PipelineMode } from "../../actors/pipeline/step-work.ts";
import type { PipelineOrder } from "../../supervisors/runs/pipeline.ts";
import { askedOf } from "../analysis-asked.ts";
import type { Asking } from "../asking.ts";
import { codeFromStdin } from "../code-from-stdin.ts";
import { pipelineModeWords } from "../command-tables/pipeline.ts";
import { onUnknownWords } from "../command-tables/runs.ts";
import { checkDestination, type Destination, destinationOf, twoFormats } from "../destination.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { type PipelineSeen, PipelineView } from "../followed-pipeline.ts";
import type { Gate } from "../gate.ts";
import type { Settings } from "../host.ts";
import { numberValue, optionValue } from "../parse.ts";
import type { WrittenStep } from "../pipeline-standing.ts";
import { writtenSteps } from "../pipeline-steps.ts";
import { placementOf } from "../placement.ts";
import { problemLines } from "../render/pipeline-check-text.ts";
import { showResult } from "../run-end.ts";
import { sessionChoice } from "../session-choice.ts";
import { readSettings } from "../settings.ts";
import { terminalOf } from "../terminal.ts";
import { UsageError } from "../usage.ts";
import { worked, workPlace } from "../work.ts";
import { pipelineValidate } from "./pipeline-look.ts";

/** What is carried out. */
export interface PipelineAsked {
  /** In the language, with no workflow in it. */
  readonly spec: string;
  readonly mode: PipelineMode | undefined;
  /** What the person wants of it, in words. */
  readonly wish?: string | undefined;
}

export async function pipeline(asking: Asking): Promise<ExitCode> {
  const { parsed } = asking;
  if (parsed.options.has("validate")) return pipelineValidate(asking);
  const spec = optionValue(parsed, "spec") ?? "";
  const checked = checkSpecification(spec);
  if (!checked.ok) return refused(asking, spec, checked.problems);
  const mode = pipelineModeWords.find((word) => word === optionValue(parsed, "mode"));
  return runPipeline(asking, optionValue(parsed, "input") ?? ".", async (settings) => {
    if (checked.steps.every(({ word }) => word !== "workflow")) return { spec, mode };
    const expanded = await (await settings.workflows()).expandSpecification(spec);
    if (expanded.ok) return { spec: expanded.specification, mode };
    return refused(asking, spec, expanded.problems);
  });
}

/**
 * Carries out what a command asks for, with the options of `aiex pipeline`.
 * @param path what it works on: "-" for standard input
 * @param askedIn gives what is carried out, or the code to end with where something is wrong with it, which was told
 */
export async function runPipeline(
  asking: Asking,
  path: string,
  askedIn: (settings: Settings) => Promise<PipelineAsked | ExitCode>,
): Promise<ExitCode> {
  const { parsed, host, interruption } = asking;
  const { options } = parsed;
  const topic = parsed.command.words.join(" ");
  const gate = { failUnder: numberValue(parsed, "fail-under"), allowPartial: options.has("allow-partial") };
  const destination = destinationFor(asking);
  placementOf(parsed, host);
  if (destination.path !== undefined) {
    await checkDestination(host.world.files, destination.path, path === "-" ? undefined : path, topic);
  }
  const settings = await readSettings(host, interruption);
  const asked = await askedIn(settings);
  if (typeof asked === "number") return asked;
  const steps = writtenSteps(asked.spec);
  if (options.has("no-model")) refuseModels(steps, topic);
  const placement = await workPlace(asking, settings);
  const order = orderOf(asking, asked, await inputOf(asking, path), { destination, gate });
  const stream = streamFor(asking, asked.mode, destination);
  const view = new PipelineView(host, { steps, isVerbose: options.has("verbose"), stream });
  const done = await worked(asking, settings, placement, {
    order: (over) => settings.pipeline({ ...order, ...over }),
    // Whatever it works on, its steps may write files and look at others.
    needsFiles: true,
    mayAsk: order.noModel !== true,
    view: () => view,
    isViewedAnywhere: true,
    begun: (id, runs) => view.begun(id, runs),
  });
  if ("code" in done) return done.code;
  return showResult(host, done.result, {
    ...{ destination, gate, advice: undefined, isShown: view.hasShown },
    event: stream === "events" ? view.lastEvent : undefined,
  });
}

/** Tells what is wrong. */
async function refused(
  { host }: Asking,
  spec: string,
  problems: readonly SpecificationProblem[],
): Promise<ExitCode> {
  const terminal = terminalOf(host.stderr, host.env, host.platform);
  const lines = problemLines(placedProblems(problems, spec), spec, terminal);
  await host.stderr.write(`${lines.join("\n")}\n`);
  return exitCodes.usage;
}

/** @throws {UsageError} it cannot be done without a model */
function refuseModels(steps: readonly WrittenStep[], topic: string): void {
  const asking = steps.find(({ word }) => pipelineWordOf(word)?.asksModel === true);
  if (asking === undefined) return;
  const problem = `--no-model leaves out every model, and step ${asking.id}, ${asking.word}, needs one. Leave out one of the two.`;
  throw new UsageError(problem, topic);
}

/** Where nothing is said programs read what goes to no terminal, and a file says by its extension who reads it. */
function destinationFor({ parsed, host }: Asking): Destination {
  const given = optionValue(parsed, "format");
  const output = optionValue(parsed, "output");
  const topic = parsed.command.words.join(" ");
  if (output === ndjson && given !== undefined && given !== ndjson)
    throw new UsageError(twoFormats(given, output), topic);
  // Its events are printed, and the document with them.
  if (output === ndjson) return { format: "json", path: undefined };
  const isPrinted = output === undefined || output === "-";
  const fallback = isPrinted && host.stdout.isTTY !== true ? "json" : undefined;
  return destinationOf({ format: given === ndjson ? fallback : (given ?? fallback), output, topic });
}

function streamFor(
  { parsed }: Asking,
  mode: PipelineAsked["mode"],
  { format, path }: Destination,
): PipelineSeen["stream"] {
  if ([optionValue(parsed, "format"), optionValue(parsed, "output")].includes(ndjson)) return "events";
  const isStreamed = mode === "streaming";
  return isStreamed && format === "text" && path === undefined ? "results" : undefined;
}

async function inputOf(
  { parsed, host, interruption }: Asking,
  path: string,
): Promise<PipelineOrder["input"]> {
  if (path !== "-") return { kind: "path", path };
  const bytes = await codeFromStdin(host, interruption, "a file or a directory by its path");
  const name = optionValue(parsed, "stdin-name") ?? "stdin";
  return { kind: "text", name, text: new TextDecoder().decode(bytes) };
}

function orderOf(
  { parsed }: Asking,
  { spec, mode, wish }: PipelineAsked,
  input: PipelineOrder["input"],
  shown: { readonly destination: Destination; readonly gate: Gate },
): PipelineOrder {
  const { options } = parsed;
  const onUnknown = optionValue(parsed, "on-unknown");
  return {
    ...{ spec, input, mode, wish },
    ...{ continueOnError: options.has("continue-on-error"), strict: options.has("strict") },
    ...{ provider: optionValue(parsed, "provider"), model: optionValue(parsed, "model") },
    ...{ noModel: options.has("no-model"), session: sessionChoice(parsed) },
    onUnknown: onUnknownWords.find((word) => word === onUnknown),
    ...{ deadlineMs: numberValue(parsed, "deadline"), costUsdMax: numberValue(parsed, "max-cost") },
    shown: askedOf(shown.destination.format, shown.gate),
  };
}

const ndjson = "ndjson";
