// What a supervisor reports, in the words of the model.
import type { Pid, RuntimeEvent } from "../../../../runtime/index.ts";
import { reasonText } from "./plan.ts";

/** Undefined for events that are no supervisor's. */
export function reportText(event: RuntimeEvent, labelOf: (pid: Pid) => string): string | undefined {
  switch (event.name) {
    case "supervisor_child_started":
      return `started ${event.data.child} ${event.data.pid === undefined ? "nobody" : labelOf(event.data.pid)}`;
    case "supervisor_child_exited":
      return `exited ${event.data.child} ${reasonText(event.data.reason)}${event.data.error ? " error" : ""}`;
    case "supervisor_child_restarted": {
      const { child, pid, reason, restarts, restartsLeft } = event.data;
      const label = pid === undefined ? "nobody" : labelOf(pid);
      return `restarted ${child} ${label} ${reasonText(reason)} ${restarts} ${restartsLeft}`;
    }
    case "supervisor_start_failed":
      return `start_failed ${event.data.child} ${reasonText(event.data.reason)}`;
    case "supervisor_child_stopped": {
      const { child, pid, reason } = event.data;
      return `stopped ${child} ${pid === undefined ? "nobody" : labelOf(pid)} ${reasonText(reason)}`;
    }
    case "supervisor_shutdown_error":
      return `shutdown_error ${event.data.child} ${reasonText(event.data.reason)}`;
    case "supervisor_gave_up":
      return `gave_up ${event.data.child} ${reasonText(event.data.reason)}`;
    default:
      return undefined;
  }
}
