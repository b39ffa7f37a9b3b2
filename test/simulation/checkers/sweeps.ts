// A supervisor starts its children from left to right and stops them from right to left.
import type { Checker, Violation } from "../ledger.ts";
import { livesOf } from "./lives.ts";

type Direction = "starts" | "stops";

interface Sweep {
  readonly direction: Direction;
  readonly child: string;
}

export const sweeps: Checker = (entries) => {
  const lives = livesOf(entries);
  // Who was asked to start or stop single children does that in any order.
  const asked = new Set(
    entries.flatMap((entry) => (entry.type === "administered" ? [entry.supervisor] : [])),
  );
  const places = new Map<number, string[]>();
  const last = new Map<number, Sweep>();
  const found: Violation[] = [];
  for (const [index, entry] of entries.entries()) {
    // Another attempt, or the order to stop, begins anew.
    if (entry.type === "spent") last.delete(entry.by);
    if (entry.type === "stopping") last.delete(entry.pid);
    if (entry.type !== "told" || asked.has(entry.by)) continue;
    const { by, child, event } = entry;
    if (lives.get(by)?.birth.isOrdered !== true || event === "shutdown_error") continue;
    const order = places.get(by) ?? [];
    places.set(by, order);
    if (event === "child_started") order.push(child);
    const direction = directionOf(event);
    const before = last.get(by);
    if (direction === undefined) last.delete(by);
    else last.set(by, { direction, child });
    if (before === undefined || before.direction !== direction) continue;
    const isRightwards = order.indexOf(child) > order.indexOf(before.child);
    if (isRightwards !== (direction === "starts")) {
      const problem = `supervisor ${by} ${direction} ${child} after ${before.child}; its children are ${order.join(", ")}`;
      found.push({ check: "sweeps", problem, index });
    }
  }
  return found;
};

function directionOf(event: string): Direction | undefined {
  if (event === "child_started" || event === "child_restarted") return "starts";
  return event === "child_stopped" ? "stops" : undefined;
}
