// Nothing hangs, nothing fails that nobody caught, nobody is refused who speaks rightly, and nothing remains at the end.
import type { Checker } from "../ledger.ts";

export const liveness: Checker = (entries) =>
  entries.flatMap((entry, index) => {
    if (entry.type !== "stuck" && entry.type !== "remains") return [];
    const problem = entry.type === "stuck" ? entry.what : `when all is stopped: ${entry.what}`;
    return [{ check: "liveness", problem, index }];
  });
