// A transformer as a step: what it makes of what came before, and which of the findings it leaves for the steps behind it.
import { Misuse } from "../../../runtime/process/failures.ts";
import { maskedFound } from "../../operations/session.ts";
import { textOf } from "../../rendering/result.ts";
import type { Remembered } from "../../runs/step-context.ts";
import type { Flow, ResultDocument } from "../record.ts";
import { transformerOf } from "../transformers/table.ts";
import type { Done, WordJob } from "../words.ts";

/** Those that say what matters: later steps are told that alone. */
const choosing: ReadonlySet<string> = new Set(["extract_insights", "filter_suggestions", "filter"]);

/** Characters of it that later prompts may have: some screens. */
const foundCharactersMax = 8_000;

export async function transformed({ work: { step }, flow, records, latest }: WordJob): Promise<Done> {
  const transformer = transformerOf(step.word);
  if (transformer === undefined) throw new Misuse(`"${step.word}" is no transformer.`);
  const made = transformer({ latest, records, parameters: step.parameters, flow });
  if (!made.ok) return made;
  const { result } = made;
  // What is about no path is what the person wants: that stays.
  const wanted = flow.found.filter(({ paths }) => paths.length === 0);
  const found = choosing.has(step.word) ? [...wanted, foundIn(step.word, result, flow)] : flow.found;
  return { ok: true, result, flow: { ...flow, found }, parts: [], warnings: [] };
}

function foundIn(operation: string, result: ResultDocument, { target }: Flow): Remembered {
  const summary = textOf(result).slice(0, foundCharactersMax);
  return maskedFound({ operation, summary, paths: [target.kind === "path" ? target.path : target.name] });
}
