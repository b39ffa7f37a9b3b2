// The processes of a node that have the most of something.
import { Misuse } from "../process/failures.ts";
import { memoryOf, type ProcessInfo, processInfo } from "../process/info.ts";
import type { Kernel } from "../process/kernel.ts";
import type { Process } from "../process/process.ts";
import { inspectLimits } from "./limits.ts";

/** What to compare: messages that wait, messages handled, the estimate of memory, milliseconds of turns while they are measured. */
export type TopBy = "queueLength" | "messagesHandled" | "memoryBytes" | "turnMs";

export interface TopProcessesOptions {
  readonly by: TopBy;
  /** 10 by default. */
  readonly limit?: number;
}

const amounts: Readonly<Record<TopBy, (process: Process) => number>> = {
  queueLength: ({ mailbox }) => mailbox.length,
  messagesHandled: ({ messagesHandled }) => messagesHandled,
  memoryBytes: memoryOf,
  turnMs: (process) => process.kernel.scheduler.meter?.turnMsOf(process) ?? 0,
};

/** The processes that have the most, the most first. @throws {Misuse} */
export function topProcesses(
  kernel: Kernel,
  { by, limit = inspectLimits.topProcessesDefault }: TopProcessesOptions,
): readonly ProcessInfo[] {
  if (!Object.hasOwn(amounts, by)) {
    throw new Misuse(
      `Processes are compared by ${Object.keys(amounts).join(", ")}; given was ${JSON.stringify(by)}.`,
    );
  }
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new Misuse(`The limit is a whole number from 1; given was ${String(limit)}.`);
  const ranked: { readonly process: Process; readonly amount: number }[] = [];
  for (const process of kernel.processes.values()) {
    if (process === kernel.outside || !process.isAlive) continue;
    ranked.push({ process, amount: amounts[by](process) });
  }
  ranked.sort((left, right) => right.amount - left.amount || left.process.pid.id - right.process.pid.id);
  return ranked.slice(0, limit).flatMap(({ process }) => processInfo(kernel, process.pid) ?? []);
}
