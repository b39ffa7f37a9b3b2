// `aiex pipeline validate|list|examples`: what a pipeline means, what it may be made of, and some that are worth looking at.
import { factWords } from "../../actors/pipeline/facts.ts";
import { pipelineExamples as examples } from "../../actors/pipeline/language/examples.ts";
import { operators } from "../../actors/pipeline/language/specification.ts";
import { conditionSummaries } from "../../actors/pipeline/language/told-words.ts";
import { pipelineWords, repeatsMax } from "../../actors/pipeline/language/vocabulary.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import type { Host, Settings } from "../host.ts";
import { optionValue, type ParsedCommand } from "../parse.ts";
import { renderJson } from "../render/json.ts";
import { checkText } from "../render/pipeline-check-text.ts";
import { examplesText, wordsText } from "../render/pipeline-words-text.ts";
import { readSettings } from "../settings.ts";
import { type Terminal, terminalOf } from "../terminal.ts";

/** Of `aiex pipeline --validate` too. */
export async function pipelineValidate(asking: Asking): Promise<ExitCode> {
  const { parsed, host, interruption } = asking;
  const [spec = optionValue(parsed, "spec") ?? ""] = parsed.arguments;
  return validate(asking, spec, await readSettings(host, interruption));
}

export async function validate(asking: Asking, spec: string, settings: Settings): Promise<ExitCode> {
  const { parsed, interruption } = asking;
  const input = optionValue(parsed, "input");
  const check = await interruption.orInterrupted(
    settings.checkPipeline({
      spec,
      // Nobody knows what a pipe will bring.
      input: input === "-" ? undefined : input,
      provider: optionValue(parsed, "provider"),
      model: optionValue(parsed, "model"),
      noModel: parsed.options.has("no-model"),
    }),
  );
  await show(asking, check, (terminal) => checkText(check, spec, terminal));
  return check.ok ? exitCodes.ok : exitCodes.usage;
}

export async function pipelineList(asking: Asking): Promise<ExitCode> {
  const conditions = conditionSummaries.map(({ word, summary }) => ({ word, summary }));
  const document = {
    schema: "aiex.pipeline_words/1",
    words: pipelineWords,
    conditions,
    operators,
    facts: factWords,
    repeats: repeatsMax,
  };
  await show(asking, document, wordsText);
  return exitCodes.ok;
}

export async function pipelineExamples(asking: Asking): Promise<ExitCode> {
  await show(asking, { schema: "aiex.pipeline_examples/1", examples }, (terminal) =>
    examplesText(examples, terminal),
  );
  return exitCodes.ok;
}

async function show(
  { parsed, host }: Asking,
  document: unknown,
  text: (terminal: Terminal) => string,
): Promise<void> {
  const terminal = terminalOf(host.stdout, host.env, host.platform);
  await host.stdout.write(isJson(parsed, host) ? renderJson(document) : text(terminal));
}

/** Programs read what goes to no terminal. */
function isJson(parsed: ParsedCommand, { stdout }: Host): boolean {
  const format = optionValue(parsed, "format");
  return format === undefined ? stdout.isTTY !== true : format === "json" || format === "ndjson";
}
