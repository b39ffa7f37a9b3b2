// The form of a workflow's file, as its JSON Schema (`docs/schema/workflow.json`) has it.
import { z } from "zod";
import { specificationCharactersMax, specificationStepsMax } from "../language/limits.ts";
import {
  choicesMax,
  descriptionCharactersMax,
  parametersMax,
  valueCharactersMax,
  versionMax,
} from "./limits.ts";
import { workflowModes } from "./modes.ts";

export const parameterTypes = ["text", "number", "flag", "choice"] as const;

const description = z.string().max(descriptionCharactersMax).default("");

const parameter = z.strictObject({
  type: z.enum(parameterTypes).default("text"),
  description,
  /** The words that a choice is one of. */
  choices: z.array(z.string().min(1).max(valueCharactersMax)).min(1).max(choicesMax).optional(),
  /** Without one, and where no value is required, what the parameter stands for is left out of its step. */
  default: z.union([z.string().max(valueCharactersMax), z.number(), z.boolean()]).optional(),
  required: z.boolean().default(false),
});

export type WorkflowParameter = z.infer<typeof parameter>;

const step = z.string().min(1).max(specificationCharactersMax);

export const workflowFile = z.strictObject({
  schema: z.literal("aiex.workflow/1"),
  name: z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/, "must be small letters, digits, _ and -, a letter first"),
  /** Grows with each change. */
  version: z.int().min(1).max(versionMax),
  description,
  mode: z.enum(workflowModes).default("sequential"),
  parameters: z
    .record(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/), parameter)
    .refine((all) => Object.keys(all).length <= parametersMax, `must be ${parametersMax} at most`)
    // A record has no bound of its own for the JSON Schema.
    .meta({ maxProperties: parametersMax })
    .default({}),
  /** The pipeline; one of `spec` and `steps` is there. */
  spec: step.optional(),
  /** The same, a list of its steps. */
  steps: z.array(step).min(1).max(specificationStepsMax).optional(),
});

export type WorkflowFile = z.infer<typeof workflowFile>;

/** The JSON Schema (2020-12), as published. */
export function workflowJsonSchema(): unknown {
  const isEither = [{ required: ["spec"] }, { required: ["steps"] }];
  return { ...z.toJSONSchema(workflowFile, { io: "input" }), oneOf: isEither };
}
