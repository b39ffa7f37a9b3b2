// Calls that processes of this node have still to answer: a node that leaves lets them finish first.
import type { Kernel } from "../process/kernel.ts";

/** How many there are. Whoever only waits for an end is not counted. */
export function openCalls({ processes, outside }: Kernel): number {
  let open = 0;
  for (const process of processes.values()) {
    if (process === outside) continue;
    for (let call = process.callers?.first; call !== undefined; call = call.next)
      if (call.request !== "exit") open += 1;
  }
  return open;
}
