// Signals to processes of other nodes: the same verbs as here, and every loss is told.
import { type Signal, signalKinds, type Target } from "../wire/frame.ts";
import type { Address, ElsewhereAddress } from "./address.ts";
import { beginCall, type CallFailure, forgetCall, PendingCall } from "./calls.ts";
import type { ExitReason } from "./exit-reason.ts";
import type { Kernel } from "./kernel.ts";
import { addLink, type LinkOptions, linkTo, receiveExit, removeLink } from "./links.ts";
import { type Item, Request } from "./mailbox.ts";
import {
  type DownListener,
  demonitor,
  Monitor,
  type MonitorOptions,
  noteMonitor,
  tellWatcher,
} from "./monitors.ts";
import { type Pid, type Ref, samePid } from "./pid.ts";
import type { Process } from "./process.ts";
import type { Protocol } from "./protocol.ts";
import type { RemoteNode } from "./remote-node.ts";
import { TimeoutMessage } from "./system-message.ts";

function reach(kernel: Kernel, to: { readonly node: string }): RemoteNode | undefined {
  return kernel.distribution?.reach(to.node, incarnationOf(to));
}

function incarnationOf(to: object): number | undefined {
  return "incarnation" in to ? (to.incarnation as number) : undefined;
}

function targetOf(to: ElsewhereAddress): Target {
  if ("id" in to) return to.id;
  return "ref" in to ? { ref: to.ref } : to.name;
}

/** Sends a message or a cast; to a node that cannot be reached it vanishes, and is counted. */
export function sendElsewhere(process: Process, to: ElsewhereAddress, item: Item, priority: boolean): void {
  const { kernel, pid } = process;
  const node = reach(kernel, to);
  if (node === undefined) {
    if (kernel.distribution !== undefined)
      kernel.events.emit("signals_dropped", { peer: to.node, signals: 1, why: "unreachable" });
    return;
  }
  const target = targetOf(to);
  const isCast = item instanceof Request;
  node.transmit(
    isCast
      ? [signalKinds.cast, pid.id, target, item.type, item.payload, priority]
      : [signalKinds.send, pid.id, target, asMessage(item), priority],
    incarnationOf(to),
  );
}

/** The message of a timer is the runtime's own, and travels as data with the same fields. */
function asMessage(item: Item): unknown {
  if (!(item instanceof TimeoutMessage)) return item;
  const { type, ref, payload } = item;
  return { type, ref, payload };
}

/** A request whose reply comes from another node. */
export function requestElsewhere(
  process: Process,
  to: ElsewhereAddress,
  request: { readonly type: string; readonly payload: unknown; readonly stopsWith?: ExitReason },
  timeoutMs: number,
  resolve: (value: unknown) => void,
  fail: (failure: CallFailure) => void,
): PendingCall | undefined {
  const { kernel, pid } = process;
  const node = reach(kernel, to);
  if (node === undefined) {
    fail({ kind: "nodedown", node: to.node });
    return undefined;
  }
  const ref = kernel.nextRef();
  const pending = new PendingCall(ref, process, node, to, request.type, resolve, fail);
  beginCall(pending, timeoutMs);
  const target = targetOf(to);
  const signal: Signal =
    request.stopsWith === undefined
      ? [signalKinds.call, pid.id, target, ref.ref, request.type, request.payload]
      : [signalKinds.stop, pid.id, target, ref.ref, request.stopsWith];
  try {
    node.transmit(signal, incarnationOf(to));
  } catch (error) {
    forgetCall(pending);
    fail({ kind: "undeliverable", error: error as Error });
  }
  return pending;
}

/** A reply whose caller waits on another node. */
export function replyElsewhere(process: Process, to: Ref<Protocol>, value: unknown): boolean {
  const node = reach(process.kernel, to);
  if (node === undefined) return false;
  node.transmit([signalKinds.reply, process.pid.id, to.ref, value], to.incarnation);
  return true;
}

/** Always succeeds: where nobody is there, EXIT `noproc` or `noconnection` comes in its time (OTP: `link/1`). */
function linkElsewhere(process: Process, pid: Pid<Protocol>, options: LinkOptions): void {
  const node = reach(process.kernel, pid);
  if (node === undefined) {
    receiveExit(process, pid as Pid, "noconnection", options.priority === true);
    return;
  }
  const stranger = node.stranger(pid as Pid);
  if (stranger === undefined) {
    linkToNobody(node, process, pid as Pid);
    return;
  }
  const before = linkTo(process, stranger);
  const end = before ?? addLink(process, stranger);
  end.hasPriority = options.priority === true;
  if (before === undefined) node.transmit([signalKinds.link, process.pid.id, pid.id], pid.incarnation);
}

/**
 * A link to a process of an incarnation that the session is not with. Whether that one is over, the node itself has to say: it is
 * asked about a process that it never has, and the answer is the EXIT of the link.
 */
class LinkToNobody extends Monitor {
  readonly peer: Pid;
  constructor(ref: Ref, process: Process, node: RemoteNode, peer: Pid) {
    super(ref, process, node, peer, {}, ({ reason }) => receiveExit(process, peer, reason, false));
    this.peer = peer;
  }
}

/** The number that no process has. */
const nobody = 0;

export function linkToNobody(node: RemoteNode, process: Process, pid: Pid): void {
  const ref = process.kernel.nextRef();
  noteMonitor(new LinkToNobody(ref, process, node, pid));
  node.transmit([signalKinds.monitor, process.pid.id, nobody, ref.ref, false]);
}

/** The same question about nobody; undefined for what has no answer. */
export function addressedToNobody(signal: Signal): Signal | undefined {
  switch (signal[0]) {
    case signalKinds.call:
      return [signalKinds.call, signal[1], nobody, signal[3], signal[4], undefined];
    case signalKinds.stop:
      return [signalKinds.stop, signal[1], nobody, signal[3], "normal"];
    case signalKinds.monitor:
      return [signalKinds.monitor, signal[1], nobody, signal[3], false];
    default:
      return undefined;
  }
}

function unlinkElsewhere(process: Process, pid: Pid<Protocol>): void {
  const node = process.kernel.distribution?.known(pid.node, pid.incarnation);
  const stranger = node?.knownStranger(pid as Pid);
  for (const entry of process.watching?.values() ?? [])
    if (entry instanceof LinkToNobody && samePid(entry.peer, pid))
      demonitor(process, entry.ref, { flush: true });
  if (node === undefined || stranger === undefined) return;
  if (removeLink(process, stranger) === undefined) return;
  const { ref } = process.kernel.nextRef();
  stranger.unlinking ??= new Map();
  stranger.unlinking.set(process.pid.id, ref);
  node.transmit([signalKinds.unlink, process.pid.id, pid.id, ref], pid.incarnation);
}

/** Connects where that is needed; a node that cannot be reached gives a DOWN with `noconnection`. The DOWN tells `object`. */
function monitorElsewhere(
  watcher: Process,
  ref: Ref,
  there: ElsewhereAddress,
  object: Address<Protocol>,
  options: MonitorOptions,
  onDown: DownListener | undefined,
): void {
  const node = reach(watcher.kernel, there);
  const entry = new Monitor(ref, watcher, node ?? watcher, object, options, onDown);
  if (node === undefined) {
    tellWatcher(entry, "noconnection", undefined);
    return;
  }
  noteMonitor(entry);
  const target = targetOf(there);
  const signal = [
    signalKinds.monitor,
    watcher.pid.id,
    target as number | string,
    ref.ref,
    options.output === true,
  ] as const;
  node.transmit(signal, incarnationOf(there));
}

/** An explicit exit signal to a process of another node. */
export function exitElsewhere(process: Process, pid: Pid<Protocol>, reason: ExitReason): void {
  const node = reach(process.kernel, pid);
  node?.transmit([signalKinds.exit, process.pid.id, pid.id, reason], pid.incarnation);
}

/** What the verbs of links and monitors do with an address of another node. */
export const elsewhere = { link: linkElsewhere, unlink: unlinkElsewhere, monitor: monitorElsewhere };
export type Elsewhere = typeof elsewhere;
