// Each epoch of a run has one owner, and behind what a later owner has written there is nothing of an earlier one.
import type { Checker, Entry, LogRecord, Violation } from "../ledger.ts";

export const epochs: Checker = (entries) => [
  ...entries.flatMap((entry, index) =>
    entry.type === "log"
      ? problemsOf(entry.run, entry.records).map((problem) => violation(problem, index))
      : [],
  ),
  ...claimsOf(entries),
];

function problemsOf(run: string, records: readonly LogRecord[]): readonly string[] {
  const problems: string[] = [];
  let owner: LogRecord | undefined;
  for (const record of records) {
    const { kind, epoch, position, by, entries } = record;
    if (kind === "claim") {
      if (epoch <= (owner?.epoch ?? 0))
        problems.push(`${by} claims epoch ${epoch} of ${run} behind epoch ${owner?.epoch}`);
      owner = record;
      continue;
    }
    if (epoch !== owner?.epoch)
      problems.push(
        `what epoch ${epoch} of ${run} wrote at ${position} is behind the claim of ${owner?.epoch}`,
      );
    for (const entry of entries) {
      if (entry.node !== owner?.by)
        problems.push(`${entry.node} wrote entry ${entry.n} of ${run} in the epoch of ${owner?.by}`);
      if (entry.type === "owned" && entry.epoch !== epoch)
        problems.push(`entry ${entry.n} of ${run} tells of epoch ${entry.epoch} in epoch ${epoch}`);
    }
  }
  return problems;
}

/** As the nodes themselves were told. */
function claimsOf(entries: readonly Entry[]): readonly Violation[] {
  const found: Violation[] = [];
  const owners = new Map<string, string>();
  for (const [index, entry] of entries.entries()) {
    if (entry.type !== "claimed" && entry.type !== "wrote") continue;
    const { run, node, epoch } = entry;
    const owner = owners.get(`${run} ${epoch}`);
    if (entry.type === "claimed" && owner !== undefined)
      found.push(violation(`${node} claims epoch ${epoch} of ${run}, which is ${owner}'s`, index));
    if (entry.type === "wrote" && owner !== node)
      found.push(
        violation(`${node} writes in epoch ${epoch} of ${run}, which is ${owner ?? "nobody"}'s`, index),
      );
    if (entry.type === "claimed") owners.set(`${run} ${epoch}`, node);
  }
  return found;
}

function violation(problem: string, index: number): Violation {
  return { check: "epochs", problem, index };
}
