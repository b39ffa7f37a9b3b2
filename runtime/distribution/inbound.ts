// What signals of another node do here: each has the meaning that it has between processes of one node.
import { type CallFailure, forgetCall, noteCall, PendingCall, settleCallOf } from "../process/calls.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import type { Kernel } from "../process/kernel.ts";
import { addLink, linkTo, receiveExit, removeLink, signalExit } from "../process/links.ts";
import { type Item, Request } from "../process/mailbox.ts";
import { deliverThroughAlias } from "../process/messaging.ts";
import { tellWatcher } from "../process/monitors.ts";
import { makePid, makeRef, type Pid } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { Message } from "../process/protocol.ts";
import { demonitorFor, monitorFor } from "../process/remote-monitors.ts";
import type { RemoteNode, RemoteProcess } from "../process/remote-node.ts";
import { abandonServedStart, serveStart } from "../process/served-start.ts";
import { StopMessage } from "../process/system-message.ts";
import type { FragmentSignal } from "../wire/fragments.ts";
import { type RemoteFailure, type Signal, signalKinds, type Target } from "../wire/frame.ts";
import { distributionLimits } from "./limits.ts";
import { isToolName } from "./tools.ts";

export interface InboundOptions {
  /** Only messages and calls are taken from it, and answers to calls to it. */
  readonly isTool: boolean;
  /** Takes a part of a large signal; gives the signal with its last part. */
  readonly part: (part: FragmentSignal) => Signal | undefined;
  /** Gives a message to the members of a group on this node. */
  readonly toGroup: (scope: string, group: string, message: Message) => void;
}

/** Carries out one signal of the node that `remote` stands for. */
export function receiveSignal(remote: RemoteNode, signal: Signal, options: InboundOptions): void {
  switch (signal[0]) {
    case signalKinds.send:
    case signalKinds.cast:
    case signalKinds.call:
    case signalKinds.reply:
    case signalKinds.callFailed:
    case signalKinds.abandon:
    case signalKinds.stop:
      receiveMessage(remote, signal, options);
      return;
    case signalKinds.groupSend:
      options.toGroup(signal[2], signal[3], taken(remote.kernel, signal[4]) as Message);
      return;
    case signalKinds.fragment: {
      const whole = options.part(signal);
      if (whole !== undefined) receiveSignal(remote, whole, options);
      return;
    }
    case signalKinds.spawn:
    case signalKinds.spawned:
    case signalKinds.spawnFailed:
    case signalKinds.spawnAbandon:
      receiveStart(remote, signal);
      return;
    default:
      receiveLifeSignal(remote, signal);
  }
}

type Of<K extends keyof typeof signalKinds> = Extract<
  Signal,
  readonly [(typeof signalKinds)[K], ...unknown[]]
>;

function receiveMessage(
  remote: RemoteNode,
  signal: Of<"send" | "cast" | "call" | "reply" | "callFailed" | "abandon" | "stop">,
  { isTool }: InboundOptions,
): void {
  const { kernel } = remote;
  switch (signal[0]) {
    case signalKinds.send:
      deliver(kernel, signal[2], taken(kernel, signal[3]) as Item, signal[4] === true);
      return;
    case signalKinds.cast:
      deliver(
        kernel,
        signal[2],
        new Request(signal[3], taken(kernel, signal[4]), undefined),
        signal[5] === true,
      );
      return;
    case signalKinds.call: {
      const callee = processAt(kernel, signal[2]);
      const call = answering(remote, signal[1], signal[3], signal[4], callee);
      if (call !== undefined) callee?.deliver(new Request(signal[4], taken(kernel, signal[5]), call.ref));
      return;
    }
    case signalKinds.reply: {
      // A member has the caller's tag from whoever was called; of a tool that would be a guess.
      const callee = isTool ? remote : (kernel.calls.get(signal[2])?.callee ?? remote);
      if (!settleCallOf(callee, signal[2], taken(kernel, signal[3])))
        kernel.events.emit("reply_dropped", { ref: signal[2] });
      return;
    }
    case signalKinds.callFailed: {
      const call = kernel.calls.get(signal[2]);
      if (call?.callee === remote) remote.failCall(call, failureOf(signal[3]));
      return;
    }
    case signalKinds.abandon: {
      const call = remote.incoming.get(signal[2]);
      remote.incoming.delete(signal[2]);
      if (call !== undefined) forgetCall(call);
      return;
    }
    case signalKinds.stop: {
      const target = processAt(kernel, signal[2]);
      if (answering(remote, signal[1], signal[3], "stop", target) !== undefined)
        target?.deliver(new StopMessage(signal[4]));
    }
  }
}

/** A call from over there, noted as one of this node: the reply, the callee's end and an overload find their way back. */
function answering(
  remote: RemoteNode,
  from: number,
  ref: number,
  type: string,
  callee: Process | undefined,
): PendingCall | undefined {
  if (callee === undefined || callee.hasEnded) {
    fail(remote, ref, "noproc");
    return undefined;
  }
  const { toolCallsMax } = distributionLimits;
  if (isToolName(remote.name) && remote.incoming.size >= toolCallsMax) {
    remote.transmit([signalKinds.callFailed, 0, ref, { kind: "overload", messagesMax: toolCallsMax }]);
    return undefined;
  }
  const { kernel } = remote;
  const done = (): void => void remote.incoming.delete(ref);
  const resolve = (value: unknown): void => {
    done();
    remote.transmit([signalKinds.reply, callee.pid.id, ref, value]);
  };
  const failed = (failure: CallFailure): void => {
    done();
    // What the callee came to is for those who watch it, and need not be able to travel.
    if (failure.kind === "exited")
      remote.transmit([
        signalKinds.callFailed,
        callee.pid.id,
        ref,
        { kind: "exited", reason: failure.reason },
      ]);
    else if (failure.kind === "overload")
      remote.transmit([signalKinds.callFailed, callee.pid.id, ref, failure]);
  };
  const caller = remote.callerFor(pidOf(remote, from));
  const call = new PendingCall(kernel.nextRef(), caller, callee, callee.pid, type, resolve, failed);
  noteCall(call);
  remote.incoming.set(ref, call);
  return call;
}

function fail(remote: RemoteNode, ref: number, reason: ExitReason): void {
  remote.transmit([signalKinds.callFailed, 0, ref, { kind: "exited", reason }]);
}

function failureOf(failure: RemoteFailure): CallFailure {
  return failure.kind === "exited" ? { ...failure, output: failure.output } : failure;
}

function receiveStart(
  remote: RemoteNode,
  signal: Of<"spawn" | "spawned" | "spawnFailed" | "spawnAbandon">,
): void {
  const stranger = (): RemoteProcess => remote.strangerNamed(pidOf(remote, signal[1]));
  switch (signal[0]) {
    case signalKinds.spawn: {
      const [, , ref, logic, input, options] = signal;
      serveStart(remote, stranger(), { ref, logic, input: taken(remote.kernel, input), options });
      return;
    }
    case signalKinds.spawned:
      remote.starts.get(signal[2])?.spawned(signal[3], signal[4]);
      return;
    case signalKinds.spawnFailed:
      remote.starts.get(signal[2])?.failed(signal[3]);
      return;
    case signalKinds.spawnAbandon:
      abandonServedStart(remote, stranger(), signal[2]);
  }
}

function receiveLifeSignal(
  remote: RemoteNode,
  signal: Of<"link" | "unlink" | "unlinkAck" | "linkExit" | "exit" | "monitor" | "demonitor" | "down">,
): void {
  switch (signal[0]) {
    case signalKinds.link:
    case signalKinds.unlink:
    case signalKinds.unlinkAck:
    case signalKinds.linkExit:
      receiveLink(remote, signal);
      return;
    case signalKinds.exit: {
      const target = remote.kernel.processes.get(signal[2]);
      if (target !== undefined) signalExit(target, pidOf(remote, signal[1]), signal[3]);
      return;
    }
    case signalKinds.monitor: {
      const [, from, to, ref, output] = signal;
      const target = processAt(remote.kernel, to);
      if (target === undefined || target.hasEnded)
        remote.transmit([signalKinds.down, 0, from, ref, "noproc"]);
      else monitorFor(remote.strangerNamed(pidOf(remote, from)), target, ref, output);
      return;
    }
    case signalKinds.demonitor: {
      const watcher = remote.knownStranger(pidOf(remote, signal[1]));
      if (watcher === undefined) return;
      demonitorFor(watcher, signal[2]);
      remote.tidy(watcher);
      return;
    }
    case signalKinds.down: {
      const entry = remote.kernel.processes.get(signal[2])?.watching?.get(signal[3]);
      if (entry?.target !== remote) return;
      remote.watchers?.remove(entry);
      tellWatcher(entry, signal[4], signal[5]);
    }
  }
}

/** As OTP's link protocol has it: while an unlink is not acknowledged, a link from over there was made before it was heard of. */
function receiveLink(remote: RemoteNode, signal: Of<"link" | "unlink" | "unlinkAck" | "linkExit">): void {
  const [kind, from, to] = signal;
  const process = remote.kernel.processes.get(to);
  const stranger = remote.strangerNamed(pidOf(remote, from));
  switch (kind) {
    case signalKinds.link:
      if (stranger.unlinking?.has(to) === true) break;
      if (process === undefined || process.hasEnded)
        remote.transmit([signalKinds.linkExit, to, from, "noproc"]);
      else if (linkTo(process, stranger) === undefined) addLink(process, stranger);
      break;
    case signalKinds.unlink:
      if (process !== undefined) removeLink(process, stranger);
      remote.transmit([signalKinds.unlinkAck, to, from, signal[3]]);
      break;
    case signalKinds.unlinkAck:
      if (stranger.unlinking?.get(to) === signal[3]) stranger.unlinking.delete(to);
      break;
    case signalKinds.linkExit: {
      // A link that was taken back here meanwhile has no effect any more.
      const end = process && removeLink(process, stranger);
      if (process !== undefined && end !== undefined)
        receiveExit(process, stranger.pid, signal[3], end.hasPriority);
    }
  }
  remote.tidy(stranger);
}

/** The live process behind a target of this node. */
function processAt(kernel: Kernel, target: Target): Process | undefined {
  if (typeof target === "number") return kernel.processes.get(target);
  if (typeof target === "string") return kernel.names.get(target);
  return kernel.aliases.get(target.ref)?.owner;
}

function deliver(kernel: Kernel, target: Target, item: Item, priority: boolean): void {
  if (typeof target !== "object") {
    processAt(kernel, target)?.deliver(item);
    return;
  }
  const entry = kernel.aliases.get(target.ref);
  if (entry === undefined) return;
  deliverThroughAlias(entry, makeRef(kernel.name, kernel.incarnation, target.ref), item, priority);
}

function pidOf(remote: RemoteNode, id: number): Pid {
  return makePid(remote.name, remote.incarnation ?? 0, id) as Pid;
}

/** The boundary's rule holds for what comes from elsewhere as well: it is frozen where what is sent here is. */
function taken<T>(kernel: Kernel, value: T): T {
  return kernel.data(value, "a message from another node");
}
