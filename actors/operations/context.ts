// The operations that show what the index of a project knows: what is in it, and what it would give for a question.
import type { ContextAnswers, ContextQuestion } from "../context/index/question.ts";
import type { Operations, Plan, StepContext } from "../pipeline/plan.ts";
import { askWorkspace } from "./services.ts";

/** The output is a `ContextAnswers["index"]` or `ContextAnswers["pack"]`, after what was asked. */
export function planOfContext(question: ContextQuestion): Plan {
  return { steps: [{ id: "context", operation: "context.ask", input: question }], result: "context" };
}

export const contextOperations: Operations = {
  "context.ask": async (question: ContextQuestion, context: StepContext) => {
    const answer: ContextAnswers[typeof question.kind] = await askWorkspace(context, question);
    return { output: answer };
  },
};
