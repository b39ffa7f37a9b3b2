// Waits until a node that was asked to end is gone.
import { ControlRefused } from "../actors/control/envelope.ts";
import { NodeUnreachable } from "../supervisors/remote/failures.ts";
import type { Asking } from "./asking.ts";
import type { Host } from "./host.ts";
import { goneLookEveryMs } from "./limits.ts";
import { inspected, NoAnswerInTime, type Reached } from "./remote.ts";

/** Looks until nobody answers, or another incarnation does. @throws {NoAnswerInTime} */
export async function gone({ host }: Asking, reached: Reached, incarnation: number): Promise<void> {
  const { clock, timers } = host.world;
  const deadline = clock.now() + reached.timeoutMs;
  while (clock.now() < deadline) {
    if (!(await isThere(host, reached, incarnation))) return;
    await new Promise<void>((resolve) => timers.set(goneLookEveryMs, resolve));
  }
  throw new NoAnswerInTime(`Stopping ${reached.node}`, reached.timeoutMs);
}

async function isThere(host: Host, reached: Reached, incarnation: number): Promise<boolean> {
  try {
    return (await inspected(host, reached, "node", {})).incarnation === incarnation;
  } catch (error) {
    if (isAbsence(error)) return false;
    if (error instanceof ControlRefused) return true;
    throw error;
  }
}

/** Whether it says that nobody answers, there or through the node that is asked for it. */
export function isAbsence(error: unknown): boolean {
  return (
    error instanceof NodeUnreachable || (error instanceof ControlRefused && error.code === "node_unreachable")
  );
}
