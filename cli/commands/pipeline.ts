// `aiex pipeline --spec SPEC`: a chain of operations, made into a run that is followed to its result.
import { checkSpecification } from "../../actors/pipeline/language/check.ts";
import { placedProblems } from "../../actors/pipeline/language/placed.ts";
import { pipelineWordOf } from "../../actors/pipeline/language/vocabulary.ts";
import type { PipelineOrder } from "../../supervisors/runs/pipeline.ts";
import { askedOf } from "../analysis-asked.ts";
import type { Asking } from "../asking.ts";
import { codeFromStdin } from "../code-from-stdin.ts";
import { pipelineModeWords } from "../command-tables/pipeline.ts";
import { onUnknownWords } from "../command-tables/runs.ts";
import { checkDestination, type Destination, destinationOf } from "../destination.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { type PipelineSeen, PipelineView } from "../followed-pipeline.ts";
import type { Gate } from "../gate.ts";
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

const topic = "pipeline";

export async function pipeline(asking: Asking): Promise<ExitCode> {
  const { parsed, host, interruption } = asking;
  const { options } = parsed;
  if (options.has("validate")) return pipelineValidate(asking);
  const spec = optionValue(parsed, "spec") ?? "";
  const steps = await soundSteps(asking, spec);
  if (steps === undefined) return exitCodes.usage;
  if (options.has("no-model")) refuseModels(steps);
  const gate = { failUnder: numberValue(parsed, "fail-under"), allowPartial: options.has("allow-partial") };
  const input = optionValue(parsed, "input") ?? ".";
  const destination = destinationFor(asking);
  placementOf(parsed, host);
  if (destination.path !== undefined) {
    await checkDestination(host.world.files, destination.path, input === "-" ? undefined : input, topic);
  }
  const settings = await readSettings(host, interruption);
  const placement = await workPlace(asking, settings);
  const order = orderOf(asking, spec, await inputOf(asking), { destination, gate });
  const stream = streamFor(asking, destination);
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

/** Undefined where something is wrong with it, which was told. */
async function soundSteps({ host }: Asking, spec: string): Promise<readonly WrittenStep[] | undefined> {
  const checked = checkSpecification(spec);
  if (checked.ok) return writtenSteps(spec);
  const terminal = terminalOf(host.stderr, host.env, host.platform);
  const lines = problemLines(placedProblems(checked.problems, spec), spec, terminal);
  await host.stderr.write(`${lines.join("\n")}\n`);
  return undefined;
}

/** @throws {UsageError} it cannot be done without a model */
function refuseModels(steps: readonly WrittenStep[]): void {
  // What a workflow has in it is found out later.
  const asking = steps.find(({ word }) => word !== "workflow" && pipelineWordOf(word)?.asksModel === true);
  if (asking === undefined) return;
  const problem = `--no-model leaves out every model, and step ${asking.id}, ${asking.word}, needs one. Leave out one of the two.`;
  throw new UsageError(problem, topic);
}

/** Where nothing is said programs read what goes to no terminal, and a file says by its extension who reads it. */
function destinationFor({ parsed, host }: Asking): Destination {
  const given = parsed.options.get("format");
  const output = optionValue(parsed, "output");
  const isPrinted = output === undefined || output === "-";
  const fallback = isPrinted && host.stdout.isTTY !== true ? "json" : undefined;
  const isWord = typeof given === "string" && given !== ndjson;
  return destinationOf({ format: isWord ? given : fallback, output, topic });
}

function streamFor({ parsed }: Asking, { format, path }: Destination): PipelineSeen["stream"] {
  if (parsed.options.get("format") === ndjson) return "events";
  const isStreamed = optionValue(parsed, "mode") === "streaming";
  return isStreamed && format === "text" && path === undefined ? "results" : undefined;
}

async function inputOf({ parsed, host, interruption }: Asking): Promise<PipelineOrder["input"]> {
  const path = optionValue(parsed, "input") ?? ".";
  if (path !== "-") return { kind: "path", path };
  const bytes = await codeFromStdin(host, interruption);
  const name = optionValue(parsed, "stdin-name") ?? "stdin";
  return { kind: "text", name, text: new TextDecoder().decode(bytes) };
}

function orderOf(
  { parsed }: Asking,
  spec: string,
  input: PipelineOrder["input"],
  shown: { readonly destination: Destination; readonly gate: Gate },
): PipelineOrder {
  const { options } = parsed;
  const mode = optionValue(parsed, "mode");
  const onUnknown = optionValue(parsed, "on-unknown");
  return {
    ...{ spec, input, mode: pipelineModeWords.find((word) => word === mode) },
    ...{ continueOnError: options.has("continue-on-error"), strict: options.has("strict") },
    ...{ provider: optionValue(parsed, "provider"), model: optionValue(parsed, "model") },
    ...{ noModel: options.has("no-model"), session: sessionChoice(parsed) },
    onUnknown: onUnknownWords.find((word) => word === onUnknown),
    ...{ deadlineMs: numberValue(parsed, "deadline"), costUsdMax: numberValue(parsed, "max-cost") },
    shown: askedOf(shown.destination.format, shown.gate),
  };
}

const ndjson = "ndjson";
