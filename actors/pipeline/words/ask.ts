// A step that asks a model: the operation itself for a file or a text, and one run for each file of a folder.
import { Misuse } from "../../../runtime/process/failures.ts";
import { carryOut, type OperationWork } from "../../operations/carry-out.ts";
import { listFiles } from "../../operations/services.ts";
import { inputOfStep, isAlone, operationOfStep, takesOneFile } from "../asked-words.ts";
import { fannedOut } from "../fan-out.ts";
import { filesOfFolder } from "../parts.ts";
import { viewOf } from "../view.ts";
import type { Done, PipelineTools, WordJob } from "../words.ts";

export async function askModel(job: WordJob, tools: PipelineTools): Promise<Done> {
  const { work, context, flow, prefix } = job;
  const { step, terms, prompts } = work;
  const operation = operationOfStep(step);
  const { asked } = terms;
  if (operation === undefined || asked === null)
    throw new Misuse(`The step "${step.word}" has nobody to ask.`);
  const { target } = flow;
  const listing =
    target.kind === "text" ? undefined : await listFiles(context, target.path, { isNamed: true });
  if (listing?.ok === false) return { ok: false, code: listing.code, message: listing.message };
  const isFolder = listing?.kind === "directory";
  if (isFolder && takesOneFile(step)) {
    const { output } = step.parameters;
    if (output !== undefined) return severalOutputs(step.word, String(output));
    const parts = await filesOfFolder(job, listing);
    if (!parts.ok) return parts;
    // The conditions were looked at for the whole.
    const own = { ...step, conditions: [], timesMax: 1 };
    return fannedOut(job, { ...parts, segment: [own], isAlone: isAlone(step) });
  }
  const view = viewOf(context, flow, prefix);
  const input = inputOfStep(step, target, isFolder);
  const order: OperationWork = { operation: operation.name, input, asked, prompts };
  const { cache, parsers } = tools;
  const outcome = await carryOut(operation, order, { context: view.context, tools: { cache, parsers } });
  if (!outcome.ok) return { ok: false, code: outcome.code, message: outcome.message };
  return { ok: true, result: outcome.document, flow: view.flow(), parts: [], warnings: [] };
}

function severalOutputs(word: string, output: string): Done {
  const message = `${word} has output:${JSON.stringify(output)} and works on a folder: each of its files would be written there. Leave output out and save the results, or name one file with --input.`;
  return { ok: false, code: "usage", message };
}
