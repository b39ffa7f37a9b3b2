// How messages, casts, calls and replies get from one process to another.
import { limits } from "../limits.ts";
import { type Address, formatAddress } from "./address.ts";
import { deliverThroughAlias } from "./aliases.ts";
import { beginCall, PendingCall, settleCall } from "./calls.ts";
import type { ExitReason } from "./exit-reason.ts";
import { CalleeExited, CallingSelf, CallTimeout, Misuse, NodeDown, NoProcess } from "./failures.ts";
import { type Item, Request } from "./mailbox.ts";
import { demonitor, monitor } from "./monitors.ts";
import type { Ref } from "./pid.ts";
import type { Process } from "./process.ts";
import type { Message, Protocol } from "./protocol.ts";
import { StopMessage } from "./system-message.ts";

/** The live process behind an address of this node. */
export function whereis(process: Process, to: Address<Protocol>): Process | undefined {
  const { kernel } = process;
  if ("id" in to) return kernel.find(to);
  if ("ref" in to) return kernel.isLocal(to) ? kernel.aliases.get(to.ref)?.owner : undefined;
  if ("registry" in to) return kernel.registries.get(to.registry)?.(to.key);
  if ("node" in to && to.node !== kernel.name) return undefined;
  return kernel.names.get(to.name);
}

/** Delivers to whoever the address names now; false when there is nobody. */
export function deliverTo(process: Process, to: Address<Protocol>, item: Item, priority: boolean): boolean {
  if ("ref" in to) {
    const entry = process.kernel.isLocal(to) ? process.kernel.aliases.get(to.ref) : undefined;
    if (entry === undefined) return false;
    deliverThroughAlias(entry, to as Ref, item, priority);
    return true;
  }
  const target = whereis(process, to);
  if (target === undefined) return false;
  target.deliver(item);
  return true;
}

export function send(process: Process, to: Address<Protocol>, message: Message, priority: boolean): void {
  if (typeof message !== "object" || message === null || typeof message.type !== "string") {
    throw new Misuse(
      `A message is an object with a "type" that is a string; given was ${JSON.stringify(message) ?? String(message)}.`,
    );
  }
  const delivered = deliverTo(
    process,
    to,
    process.kernel.data(message, `message "${message.type}"`),
    priority,
  );
  const isLocalName = "name" in to && !("node" in to);
  if (!delivered && isLocalName) throw new NoProcess(formatAddress(to));
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
  const callee = whereis(process, to);
  if (callee === undefined || callee.hasEnded) {
    reject(
      "node" in to && to.node !== kernel.name
        ? new NodeDown(to.node)
        : new NoProcess(formatAddress(to), type),
    );
    return undefined;
  }
  if (callee === process) {
    reject(new CallingSelf(formatAddress(to), type));
    return undefined;
  }
  const data = kernel.boundary === "trust" ? payload : kernel.data(payload, `call "${type}"`);
  const pending = new PendingCall(kernel.nextRef(), process, callee, to, type, resolve, reject);
  beginCall(pending, timeoutMs);
  callee.deliver(new Request(type, data, pending.ref));
  return pending;
}

export function reply(process: Process, to: Ref, value: unknown): void {
  const { kernel } = process;
  const data = kernel.data(value, "the reply");
  if (!kernel.isLocal(to) || !settleCall(process, to, data))
    kernel.events.emit("reply_dropped", { ref: to.ref });
}

export function sleep(process: Process, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    process.timers ??= new Set();
    const timer = process.kernel.timers.start(delayMs, () => {
      process.timers?.delete(timer);
      resolve();
    });
    process.timers.add(timer);
  });
}

export async function stop(
  process: Process,
  target: Address<Protocol>,
  reason: ExitReason,
  timeoutMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  const { kernel } = process;
  const watched = whereis(process, target);
  if (watched === undefined || watched.hasEnded) throw new NoProcess(formatAddress(target), "stop");
  if (watched === process) throw new CallingSelf(formatAddress(target), "stop");
  await new Promise<void>((resolve, reject) => {
    const deadline =
      timeoutMs === Number.POSITIVE_INFINITY
        ? undefined
        : kernel.timers.start(timeoutMs, () => {
            demonitor(process, ref, {});
            reject(new CallTimeout(formatAddress(target), "stop", timeoutMs));
          });
    const ref = monitor(process, watched, target, {}, (down) => {
      if (deadline !== undefined) kernel.timers.stop(deadline);
      if (JSON.stringify(down.reason) === JSON.stringify(reason)) resolve();
      else reject(new CalleeExited(formatAddress(target), "stop", down.reason));
    });
    watched.deliver(new StopMessage(kernel.data(reason, "an exit reason")));
  });
}
