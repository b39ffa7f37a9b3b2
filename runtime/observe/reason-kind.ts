// The few kinds that reasons are of, for metrics: what a reason says is different every time.
import { type ExitReason, isOrderly } from "../process/exit-reason.ts";

const own: ReadonlySet<unknown> = new Set(["normal", "kill", "killed", "noproc", "noconnection"]);
const shapes = ["error", "nocatch", "bad_return_value"] as const;

/** OTP's own words stay; `shutdown` is any orderly end but `normal`, and a reason of somebody's own is `other`. */
export function reasonKind(reason: ExitReason): string {
  if (typeof reason === "string" && own.has(reason)) return reason;
  if (isOrderly(reason)) return "shutdown";
  if (typeof reason !== "object" || reason === null) return "other";
  return shapes.find((shape) => shape in reason) ?? "other";
}
