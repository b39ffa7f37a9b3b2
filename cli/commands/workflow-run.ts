// `aiex workflow run` and `aiex ai workflow`: a workflow as a pipeline, with values in the places of its parameters.

import { workflowModes } from "../../actors/pipeline/workflow/modes.ts";
import type { Asking } from "../asking.ts";
import type { ExitCode } from "../exit-codes.ts";
import { optionValue } from "../parse.ts";
import { namedWorkflow, valuesAsked } from "../workflow-asked.ts";
import { runPipeline } from "./pipeline.ts";
import { validate } from "./pipeline-look.ts";

export function workflowRun(asking: Asking): Promise<ExitCode> {
  const { parsed } = asking;
  return run(asking, namedWorkflow(parsed), optionValue(parsed, "input") ?? ".");
}

export function aiWorkflow(asking: Asking): Promise<ExitCode> {
  const { parsed } = asking;
  return run(asking, optionValue(parsed, "template") ?? "", optionValue(parsed, "context") ?? ".");
}

async function run(asking: Asking, name: string, path: string): Promise<ExitCode> {
  const { parsed, interruption } = asking;
  const values = valuesAsked(parsed);
  const asked = workflowModes.find((word) => word === optionValue(parsed, "mode"));
  return runPipeline(asking, path, async (settings) => {
    const book = await settings.workflows();
    const { specification, mode } = await interruption.orInterrupted(book.expand(name, values));
    if (parsed.options.has("validate")) return validate(asking, specification, settings);
    return { spec: specification, mode: asked ?? mode, wish: optionValue(parsed, "description") };
  });
}
