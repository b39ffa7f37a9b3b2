// Word of each incarnation of another node is up, down, up, down: never twice the same, and no two incarnations at once.
import type { Checker, Violation } from "../ledger.ts";

export const nodeEvents: Checker = (ledgers) =>
  ledgers.flatMap(({ node, entries }) => {
    const violations: Violation[] = [];
    const up = new Map<string, number>();
    const wrong = (problem: string): void => void violations.push({ check: "node events", node, problem });
    for (const entry of entries) {
      if (entry.type !== "nodeup" && entry.type !== "nodedown") continue;
      const { type, peer, incarnation } = entry;
      const standing = up.get(peer);
      if (type === "nodeup") {
        if (standing !== undefined)
          wrong(`is told of ${peer}#${incarnation} while ${peer}#${standing} is up`);
        up.set(peer, incarnation);
      } else {
        if (standing !== incarnation)
          wrong(`is told of the end of ${peer}#${incarnation}, and up is ${standing}`);
        up.delete(peer);
      }
    }
    return violations;
  });
