// How messages, casts, calls and replies get from one process to another.
import { isDeepStrictEqual } from "node:util";
import { limits } from "../limits.ts";
import {
  type Address,
  type ClusterName,
  type ElsewhereAddress,
  formatAddress,
  isElsewhere,
} from "./address.ts";
import { type AliasEntry, dropAlias } from "./aliases.ts";
import { awaitExit, beginCall, type CallFailure, PendingCall, settleCall } from "./calls.ts";
import type { ExitReason } from "./exit-reason.ts";
import { CalleeExited, CallingSelf, CallTimeout, Misuse, NodeDown, NoProcess, Overload } from "./failures.ts";
import { type Item, Request } from "./mailbox.ts";
import { demonitor } from "./monitors.ts";
import { OwnedTimer } from "./owned-timer.ts";
import { OwnPid, type Pid, type Ref, samePid } from "./pid.ts";
import type { Process } from "./process.ts";
import type { Message, Protocol } from "./protocol.ts";
import { replyElsewhere, requestElsewhere, sendElsewhere } from "./remote-signals.ts";
import { StopMessage } from "./system-message.ts";

/** The live process behind an address of this node. */
export function whereis({ kernel }: Process, to: Address<Protocol>): Process | undefined {
  if ("id" in to) return kernel.find(to);
  if ("ref" in to) return kernel.isLocal(to) ? kernel.aliases.get(to.ref)?.owner : undefined;
  if ("registry" in to) return kernel.registries.get(to.registry)?.resolve(to.key);
  if ("clusterName" in to) {
    const holder = kernel.clusterNames?.resolve(to.clusterName);
    return holder && kernel.find(holder);
  }
  if ("node" in to && to.node !== kernel.name) return undefined;
  return kernel.names.get(to.name);
}

/** What an address stands for: a cluster-wide name for its holder, by what is known here; undefined where nobody has it. */
function standsFor(
  { kernel }: Process,
  to: Address<Protocol>,
): Exclude<Address<Protocol>, ClusterName<Protocol>> | undefined {
  return "clusterName" in to ? kernel.clusterNames?.resolve(to.clusterName) : to;
}

/** Delivers to whoever the address names now; false when there is nobody. */
export function deliverTo(process: Process, to: Address<Protocol>, item: Item, priority: boolean): boolean {
  if (process.watch !== undefined) process.watch.out(to, item);
  const own = OwnPid.processOf(to);
  if (own === "unknown" && "ref" in to) return deliverToAlias(process, to as Ref, item, priority);
  const target = own === "unknown" || own?.kernel !== process.kernel ? whereis(process, to) : own;
  if (target === undefined) {
    const there = standsFor(process, to);
    if (there === undefined || !isElsewhere(process.kernel, there)) return false;
    sendElsewhere(process, there, item, priority);
    return true;
  }
  target.deliver(item);
  return true;
}

function deliverToAlias(process: Process, to: Ref, item: Item, priority: boolean): boolean {
  const { kernel } = process;
  if (to.node !== kernel.name) {
    sendElsewhere(process, to, item, priority);
    return true;
  }
  const entry = kernel.isLocal(to) ? kernel.aliases.get(to.ref) : undefined;
  if (entry === undefined) return false;
  deliverThroughAlias(entry, to, item, priority);
  return true;
}

/** Delivers through an alias, which may be its last message; what comes for an inactive one vanishes. */
export function deliverThroughAlias(entry: AliasEntry, ref: Ref, item: Item, wantsPriority: boolean): void {
  const { owner, mode, priority } = entry;
  if (mode === "reply") dropAlias(owner, ref.ref);
  if (mode === "reply_demonitor") demonitor(owner, ref, {});
  owner.deliver(item, wantsPriority && priority);
}

export function send(process: Process, to: Address<Protocol>, message: Message, priority: boolean): void {
  if (typeof message !== "object" || message === null || typeof message.type !== "string") {
    throw new Misuse(
      `A message is an object with a "type" that is a string; given was ${JSON.stringify(message) ?? String(message)}.`,
    );
  }
  const { kernel } = process;
  const data = kernel.boundary === "trust" ? message : kernel.data(message, `message "${message.type}"`);
  const delivered = deliverTo(process, to, data, priority);
  if (delivered) return;
  const mustBeHeld = "clusterName" in to || ("name" in to && !("node" in to));
  if (mustBeHeld) throw new NoProcess(formatAddress(to));
}

export function cast(
  process: Process,
  to: Address<Protocol>,
  type: string,
  payload: unknown,
  priority: boolean,
): void {
  const { kernel } = process;
  const request = new Request(
    type,
    kernel.boundary === "trust" ? payload : kernel.data(payload, `cast "${type}"`),
    undefined,
  );
  deliverTo(process, to, request, priority);
}

export function call(
  process: Process,
  to: Address<Protocol>,
  type: string,
  payload: unknown,
  timeoutMs?: number,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    beginRequest(process, to, type, payload, timeoutMs ?? limits.callTimeoutMsDefault, resolve, reject);
  });
}

export function beginRequest(
  process: Process,
  to: Address<Protocol>,
  type: string,
  payload: unknown,
  timeoutMs: number,
  resolve: (value: unknown) => void,
  reject: (error: Error) => void,
): PendingCall | undefined {
  const { kernel } = process;
  if ("clusterName" in to) return requestHolder(process, to, type, payload, timeoutMs, resolve, reject);
  const callee = whereis(process, to);
  if (callee === undefined && isElsewhere(kernel, to)) {
    const failElsewhere = (failure: CallFailure): void => reject(callError(formatAddress(to), type, failure));
    const item = new Request(type, kernel.data(payload, `call "${type}"`), undefined);
    if (process.watch !== undefined) process.watch.out(to, item);
    return requestElsewhere(process, to, item, timeoutMs, resolve, failElsewhere);
  }
  if (callee === undefined || callee.hasEnded) {
    reject(new NoProcess(formatAddress(to), type));
    return undefined;
  }
  if (callee === process) {
    reject(new CallingSelf(formatAddress(to), type));
    return undefined;
  }
  const data = kernel.boundary === "trust" ? payload : kernel.data(payload, `call "${type}"`);
  const fail = (failure: CallFailure): void => reject(callError(formatAddress(to), type, failure));
  const pending = new PendingCall(kernel.nextRef(), process, callee, to, type, resolve, fail);
  beginCall(pending, timeoutMs);
  const request = new Request(type, data, pending.ref);
  if (process.watch !== undefined) process.watch.out(to, request);
  callee.deliver(request);
  return pending;
}

/**
 * A request to whoever holds a name of the cluster. Where it cannot have been taken by the one that is known here, a majority is asked
 * who has the name, and it is made once more; one that may have been taken is not.
 */
function requestHolder(
  process: Process,
  to: ClusterName<Protocol>,
  type: string,
  payload: unknown,
  timeoutMs: number,
  resolve: (value: unknown) => void,
  reject: (error: Error) => void,
): PendingCall | undefined {
  const { clusterNames, distribution, name: here, timers, world } = process.kernel;
  const end = world.clock.now() + timeoutMs;
  const known = clusterNames?.resolve(to.clusterName);
  const again = (error: Error): void => {
    if (clusterNames === undefined || process.hasEnded) {
      reject(error);
      return;
    }
    const late = (): void => reject(new CallTimeout(formatAddress(to), type, timeoutMs));
    const deadline = timeoutMs === Number.POSITIVE_INFINITY ? undefined : timers.start(timeoutMs, late);
    const found = (holder: Pid | undefined): void => {
      if (deadline !== undefined) timers.stop(deadline);
      const leftMs = end - world.clock.now();
      if (holder === undefined || samePid(holder, known) || process.hasEnded || leftMs <= 0) reject(error);
      else beginRequest(process, holder, type, payload, leftMs, resolve, reject);
    };
    clusterNames.refresh(to.clusterName).then(found).catch(reject);
  };
  if (known === undefined) {
    again(new NoProcess(formatAddress(to), type));
    return undefined;
  }
  const wasReached =
    known.node === here || distribution?.known(known.node, known.incarnation)?.incarnation !== undefined;
  return beginRequest(process, known, type, payload, timeoutMs, resolve, (error) => {
    if (error instanceof NoProcess) again(new NoProcess(formatAddress(to), type));
    else if (error instanceof NodeDown && !wasReached) again(error);
    else reject(error);
  });
}

export function reply(process: Process, to: Ref, value: unknown): void {
  const { kernel } = process;
  const data = kernel.data(value, "the reply");
  if (process.watch !== undefined) process.watch.replied(kernel.calls.get(to.ref)?.caller.pid, data);
  const isTaken = isElsewhere(kernel, to)
    ? replyElsewhere(process, to, data)
    : kernel.isLocal(to) && settleCall(process, to, data);
  if (!isTaken) kernel.events.emit("reply_dropped", { ref: to.ref });
}

export function sleep(process: Process, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    new OwnedTimer(process.kernel, process, delayMs, resolve);
  });
}

export async function stop(
  process: Process,
  target: Address<Protocol>,
  reason: ExitReason,
  timeoutMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  const callee = formatAddress(target);
  const stopped = whereis(process, target);
  const there = standsFor(process, target);
  if (stopped === undefined && there !== undefined && isElsewhere(process.kernel, there)) {
    await stopElsewhere(process, there, reason, timeoutMs);
    return;
  }
  if (stopped === undefined || stopped.hasEnded) throw new NoProcess(callee, "stop");
  if (stopped === process) throw new CallingSelf(callee, "stop");
  const ended = awaitExit(process, stopped, timeoutMs);
  stopped.deliver(new StopMessage(process.kernel.data(reason, "an exit reason")));
  const actual = await ended;
  if (actual === undefined) throw new CallTimeout(callee, "stop", timeoutMs);
  if (!isDeepStrictEqual(actual, reason)) throw new CalleeExited(callee, "stop", actual);
}

/** What the process over there ended with is told as a call is: by a failure. */
async function stopElsewhere(
  process: Process,
  target: ElsewhereAddress,
  reason: ExitReason,
  timeoutMs: number,
): Promise<void> {
  const stopsWith = process.kernel.data(reason, "an exit reason");
  const request = { type: "stop", payload: undefined, stopsWith };
  const failure = await new Promise<CallFailure>((resolve) => {
    requestElsewhere(process, target, request, timeoutMs, () => {}, resolve);
  });
  const isDone = failure.kind === "exited" && isDeepStrictEqual(failure.reason, reason);
  if (!isDone) throw callError(formatAddress(target), "stop", failure);
}

export function callError(target: string, request: string, failure: CallFailure): Error {
  switch (failure.kind) {
    case "exited":
      return failure.reason === "noproc"
        ? new NoProcess(target, request)
        : new CalleeExited(target, request, failure.reason);
    case "timeout":
      return new CallTimeout(target, request, failure.timeoutMs);
    case "overload":
      return new Overload(target, request, failure.messagesMax);
    case "nodedown":
      return new NodeDown(failure.node);
    case "undeliverable":
      return failure.error;
  }
}
