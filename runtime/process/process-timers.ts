// Timers that send a message: to a pid they end with that process, to a name they look it up when they fire.
import { type Address, isElsewhere } from "./address.ts";
import { Misuse } from "./failures.ts";
import type { Kernel } from "./kernel.ts";
import type { Item } from "./mailbox.ts";
import { deliverTo, whereis } from "./messaging.ts";
import { OwnedTimer } from "./owned-timer.ts";
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
  if ("id" in to && owner === undefined && !isElsewhere(process.kernel, to)) return ref;
  // Whatever may be wrong with the address is found now, while there is somebody to tell.
  if (owner === undefined) whereis(process, to);
  const fire = (): void => {
    try {
      deliverTo(process, to, message(ref), false);
    } catch {
      // An address that has become none since then is nobody (OTP: a timer to an unknown target fires silently).
    }
  };
  new OwnedTimer(kernel, owner, delayMs, fire, ref.ref);
  return ref;
}

/** Stops a timer: the milliseconds that were left, or false when there is none of that reference. */
export function cancelProcessTimer(kernel: Kernel, ref: Ref): number | false {
  const timer = timerOf(kernel, ref);
  if (timer === undefined) return false;
  const { remainingMs } = timer;
  timer.stop();
  return remainingMs;
}

export function readProcessTimer(kernel: Kernel, ref: Ref): number | false {
  return timerOf(kernel, ref)?.remainingMs ?? false;
}

function timerOf(kernel: Kernel, ref: Ref): OwnedTimer | undefined {
  return kernel.isLocal(ref) ? kernel.messageTimers.get(ref.ref) : undefined;
}
