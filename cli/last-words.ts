// The end of work that is interrupted: it hears of the signal, and has a moment to end in good order.
import type { Host } from "./host.ts";
import type { Interruption } from "./interruption.ts";
import { lastWordsMs } from "./limits.ts";

/** `work`; once a signal comes, a rejection with it as soon as `work` has ended or its moment is over. */
export async function withLastWords<T>(
  { world }: Pick<Host, "world">,
  interruption: Interruption,
  work: Promise<T>,
): Promise<T> {
  try {
    return await interruption.orInterrupted(work);
  } catch (error) {
    if (interruption.signal.aborted) await settledWithin(world, lastWordsMs, work);
    throw error;
  }
}

/** Resolves when `work` has settled either way, or at the deadline. */
export function settledWithin(
  { timers }: Pick<Host["world"], "timers">,
  deadlineMs: number,
  work: Promise<unknown>,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = timers.set(deadlineMs, resolve);
    const done = (): void => {
      timers.clear(timer);
      resolve();
    };
    work.then(done, done);
  });
}
