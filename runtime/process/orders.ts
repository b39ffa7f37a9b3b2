// What the runtime itself wants of a process: it is carried out before the behaviour hears of it, and some even while it is suspended.
import { type Outcome, Stopping } from "./behaviour.ts";
import type { Item } from "./mailbox.ts";
import { type Pid, samePid } from "./pid.ts";
import type { Process } from "./process.ts";
import {
  DownMessage,
  ExitMessage,
  StopMessage,
  type SystemMessage,
  SystemRequest,
  TurnMessage,
} from "./system-message.ts";

/** A request has been answered, and may have changed how the process goes on: the rest of its messages is for another turn. */
export class TurnOver {}

const turnOver = new TurnOver();

/** Carries out what is the runtime's own business; the behaviour is given the rest. */
export function receiveSystemMessage(
  process: Process,
  item: SystemMessage,
): Outcome | TurnOver | Promise<Outcome> {
  if (item instanceof TurnMessage) {
    item.run();
    return undefined;
  }
  if (item instanceof StopMessage) return new Stopping(item.reason);
  if (item instanceof SystemRequest) return item.run() ?? turnOver;
  // An exit of the parent is an order: a process that traps ends in good order with that reason.
  if (item instanceof ExitMessage && isParent(process, item.from)) return new Stopping(item.reason);
  if (!(item instanceof DownMessage) || !item.isListenedTo) return process.behaviour.receive(item);
  item.tell();
  return undefined;
}

/** What a suspended process does all the same (OTP: `sys:suspend_loop`). */
export function isOrder(process: Process, item: Item): boolean {
  return (
    item instanceof SystemRequest ||
    item instanceof StopMessage ||
    (item instanceof ExitMessage && isParent(process, item.from))
  );
}

/** What is taken out of the mailbox of a function, which reads the rest itself. */
export function isForRuntime(item: Item): boolean {
  return (
    item instanceof TurnMessage ||
    item instanceof StopMessage ||
    item instanceof SystemRequest ||
    (item instanceof DownMessage && item.isListenedTo)
  );
}

function isParent({ parent }: Process, from: Pid): boolean {
  return parent !== undefined && samePid(from, parent.pid);
}
