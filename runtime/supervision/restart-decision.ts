// What becomes of a child that ended by itself: the table of restart type and exit reason.
import { type ExitReason, isOrderly } from "../process/exit-reason.ts";
import type { Restart } from "./child-spec.ts";

/** `restart` it, `keep` its spec without a process, or `remove` it. */
export type RestartDecision = "restart" | "keep" | "remove";

/** OTP: supervisor.erl, do_restart. `killed` is an accident like any other. */
export function decideRestart(restart: Restart, reason: ExitReason): RestartDecision {
  switch (restart) {
    case "permanent":
      return "restart";
    case "transient":
      return isOrderly(reason) ? "keep" : "restart";
    case "temporary":
      return "remove";
  }
}
