// What is told about a process that ended by accident (OTP: proc_lib's crash report).
import type { Behaviour } from "./behaviour.ts";
import type { ExitReason } from "./exit-reason.ts";
import { type Item, Request } from "./mailbox.ts";
import type { Process } from "./process.ts";

/** Emits `process_crashed`. `handling` is the message that it was at. */
export function reportCrash(process: Process, reason: ExitReason, handling: Item | undefined): void {
  const { kernel, pid, name, logicName } = process;
  if (!kernel.events.isHeard) return;
  const from = handling instanceof Request ? handling.from : undefined;
  kernel.events.emit("process_crashed", {
    pid,
    name,
    logic: logicName,
    reason,
    lastMessage: handling?.type,
    state: shownState(process.behaviour),
    client: from === undefined ? undefined : kernel.calls.get(from.ref)?.caller.pid,
  });
}

/** The state as the logic shows it. What cannot be shown must not keep the process from ending. */
function shownState(behaviour: Behaviour): unknown {
  try {
    return behaviour.state();
  } catch {
    return "(its state could not be shown)";
  }
}
