// The debug options of one process: which of its watchers are there, and how one is put there or taken away (OTP: `sys:dbg_opt`).
import type { Process } from "../process/process.ts";
import { type DebugFunction, InstalledFunction, LineWriter } from "./debug-function.ts";
import { EventMemory } from "./event-memory.ts";
import type { DebugStatus, SystemRequests } from "./request.ts";
import { StatisticsWatcher } from "./statistics.ts";
import { Tracer } from "./tracer.ts";
import { type Watcher, watchProcess } from "./watch.ts";

/** Counting goes on where it is on already, as in OTP. */
export function statistics(
  process: Process,
  what: SystemRequests["statistics"]["asks"],
): SystemRequests["statistics"]["answer"] {
  const present = find(process, StatisticsWatcher);
  if (what === "get") return present?.read();
  if (what === "off") drop(process, present);
  else if (present === undefined) watchProcess(process, new StatisticsWatcher(process));
  return undefined;
}

/** With another length the log begins anew. */
export function log(process: Process, what: SystemRequests["log"]["asks"]): SystemRequests["log"]["answer"] {
  const present = find(process, EventMemory);
  if (what === "get") return present?.read();
  drop(process, present);
  if (what !== "off") watchProcess(process, new EventMemory(what.eventsMax));
  return undefined;
}

/** There is one writer at a time. */
export function trace(process: Process, what: ((line: string) => void) | "off"): void {
  drop(process, find(process, LineWriter));
  if (what !== "off") watchProcess(process, new LineWriter(what));
}

/** One that is there stays, with its state, as in OTP. */
export function install(process: Process, id: string, debug: DebugFunction): void {
  if (findInstalled(process, id) === undefined) watchProcess(process, new InstalledFunction(id, debug));
}

export function remove(process: Process, id: string): void {
  drop(process, findInstalled(process, id));
}

/** Takes all of them away; traces belong to those who read them, and stay. */
export function noDebug(process: Process): void {
  for (const watcher of watchersOf(process)) if (!(watcher instanceof Tracer)) drop(process, watcher);
}

export function debugStatus(process: Process): DebugStatus {
  const watchers = watchersOf(process);
  return {
    statistics: find(process, StatisticsWatcher) !== undefined,
    logEvents: find(process, EventMemory)?.length,
    trace: find(process, LineWriter) !== undefined,
    installed: watchers.filter((watcher) => watcher instanceof InstalledFunction).map(({ id }) => id),
    traces: watchers.filter((watcher) => watcher instanceof Tracer).length,
  };
}

function watchersOf({ watch }: Process): readonly Watcher[] {
  return watch?.watchers ?? [];
}

function find<W extends Watcher>(process: Process, kind: new (...given: never[]) => W): W | undefined {
  return watchersOf(process).find((watcher): watcher is W => watcher instanceof kind);
}

function findInstalled(process: Process, id: string): Watcher | undefined {
  return watchersOf(process).find((watcher) => watcher instanceof InstalledFunction && watcher.id === id);
}

function drop(process: Process, watcher: Watcher | undefined): void {
  if (watcher !== undefined) process.watch?.remove(watcher);
}
