// An order as a run gives it: for whom it is, what it may cost, and how long it waits before the run does.
import type { CompletionOrder } from "../llm/completion.ts";
import type { StepContext } from "../runs/step-context.ts";
import { limitWaitMs, userCharactersMax } from "./limits.ts";

/** `budgetUsd`: what was kept for it of what the run may cost; undefined where that is not bound. */
export function orderOfRun(
  { run, user }: Pick<StepContext, "run" | "user">,
  order: CompletionOrder,
  budgetUsd: number | undefined,
): CompletionOrder {
  return {
    limit_wait_ms: limitWaitMs,
    ...(user === "" ? {} : { user: user.slice(0, userCharactersMax) }),
    ...order,
    run,
    ...(budgetUsd === undefined ? {} : { cost_max_usd: budgetUsd }),
  };
}
