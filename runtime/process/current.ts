// Which process the running code belongs to, across awaits and timers.
import { AsyncLocalStorage } from "node:async_hooks";
import { ExitSelf } from "./exit-reason.ts";
import { Misuse } from "./failures.ts";
import type { Process } from "./process.ts";

const storage = new AsyncLocalStorage<Process>();

/** The process whose turn is running: asked for with every message sent, and much nearer than the storage. */
let running: Process | undefined;

/** Runs `work` as `process`; what it starts and awaits stays with that process. */
export function runAs(process: Process, work: (process: Process) => void): void {
  const before = running;
  running = process;
  try {
    storage.run(process, work, process);
  } finally {
    running = before;
  }
}

/** The process whose code is running, if any, dead or alive. */
export function processOfCode(): Process | undefined {
  return running ?? storage.getStore();
}

/** Runs `work` on behalf of nobody: for what outlives the process that happens to start it. */
export function outsideProcesses<T>(work: () => T): T {
  const before = running;
  running = undefined;
  try {
    return storage.exit(work);
  } finally {
    running = before;
  }
}

/**
 * The process whose code is running.
 * @throws {Misuse} outside of any process
 * @throws {ExitSelf} in code of a process that has ended: no effect of it may be seen any more
 */
export function currentProcess(): Process {
  const process = running ?? storage.getStore();
  if (process === undefined) {
    throw new Misuse(
      "This function acts as the process that calls it, and here no process is running. Outside of processes use the same function of a node: node.send(…), node.call(…), node.spawn(…).",
    );
  }
  if (process.hasEnded) throw new ExitSelf("killed");
  return process;
}
