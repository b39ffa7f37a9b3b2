// Nothing hangs, nothing fails where nobody hears of it, and nothing is left when everything was stopped.
import type { Checker } from "../ledger.ts";

export const liveness: Checker = (entries) =>
  entries.flatMap((entry, index) => {
    if (entry.type === "stuck") return [{ check: "liveness", problem: entry.what, index }];
    if (entry.type !== "remains") return [];
    return [{ check: "liveness", problem: `when all is stopped: ${entry.what}`, index }];
  });
