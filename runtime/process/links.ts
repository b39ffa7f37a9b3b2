// Links and exit signals: who falls with whom, and what trapping turns into a message.
import type { ExitReason } from "./exit-reason.ts";
import { NoProcess } from "./failures.ts";
import { formatPid, type Pid } from "./pid.ts";
import type { Process } from "./process.ts";
import type { Protocol } from "./protocol.ts";
import { ExitMessage } from "./system-message.ts";

export interface LinkOptions {
  /** The EXIT message of this link overtakes ordinary messages when the process traps exits (EEP-76). */
  readonly priority?: boolean;
}

/**
 * Links `process` and the process behind `pid` (OTP: `link/1`). Linking twice, or to itself, changes nothing.
 * @throws {NoProcess} there is no such process and the caller does not trap exits; a trapping caller gets EXIT `noproc`
 */
export function link(process: Process, pid: Pid<Protocol>, options: LinkOptions = {}): void {
  const peer = process.kernel.find(pid);
  if (peer === process) return;
  if (peer === undefined || peer.hasEnded) {
    if (!process.trapsExits) throw new NoProcess(formatPid(pid), "link");
    process.deliver(new ExitMessage(pid as Pid, "noproc"), options.priority === true);
    return;
  }
  addLink(process, peer, options.priority === true);
}

export function addLink(process: Process, peer: Process, priority = false): void {
  process.links ??= new Map();
  peer.links ??= new Map();
  process.links.set(peer, priority);
  if (!peer.links.has(process)) peer.links.set(process, false);
}

/** Ends a link; there need not be one (OTP: `unlink/1`). */
export function unlink(process: Process, pid: Pid<Protocol>): void {
  const peer = process.kernel.find(pid);
  if (peer !== undefined) removeLink(process, peer);
}

export function removeLink(process: Process, peer: Process): void {
  process.links?.delete(peer);
  peer.links?.delete(process);
}

/** Sends the exit signals of a process that has ended to all it was linked to. */
export function breakLinks(ended: Process, reason: ExitReason): void {
  const { links } = ended;
  if (links === undefined) return;
  ended.links = undefined;
  for (const peer of links.keys()) {
    const priority = peer.links?.get(ended) ?? false;
    peer.links?.delete(ended);
    receiveExit(peer, ended.pid, reason, priority);
  }
}

/** An explicit exit signal (OTP: `exit/2`). `kill` cannot be trapped. */
export function signalExit(target: Process, from: Pid, reason: ExitReason): void {
  if (target.hasEnded) return;
  if (reason === "kill") {
    target.doomWith("killed");
    return;
  }
  // `normal` is ignored, except by whoever sends it to itself.
  if (reason === "normal" && !target.trapsExits && target.pid === from) {
    target.doomWith("normal");
    return;
  }
  receiveExit(target, from, reason, false);
}

function receiveExit(target: Process, from: Pid, reason: ExitReason, priority: boolean): void {
  if (target.hasEnded) return;
  if (target.trapsExits) target.deliver(new ExitMessage(from, reason), priority);
  else if (reason !== "normal") target.doomWith(reason);
}
