// What is done about long mailboxes: of every one it is told, and in a bounded one something has to give way.
import { limits } from "../limits.ts";
import { refuseCall } from "./calls.ts";
import { type Item, type MailboxBound, Request } from "./mailbox.ts";
import type { Process } from "./process.ts";

/** Applies the bound to a message of a user; false when it is not to be queued. */
export function admit(process: Process, item: Item, bound: MailboxBound): boolean {
  if (process.mailbox.userMessages < bound.max) return true;
  // One that has to end for it takes nothing more, and has been told of.
  if (!process.isAlive) return false;
  const dropped = bound.onFull === "dropOldest" ? process.mailbox.takeOldestUserMessage() : item;
  if (bound.log !== false) {
    const { kernel, pid, name } = process;
    const lost = bound.onFull === "kill" ? undefined : dropped?.type;
    kernel.events.emit("mailbox_overflow", { pid, name, policy: bound.onFull, dropped: lost });
  }
  if (bound.onFull === "kill") {
    process.doomWith("killed");
    return false;
  }
  if (dropped instanceof Request && dropped.from !== undefined) refuseCall(process, dropped.from, bound.max);
  return bound.onFull === "dropOldest";
}

/** Tells of a mailbox that has become long, once until it has shrunk to half; gives whether it counts as told. */
export function tellLongMailbox({ kernel, pid, name, mailbox }: Process, isTold: boolean): boolean {
  const { length } = mailbox;
  if (isTold) return length >= limits.mailboxHighWaterMessages / 2;
  if (length < limits.mailboxHighWaterMessages) return false;
  kernel.events.emit("mailbox_long", { pid, name, messages: length });
  return true;
}
