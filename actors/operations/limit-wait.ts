// A rate or a budget that renews itself: the run waits for it, and the step is tried again then, wherever the run is.
import { currentProcess } from "../../runtime/process/current.ts";
import type { FailureCode } from "../llm/failure.ts";
import type { StepContext } from "../pipeline/plan.ts";
import { limitPauseMsMin } from "./limits.ts";

/** Thrown out of an effect that did not happen since nothing may be asked now. */
export class LimitReached extends Error {
  /** By the wall clock, in milliseconds. */
  readonly until: number;

  constructor(why: string, until: number) {
    super(why);
    this.name = "LimitReached";
    this.until = until;
  }
}

interface Refused {
  readonly code: FailureCode;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
}

/** For code of processes. Undefined for what waiting does not help against. */
export function limitReached({ code, message, retryAfterMs }: Refused): LimitReached | undefined {
  if ((code !== "limited" && code !== "budget") || retryAfterMs === undefined) return undefined;
  const now = currentProcess().kernel.world.clock.wallTime();
  return new LimitReached(message, now + Math.max(retryAfterMs, limitPauseMsMin));
}

/** Does it; where a limit is reached the attempt of the step ends, and this never comes back. @throws what else `work` throws */
export async function withinLimits<Value>(
  context: Pick<StepContext, "wait">,
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LimitReached) return context.wait("limit", error.message, error.until);
    throw error;
  }
}
