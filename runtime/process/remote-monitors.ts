// Monitors that processes of other nodes keep on processes here.
import { Monitor, noteMonitor } from "./monitors.ts";
import { makeRef } from "./pid.ts";
import type { Process } from "./process.ts";
import type { RemoteProcess } from "./remote-node.ts";

/** Watches `target` for a process over there; `ref` is the number of the reference there. */
export function monitorFor(watcher: RemoteProcess, target: Process, ref: number, output: boolean): void {
  const { node, incarnation } = watcher.pid;
  noteMonitor(
    new Monitor(makeRef(node, incarnation, ref), watcher, target, target.pid, { output }, undefined),
  );
}

/** Ends it; there need not be one any more. */
export function demonitorFor(watcher: RemoteProcess, ref: number): void {
  const entry = watcher.watching?.get(ref);
  if (entry === undefined) return;
  watcher.watching?.delete(ref);
  entry.target.watchers?.remove(entry);
}
