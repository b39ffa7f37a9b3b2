// Two processes with one name of the cluster: who decides, and what they are told.
import { outsideProcesses } from "../process/current.ts";
import type { Pid } from "../process/pid.ts";
import { SystemMessage } from "../process/system-message.ts";
import type { World } from "../world.ts";
import { nameLimits } from "./limits.ts";
import { isSamePid, type PidData, pidData } from "./name-record.ts";

/** Both have lost the name, and each is told of the other (OTP: `global_name_conflict`). */
export class NameConflictMessage extends SystemMessage {
  readonly type = "sys.name_conflict";
  readonly name: string;
  readonly other: Pid;
  constructor(name: string, other: Pid) {
    super();
    this.name = name;
    this.other = other;
  }
}

/**
 * Decides between the process that the cluster knows by the name and the one whose node comes back. It gives the pid of whoever keeps
 * the name, and the other one exits with `{ name_conflict: name }`; what is neither takes the name from both. It runs once for a
 * conflict, on the node that comes back.
 */
export type ConflictResolver = (name: string, holder: Pid, comesBack: Pid) => unknown;

/** A resolver: both lose the name, and each gets `sys.name_conflict` with the pid of the other (OTP: `notify_all_name/3`). */
export const notifyAll: ConflictResolver = () => notified;

const notified = Symbol("notified");

export type Decision = "other" | "own" | "notify" | "neither";

/** What the resolver of the own process says; by default whom the cluster knows keeps the name. */
export async function decide(
  world: World,
  factor: number,
  resolver: ConflictResolver | undefined,
  { name, holder, own }: { readonly name: string; readonly holder: PidData; readonly own: Pid },
): Promise<Decision> {
  if (resolver === undefined) return "other";
  let chosen: unknown;
  try {
    chosen = await withinLimit(world, nameLimits.resolveMs * factor, () =>
      resolver(name, holder as Pid, own),
    );
  } catch {
    return "neither";
  }
  if (chosen === notified) return "notify";
  if (isPidOf(chosen, holder)) return "other";
  return isPidOf(chosen, pidData(own)) ? "own" : "neither";
}

function isPidOf(value: unknown, pid: PidData): boolean {
  return typeof value === "object" && value !== null && isSamePid(value as PidData, pid);
}

/** Code of the program's own may take for ever. */
function withinLimit(world: World, limitMs: number, run: () => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    outsideProcesses(() => {
      const timer = world.timers.set(limitMs, () => resolve(undefined));
      Promise.resolve()
        .then(run)
        .then(resolve, reject)
        .finally(() => world.timers.clear(timer));
    });
  });
}
