// What an operation may use of the project around its files: asked of the index once, and the same for every attempt of the step.

import { sleep } from "../../runtime/index.ts";
import { indexLimits } from "../context/index/limits.ts";
import type { ContextQuestion, Packed, PackQuestion } from "../context/index/question.ts";
import type { Operations, Plan, StepContext } from "../pipeline/plan.ts";
import { indexWaitMsMax } from "./limits.ts";
import { askWorkspace } from "./services.ts";

/** What of `PackQuestion` an operation may leave to its defaults. */
export interface ContextOrder extends Omit<PackQuestion, "kind"> {
  /** Tells the questions of one step apart. Default: "context". */
  readonly key?: string;
}

/**
 * For the process of a step. The texts are those of untrusted files as they are, with what secrets they hold: whoever sends them masks
 * them, and fences them as data. Where there is no index to ask, the paths are in no project, or the index is not there in time,
 * there are no pieces, and `problem` says why: an operation goes on without.
 * @throws what `StepContext.wait` and the access throw
 */
export async function contextOf(context: StepContext, order: ContextOrder): Promise<Packed> {
  const { key = "context", ...question } = order;
  const noted = (await context.recall(key)) as Packed | undefined;
  if (noted !== undefined) return noted;
  const asked = askWorkspace(context, fitting({ kind: "pack", ...question }));
  // What it comes to after that is of no use.
  asked.catch(() => undefined);
  const answer = await Promise.race([asked, late()]);
  const packed = answer.ok ? answer.packed : nothing(question.budgetTokens, answer.message);
  await context.note(key, packed);
  return packed;
}

/** The output is a `ContextAnswers["index"]` or `ContextAnswers["pack"]`, after what was asked. */
export function planOfContext(question: ContextQuestion): Plan {
  return { steps: [{ id: "context", operation: "context.ask", input: question }], result: "context" };
}

export const contextOperations: Operations = {
  "context.ask": async (question: ContextQuestion, context: StepContext) => {
    return { output: await askWorkspace(context, question.kind === "pack" ? fitting(question) : question) };
  },
};

/** What is asked may be a page of a model's or a person's, of which the beginning says enough. */
function fitting(question: PackQuestion): PackQuestion {
  const { queryCharactersMax, pathsMax, budgetTokensMax } = indexLimits;
  return {
    ...question,
    paths: question.paths.slice(0, pathsMax),
    query: question.query.slice(0, queryCharactersMax),
    budgetTokens: Math.max(0, Math.min(Math.floor(question.budgetTokens), budgetTokensMax)),
  };
}

/** It goes on being made meanwhile, and what is done of it by the end of this program need not be done again. */
async function late(): Promise<{ readonly ok: false; readonly message: string }> {
  await sleep(indexWaitMsMax);
  return {
    ok: false,
    message: `The index of the project was not ready within ${indexWaitMsMax / 1_000} s. \`aiex context index\` makes it.`,
  };
}

function nothing(budgetTokens: number, problem: string): Packed {
  return { root: "", pieces: [], leftOut: [], leftOutCount: 0, tokens: 0, budgetTokens, files: 0, problem };
}
