// What was sent while a session stood that still stands has to arrive: a loss at the end shows in no gap.
import type { Checker, Entry, Ledger, Violation } from "../ledger.ts";

export const tails: Checker = (ledgers) =>
  ledgers
    .filter(({ isWhole }) => isWhole)
    .flatMap((sender) =>
      [...lastSent(sender.entries)].flatMap(([to, range]) => check(ledgers, sender, to, range)),
    );

function check(ledgers: readonly Ledger[], { node }: Ledger, to: string, last: number): readonly Violation[] {
  const receiver = ledgers.find(({ name, isWhole }) => name === to && isWhole);
  if (receiver === undefined) return [];
  const seen = Math.max(
    0,
    ...receiver.entries.map((entry) => (entry.type === "got" && entry.from === node ? entry.last : 0)),
  );
  return seen >= last
    ? []
    : [
        {
          check: "tail",
          node: receiver.node,
          problem: `has ${seen} of ${node}, which sent up to ${last} and was told of no end since`,
        },
      ];
}

/** For each receiver the last number that was sent in the session that still stands. */
function lastSent(entries: readonly Entry[]): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  for (const entry of entries) {
    if (entry.type === "sent") last.set(entry.to, entry.last);
    if (entry.type === "nodedown" || entry.type === "nodeup") last.delete(entry.peer);
  }
  return last;
}
