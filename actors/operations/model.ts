// The operations that ask a model for nothing but its answer: for a run whose output that is.
import type { CompletionOrder } from "../llm/completion.ts";
import type { Operations, Plan, StepContext, StepOutcome } from "../pipeline/plan.ts";
import { say } from "./say.ts";

interface SayInput {
  readonly order: CompletionOrder;
}

/** The operations by name. */
export const sayingOperations: Operations = {
  "model.say": async ({ order }: SayInput, context: StepContext): Promise<StepOutcome> => ({
    output: await say(context, order),
  }),
};

/** Plans one answer; the output is a `Said`. */
export function planOfSaying(order: CompletionOrder): Plan {
  const input: SayInput = { order };
  return { steps: [{ id: sayStep, operation: "model.say", input }], result: sayStep };
}

const sayStep = "say";
