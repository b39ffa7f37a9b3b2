// How busy the event loop of this thread is.
import { performance } from "node:perf_hooks";

/** Gives, with each call, the share of the time since the one before that the loop was busy: from 0 to 1. */
export function loopLoad(): () => number {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return Math.min(1, Math.max(0, utilization || 0));
  };
}
