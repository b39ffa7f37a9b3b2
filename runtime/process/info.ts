// What can be known about a live process of this node, without asking it.
import { inspectLimits } from "../inspect/limits.ts";
import { estimatedBytes } from "../inspect/memory-estimate.ts";
import { type ShownMessage, shownMessage, shownState } from "../inspect/shown-event.ts";
import type { PastRestart } from "../supervision/restart-history.ts";
import { Supervised } from "../supervision/supervised.ts";
import { formatAddress } from "./address.ts";
import { ancestorsOf } from "./ancestor.ts";
import { processOfCode } from "./current.ts";
import { Misuse } from "./failures.ts";
import type { Kernel } from "./kernel.ts";
import type { Item, Mailbox } from "./mailbox.ts";
import type { Pid } from "./pid.ts";
import type { Process } from "./process.ts";
import type { Protocol } from "./protocol.ts";

/**
 * `starting`: its init has not returned. `running`: its code asks. `runnable`: it waits for its turn. `working`: it waits for a
 * promise of its own, and takes no message before. `waiting`: for a message. `exiting`: its end is certain.
 */
export type ProcessActivity =
  | "starting"
  | "running"
  | "runnable"
  | "working"
  | "waiting"
  | "suspended"
  | "exiting";

export type ProcessKind = "server" | "supervisor" | "machine" | "logic" | "function" | "native";

export interface ProcessInfo {
  readonly pid: Pid;
  readonly name: string | undefined;
  /** The logic's name (OTP: `initial_call`). */
  readonly logic: string;
  /** `logic` for XState logic that is no machine; `native` for a port, a registry, a scope of groups. */
  readonly kind: ProcessKind;
  readonly status: ProcessActivity;
  readonly links: readonly Pid[];
  /** Whom it watches. */
  readonly monitors: readonly Pid[];
  /** Who watches it, callers that wait for a reply not among them. */
  readonly monitoredBy: readonly Pid[];
  /** Who started it linked. */
  readonly parent: Pid | undefined;
  /** Its parent, that one's, and so on, dead or alive: a name where it had one (OTP: `$ancestors`). */
  readonly ancestors: readonly (Pid | string)[];
  readonly groupLeader: Pid | undefined;
  readonly trapsExits: boolean;
  readonly queueLength: number;
  /** The oldest messages that wait, up to ten, as a log would show them. */
  readonly messages: readonly ShownMessage[];
  /** Milliseconds that the oldest message has waited, at least; undefined where none waits. */
  readonly oldestWaitingMs: number | undefined;
  /** Events that a machine has put aside. */
  readonly postponed: number;
  readonly messagesHandled: number;
  /** Milliseconds of all its turns since turns are measured (`monitorSystem`); undefined while they are not. */
  readonly turnMs: number | undefined;
  /** An order of magnitude, from what can be seen of its state and mailbox: private fields and closures cannot. */
  readonly memoryBytes: number;
  /** As reports show it, with secrets masked: of a machine its `{ value, context }`. */
  readonly state: unknown;
  /** The last times that its supervisor started it again, the latest last. */
  readonly restarts: readonly PastRestart[];
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
    kind: kindOf(process),
    status: activityOf(process),
    links: (process.links?.toArray() ?? []).map(({ peer }) => peer.pid),
    monitors: (process.watching?.values() ?? []).map(({ object, target }) =>
      "id" in object ? (object as Pid) : target.pid,
    ),
    monitoredBy: (process.watchers?.toArray() ?? []).map(({ watcher }) => watcher.pid),
    parent: process.parent?.pid,
    ancestors: ancestorsOf(process).map(({ name, pid: above }) => name ?? above),
    groupLeader: process.groupLeader,
    trapsExits: process.trapsExits,
    queueLength: process.mailbox.length,
    messages: oldest(process.mailbox, inspectLimits.infoMessagesMax).map(shownMessage),
    oldestWaitingMs: process.oldestWaitingMs,
    postponed: process.behaviour.insight?.().postponed ?? 0,
    messagesHandled: process.messagesHandled,
    turnMs: kernel.scheduler.meter?.turnMsOf(process),
    memoryBytes: memoryOf(process),
    state: shownState(process),
    restarts: restartsOf(kernel, process),
  };
}

/** About how many bytes a process takes with its state and what waits for it. */
export function memoryOf({ mailbox, behaviour }: Process): number {
  const state = behaviour.insight?.().state ?? behaviour.state();
  const waiting = oldest(mailbox, inspectLimits.estimateEntriesMax);
  const messageBytes = waiting.length === 0 ? 0 : estimatedBytes(waiting) / waiting.length;
  const slots = mailbox.capacity * 8;
  return Math.round(
    inspectLimits.processBytes + slots + messageBytes * mailbox.length + estimatedBytes(state),
  );
}

export function kindOf({ behaviour }: Process): ProcessKind {
  const insight = behaviour.insight?.();
  return insight?.state instanceof Supervised ? "supervisor" : (insight?.kind ?? "native");
}

export function activityOf(process: Process): ProcessActivity {
  switch (process.phase) {
    case "new":
      return "starting";
    case "working":
      return process.isStarting ? "starting" : "working";
    case "suspended":
      return "suspended";
    case "ending":
    case "ended":
      return "exiting";
    case "live":
      if (processOfCode() === process) return "running";
      return process.isQueued ? "runnable" : "waiting";
  }
}

function oldest(mailbox: Mailbox, most: number): readonly Item[] {
  return Array.from({ length: Math.min(mailbox.length, most) }, (_, index) => mailbox.at(index)).filter(
    (item) => item !== undefined,
  );
}

function restartsOf(kernel: Kernel, { parent, pid }: Process): readonly PastRestart[] {
  const supervisor = parent === undefined ? undefined : kernel.find(parent.pid);
  const children = supervisor?.behaviour.insight?.().state;
  return children instanceof Supervised ? (children.supervisedChild(pid)?.restarts ?? []) : [];
}
