// Timers that send a message: to a pid they end with that process, to a name they look it up when they fire.
import type { Address } from "./address.ts";
import { Misuse } from "./failures.ts";
import { type Kernel, OwnedTimer } from "./kernel.ts";
import type { Item } from "./mailbox.ts";
import { deliverTo, whereis } from "./messaging.ts";
import type { Ref } from "./pid.ts";
import type { Process } from "./process.ts";
import type { Protocol } from "./protocol.ts";

/** Delivers what `message` makes after `delayMs`; to a target that is gone by then nothing happens. */
export function startProcessTimer(
  process: Process,
  to: Address<Protocol>,
  delayMs: number,
  message: (ref: Ref) => Item,
): Ref {
  if (!Number.isFinite(delayMs) || delayMs < 0) {
    throw new Misuse(`A timer's delay is a number of milliseconds from 0; given was ${delayMs}.`);
  }
  const { kernel } = process;
  const ref = kernel.nextRef();
  const owner = "id" in to ? whereis(process, to) : undefined;
  if ("id" in to && owner === undefined) return ref;
  const timer = kernel.timers.start(delayMs, () => {
    kernel.messageTimers.delete(ref.ref);
    owned.leave();
    deliverTo(process, to, message(ref), false);
  });
  const owned = new OwnedTimer(timer, owner);
  kernel.messageTimers.set(ref.ref, owned);
  return ref;
}

/** Stops a timer: the milliseconds that were left, or false when there is none of that reference. */
export function cancelProcessTimer(kernel: Kernel, ref: Ref): number | false {
  const owned = kernel.isLocal(ref) ? kernel.messageTimers.get(ref.ref) : undefined;
  const left = owned === undefined ? undefined : kernel.timers.remaining(owned.timer);
  if (owned === undefined || left === undefined) return false;
  kernel.messageTimers.delete(ref.ref);
  owned.leave();
  kernel.timers.stop(owned.timer);
  return left;
}

export function readProcessTimer(kernel: Kernel, ref: Ref): number | false {
  const entry = kernel.isLocal(ref) ? kernel.messageTimers.get(ref.ref) : undefined;
  if (entry === undefined) return false;
  return kernel.timers.remaining(entry.timer) ?? false;
}
