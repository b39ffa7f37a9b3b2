// A bounded mailbox never holds more user messages than it may.
import type { Checker } from "../ledger.ts";

export const bounds: Checker = (entries) =>
  entries.flatMap((entry, index) =>
    entry.type === "crowded"
      ? [
          {
            check: "bounds",
            problem: `${entry.pid} has ${entry.waiting} of ${entry.max} messages waiting`,
            index,
          },
        ]
      : [],
  );
