// What others hear of a process that has ended, in the order in which they hear it.
import { failCallers } from "./calls.ts";
import type { ExitReason } from "./exit-reason.ts";
import type { FailedStart } from "./init.ts";
import type { Kernel } from "./kernel.ts";
import { breakLinks, removeLink } from "./links.ts";
import { tellWatchers } from "./monitors.ts";
import type { Party } from "./party.ts";
import type { Pid } from "./pid.ts";
import type { Process } from "./process.ts";
import type { Starter } from "./process-options.ts";

interface End {
  readonly reason: ExitReason;
  readonly output: unknown;
  readonly start: FailedStart | undefined;
}

/** A starter on another node. */
function strangerOf(kernel: Kernel, pid: Pid): Party | undefined {
  if (pid.node === kernel.name) return undefined;
  return kernel.distribution?.known(pid.node, pid.incarnation)?.knownStranger(pid);
}

/** Tells callers, watchers and those linked to it; and the starter, where it still waits. */
export function announceEnd(
  ended: Process,
  starter: Starter | undefined,
  { reason, output, start }: End,
): void {
  const { kernel, parent } = ended;
  if (starter !== undefined && parent !== undefined) {
    const above = kernel.find(parent.pid) ?? strangerOf(kernel, parent.pid);
    // A starter that traps exits hears of a failed start by its answer alone.
    if (above?.trapsExits === true) removeLink(ended, above);
  }
  failCallers(ended, reason, output);
  tellWatchers(ended, reason, output);
  breakLinks(ended, reason);
  starter?.failed(ended, start?.reason ?? reason, start?.ignored ?? false);
}
