// The steps of a pipeline that ask a model: which operation each of them is, and what that is given.
import { Misuse } from "../../runtime/process/failures.ts";
import type { AnyModelOperation } from "../operations/ask-model.ts";
import { modelOperationOf } from "../operations/model-operations.ts";
import type { TemplateName } from "../prompts/names.ts";
import type { PipelineStep } from "./language/check.ts";
import type { Target } from "./record.ts";

/** Undefined for a step that asks no model. */
export function operationOfStep({ word, parameters }: PipelineStep): AnyModelOperation | undefined {
  const isComments = word === "document" && (parameters.apply === true || parameters.preview === true);
  return modelOperationOf(isComments ? "document_comments" : word);
}

/** Names of the prompts that steps need. */
export function promptsOfWords(steps: readonly PipelineStep[]): ReadonlySet<TemplateName> {
  const names = steps.flatMap((step) => {
    const operation = operationOfStep(step);
    return operation === undefined ? [] : [...operation.prompts, "repair" as const];
  });
  return new Set(names);
}

/** @param isFolder whether the target is one: what goes with a file has none then */
export function inputOfStep(
  step: PipelineStep,
  target: Target,
  isFolder: boolean,
): Readonly<Record<string, unknown>> {
  const given = givenTo(step, target, isFolder);
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function givenTo(
  { word, parameters }: PipelineStep,
  target: Target,
  isFolder: boolean,
): Readonly<Record<string, unknown>> {
  const { level, focus, type, coverage, output, force, verify, requirements, apply } = parameters;
  const named = target.kind === "path" ? { file: target.path } : { file: target.name, text: target.text };
  const mode = apply === true ? "apply" : "preview";
  switch (word) {
    case "explain":
      return { ...named, level, focus };
    case "refactor":
      return { ...named, type, mode, verify };
    case "document":
      return operationOfStep({ word, parameters } as PipelineStep)?.name === "document"
        ? named
        : { ...named, mode };
    case "test_generate":
      return { ...named, coverage, output, force, verify };
    case "generate": {
      const own = target.kind === "path" && !isFolder ? target.path : undefined;
      return { type, requirements, context: parameters.context ?? own, output, force, verify };
    }
    default:
      throw new Misuse(`The step "${word}" asks no model.`);
  }
}

/** True where it works on one file at a time, so that a folder is gone through file by file. */
export function takesOneFile({ word }: PipelineStep): boolean {
  return word !== "generate";
}

/** True where its parts may not be at work at the same time: the checks of a project are run with the change of one of them in place. */
export function isAlone({ parameters }: PipelineStep): boolean {
  return parameters.verify === true;
}
