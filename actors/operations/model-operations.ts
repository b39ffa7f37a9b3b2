// Every operation that asks a model, by name: as operations of a run, as a plan, and as JSON Schemas for other programs.
import { z } from "zod";
import { Misuse } from "../../runtime/process/failures.ts";
import type { Operations, Plan, StepContext, StepOutcome } from "../pipeline/plan.ts";
import type { AnyModelOperation, OperationTools } from "./ask-model.ts";
import { carryOut, type OperationWork } from "./carry-out.ts";
import { document } from "./document.ts";
import { documentComments } from "./document-comments.ts";
import { explain } from "./explain.ts";
import { generate } from "./generate.ts";
import { modelFacts } from "./model-facts.ts";
import { refactor } from "./refactor.ts";
import { testGenerate } from "./test-generate.ts";

/** In the order in which people are told of them. */
export const modelOperations: readonly AnyModelOperation[] = [
  explain,
  refactor,
  generate,
  testGenerate,
  document,
  documentComments,
];

/** Undefined where there is none of that name. */
export function modelOperationOf(name: string): AnyModelOperation | undefined {
  return modelOperations.find((operation) => operation.name === name);
}

/** The one step of such a run. */
const workStep = "work";

/** The operations of runs by name. */
export function operationsThatAsk(tools: OperationTools): Operations {
  return {
    "operation.work": async (work: OperationWork, context: StepContext): Promise<StepOutcome> => {
      const operation = modelOperationOf(work.operation);
      // A later version of aiex may have planned it.
      if (operation === undefined) throw new Misuse(`There is no operation "${work.operation}" here.`);
      return { output: await carryOut(operation, work, { context, tools }) };
    },
  };
}

/** The output of the plan is an `OperationOutcome`. */
export function planOfOperation(work: OperationWork): Plan {
  return { steps: [{ id: workStep, operation: "operation.work", input: work }], result: workStep };
}

/** What an operation takes and what it gives, as published in `docs/schema/`. */
export function operationJsonSchemas({ input, result }: AnyModelOperation): {
  readonly input: unknown;
  readonly result: unknown;
} {
  return {
    input: z.toJSONSchema(input, { io: "input" }),
    result: z.toJSONSchema(result.extend({ model: modelFacts })),
  };
}
