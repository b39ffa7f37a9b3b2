// A child has one owner at a time: who has lost it handles nothing for it any more, and no epoch begins twice.
import type { Checker, Entry, Ledger, Violation } from "../ledger.ts";

export const owners: Checker = (ledgers) => [...overlaps(ledgers), ...epochs(ledgers)];

function overlaps(ledgers: readonly Ledger[]): Violation[] {
  const violations: Violation[] = [];
  const lives = new Map<string, string[]>();
  for (const { node, entry } of inOrder(ledgers)) {
    if (entry.type !== "took") continue;
    const { name, process } = entry;
    const life = `process ${process} of ${node}`;
    const known = lives.get(name) ?? [];
    lives.set(name, known);
    if (known.at(-1) === life) continue;
    if (known.includes(life))
      violations.push({ check: "owner", node, problem: `handles ${name} as ${life} after ${known.at(-1)}` });
    known.push(life);
  }
  return violations;
}

function epochs(ledgers: readonly Ledger[]): Violation[] {
  const violations: Violation[] = [];
  const begun = new Map<string, string>();
  for (const { node, entry } of inOrder(ledgers)) {
    if (entry.type !== "moved") continue;
    const epoch = `epoch ${entry.epoch} of ${entry.name}`;
    const other = begun.get(epoch);
    if (other !== undefined)
      violations.push({ check: "owner", node, problem: `begins ${epoch}, as ${other} has` });
    begun.set(epoch, node);
  }
  return violations;
}

function inOrder(ledgers: readonly Ledger[]): readonly { readonly node: string; readonly entry: Entry }[] {
  return ledgers
    .flatMap(({ node, entries }) => entries.map((entry) => ({ node, entry })))
    .sort((left, right) => left.entry.atMs - right.entry.atMs);
}
