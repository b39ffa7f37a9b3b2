// What can be known about a live process of this node.
import { formatAddress } from "./address.ts";
import { Misuse } from "./failures.ts";
import type { Kernel } from "./kernel.ts";
import type { Pid } from "./pid.ts";
import type { Protocol } from "./protocol.ts";

export interface ProcessInfo {
  readonly pid: Pid;
  readonly name: string | undefined;
  readonly logic: string;
  readonly links: readonly Pid[];
  /** Whom it watches. */
  readonly monitors: readonly Pid[];
  /** Who watches it, callers that wait for a reply not among them. */
  readonly monitoredBy: readonly Pid[];
  readonly parent: Pid | undefined;
  readonly groupLeader: Pid | undefined;
  readonly trapsExits: boolean;
  readonly queueLength: number;
  readonly messagesHandled: number;
}

/** @throws {Misuse} for a pid of another node or incarnation: only its own node knows */
export function processInfo(kernel: Kernel, pid: Pid<Protocol>): ProcessInfo | undefined {
  if (!kernel.isLocal(pid)) {
    throw new Misuse(
      `${formatAddress(pid)} does not belong to node "${kernel.name}", which can tell of its own processes only. Ask that node.`,
    );
  }
  const process = kernel.find(pid);
  if (process?.isAlive !== true) return undefined;
  return {
    pid: process.pid,
    name: process.name,
    logic: process.logicName,
    links: (process.links?.toArray() ?? []).map(({ peer }) => peer.pid),
    monitors: [...(process.watching?.values() ?? [])].map((entry) => entry.target.pid),
    monitoredBy: (process.watchers?.toArray() ?? []).map(({ watcher }) => watcher.pid),
    parent: process.parent?.pid,
    groupLeader: process.groupLeader,
    trapsExits: process.trapsExits,
    queueLength: process.mailbox.length,
    messagesHandled: process.messagesHandled,
  };
}
