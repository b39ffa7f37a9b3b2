// How long to wait before a failed request is tried again.
import { backoffFactor, backoffMsFirst, backoffMsMax } from "./limits.ts";

/**
 * Milliseconds before retry number `retry` (from 1): exponential with equal jitter, half of it fixed and half random, so
 * that requests that failed together do not come back together (M. Brooker, "Exponential Backoff And Jitter", 2015). A
 * pause that the provider asked for is the least; the jitter comes on top of it.
 * @param random a number in [0, 1)
 * @param factor how many times as long as the one before each pause is
 */
export function backoffMs(
  retry: number,
  random: number,
  retryAfterMs = 0,
  factor: number = backoffFactor,
): number {
  const ceiling = Math.min(backoffMsMax, backoffMsFirst * factor ** (retry - 1));
  const pause = ceiling / 2 + (ceiling / 2) * random;
  return Math.ceil(retryAfterMs > 0 ? retryAfterMs + (ceiling / 2) * random : pause);
}
