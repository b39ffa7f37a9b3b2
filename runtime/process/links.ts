// Links and exit signals: who falls with whom, and what trapping turns into a message.
import { isElsewhere } from "./address.ts";
import { Chain, type Chained } from "./chain.ts";
import type { ExitReason } from "./exit-reason.ts";
import { NoProcess } from "./failures.ts";
import type { Party } from "./party.ts";
import { formatPid, type Pid } from "./pid.ts";
import type { Process } from "./process.ts";
import type { Protocol } from "./protocol.ts";
import { ExitMessage } from "./system-message.ts";

export interface LinkOptions {
  /** The EXIT message of this link overtakes ordinary messages when the process traps exits (EEP-76). */
  readonly priority?: boolean;
}

/** One process's end of a link. The other end is its twin, in the chain of the peer. */
export class LinkEnd implements Chained<LinkEnd> {
  readonly peer: Party;
  hasPriority = false;
  twin: LinkEnd | undefined;
  previous: LinkEnd | undefined;
  next: LinkEnd | undefined;

  constructor(peer: Party) {
    this.peer = peer;
  }
}

/**
 * Links `process` and the process behind `pid` (OTP: `link/1`). Linking twice, or to itself, changes nothing.
 * @throws {NoProcess} there is no such process and the caller does not trap exits; a trapping caller gets EXIT `noproc`
 */
export function link(process: Process, pid: Pid<Protocol>, options: LinkOptions = {}): void {
  const peer = process.kernel.find(pid);
  if (peer === process) return;
  if (peer === undefined && isElsewhere(process.kernel, pid)) {
    process.kernel.elsewhere.link(process, pid, options);
    return;
  }
  if (peer === undefined || peer.hasEnded) {
    if (!process.trapsExits) throw new NoProcess(formatPid(pid), "link");
    process.deliver(new ExitMessage(pid as Pid, "noproc"), options.priority === true);
    return;
  }
  const end = linkTo(process, peer) ?? addLink(process, peer);
  end.hasPriority = options.priority === true;
}

/** Links two processes that are not linked, and gives the first one's end. */
export function addLink(process: Party, peer: Party): LinkEnd {
  const end = new LinkEnd(peer);
  const twin = new LinkEnd(process);
  end.twin = twin;
  twin.twin = end;
  process.links ??= new Chain();
  process.links.append(end);
  peer.links ??= new Chain();
  peer.links.append(twin);
  return end;
}

/** The end of `process` in its link to `peer`. Both sides are walked in step: one may have very many, and the other few. */
export function linkTo(process: Party, peer: Party): LinkEnd | undefined {
  let end = process.links?.first;
  let twin = peer.links?.first;
  while (end !== undefined && twin !== undefined) {
    if (end.peer === peer) return end;
    if (twin.peer === process) return twin.twin;
    end = end.next;
    twin = twin.next;
  }
  return undefined;
}

/** Ends a link; there need not be one (OTP: `unlink/1`). */
export function unlink(process: Process, pid: Pid<Protocol>): void {
  const peer = process.kernel.find(pid);
  if (peer !== undefined) removeLink(process, peer);
  else if (isElsewhere(process.kernel, pid)) process.kernel.elsewhere.unlink(process, pid);
}

/** Gives the end that `process` had, or undefined where there was no link. */
export function removeLink(process: Party, peer: Party): LinkEnd | undefined {
  const end = linkTo(process, peer);
  if (end?.twin === undefined) return undefined;
  process.links?.remove(end);
  peer.links?.remove(end.twin);
  return end;
}

/** Sends the exit signals of a process that has ended to all it was linked to. */
export function breakLinks(ended: Party, reason: ExitReason): void {
  const { links } = ended;
  if (links === undefined) return;
  ended.links = undefined;
  for (let end = links.first; end !== undefined; end = end.next) {
    const { peer, twin } = end;
    if (twin === undefined) continue;
    peer.links?.remove(twin);
    receiveExit(peer, ended.pid, reason, twin.hasPriority);
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

/** An exit signal: it becomes a message where exits are trapped. */
export function receiveExit(target: Party, from: Pid, reason: ExitReason, priority: boolean): void {
  if (target.hasEnded) return;
  if (target.trapsExits) target.deliver(new ExitMessage(from, reason), priority);
  else if (reason !== "normal") target.doomWith(reason);
}
