// Which process the running code belongs to, across awaits and timers.
import { createHook, executionAsyncResource } from "node:async_hooks";
import { ExitSelf } from "./exit-reason.ts";
import { Misuse } from "./failures.ts";
import type { Process } from "./process.ts";

/** Where a promise, a timer or a callback keeps the process that made it. */
const owner = Symbol("process");

interface Owned {
  [owner]?: Process | undefined;
}

/** Stands for code that acts on behalf of no process, inside of one that does. */
const nobody = Symbol("nobody");

/** The process whose turn is running: asked for with every message sent, and much nearer than what is behind a promise. */
let running: Process | typeof nobody | undefined;

// An AsyncLocalStorage does the same for whoever enters and leaves it with `run`, and that costs more than the rest of a
// turn. A turn is left before any other code runs, so a variable tells of it; only what outlives the turn is marked.
const marking = createHook({
  init: (_id, _type, _trigger, resource: Owned) => {
    const process = running ?? (executionAsyncResource() as Owned)[owner];
    if (process !== undefined && process !== nobody) resource[owner] = process;
    // Some resources are used again by somebody else.
    else if (resource[owner] !== undefined) resource[owner] = undefined;
  },
});

/** From now on what a process starts is known to be its own. It stays so: code of a process can outlive its node. */
export function followCode(): void {
  marking.enable();
}

/** Lets `process` take its turn; what it starts and awaits stays with that process. */
export function runTurn(process: Process): void {
  const before = running;
  running = process;
  try {
    process.work();
  } finally {
    running = before;
  }
}

/** The process whose code is running, if any, dead or alive. */
export function processOfCode(): Process | undefined {
  if (running === nobody) return undefined;
  return running ?? (executionAsyncResource() as Owned)[owner];
}

/** Runs `work` on behalf of nobody: for what outlives the process that happens to start it. */
export function outsideProcesses<T>(work: () => T): T {
  const before = running;
  running = nobody;
  try {
    return work();
  } finally {
    running = before;
  }
}

/**
 * The process whose code is running.
 * @throws {Misuse} outside of any process
 * @throws {ExitSelf} in code of a process that has ended or has to: no effect of it may be seen any more
 */
export function currentProcess(): Process {
  const process = processOfCode();
  if (process === undefined) {
    throw new Misuse(
      "This function acts as the process that calls it, and here no process is running. Outside of processes use the same function of a node: node.send(…), node.call(…), node.spawn(…).",
    );
  }
  if (process.doom !== undefined) throw new ExitSelf(process.doom, process.pid);
  return process;
}
