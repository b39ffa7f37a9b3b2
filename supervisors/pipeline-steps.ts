// The steps of a pipeline's text, with those of the workflows that it names in their places.
import { type CheckedSpecification, checkSpecification } from "../actors/pipeline/language/check.ts";
import { parseSpecification } from "../actors/pipeline/language/parse.ts";
import { printSpecification } from "../actors/pipeline/language/print.ts";
import type { ExpandedSteps } from "../actors/pipeline/workflow/expand.ts";
import type { FileSystem } from "../runtime/file-system.ts";
import type { Configuration } from "./config.ts";

export interface StepsPlace {
  readonly files: FileSystem;
  readonly configuration: Configuration;
  /** Where relative paths start, and the project is. */
  readonly directory: string;
}

export type PipelineSteps = ExpandedSteps | Extract<CheckedSpecification, { readonly ok: false }>;

/** Fails with a `FileError` where the folders of workflows cannot be read. */
export async function pipelineSteps(
  { files, configuration, directory }: StepsPlace,
  spec: string,
): Promise<PipelineSteps> {
  const checked = checkSpecification(spec);
  if (!checked.ok) return checked;
  if (checked.steps.some(({ word }) => word === "workflow")) {
    // Most pipelines name none, and need no reader of YAML.
    const { workflowBookFor } = await import("./workflows.ts");
    return workflowBookFor(configuration, { files, directory }).expandSpecification(spec);
  }
  return {
    ok: true,
    steps: checked.steps,
    specification: printSpecification(parseSpecification(spec).steps),
  };
}
