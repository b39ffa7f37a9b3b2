// Each epoch of a child has one owner, owners begin in the order of their epochs, and nobody keeps anything after the claim of a later one.
import { type Checker, nodeOf, type Violation } from "../ledger.ts";

/** Where the bucket of the placements was made anew, an earlier owner starts what crashes again until it hears of that. */
const remadeMs = 15_000;

export const epochs: Checker = (entries) => {
  const found: Violation[] = [];
  const add = (index: number, problem: string): void => void found.push({ check: "epochs", problem, index });
  const owners = new Map<string, string>();
  const latest = new Map<string, number>();
  let remadeAt = Number.NEGATIVE_INFINITY;
  const claims = entries.flatMap((entry) => (entry.type === "claimed" ? [entry] : []));
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "claimed") {
      const { child, epoch, node } = entry;
      const owner = owners.get(`${child} ${epoch}`);
      if (owner !== undefined) add(index, `${node} claims epoch ${epoch} of ${child}, which is ${owner}'s`);
      owners.set(`${child} ${epoch}`, node);
    }
    if (entry.type === "kept") {
      const { child, epoch, node, position } = entry;
      const later = claims.find(
        (claim) => claim.child === child && claim.epoch > epoch && claim.position < position,
      );
      if (later !== undefined)
        add(
          index,
          `${node} keeps ${child} in epoch ${epoch}, after ${later.node} has claimed ${later.epoch}`,
        );
    }
    if (entry.type === "remade" && (entry.bucket === "placement" || entry.bucket === "all"))
      remadeAt = entry.atMs;
    if (entry.type !== "begins") continue;
    const { child, epoch, pid } = entry;
    const before = latest.get(child) ?? 0;
    if (owners.get(`${child} ${epoch}`) !== nodeOf(pid))
      add(index, `${pid} begins as ${child} in epoch ${epoch}, which is not its node's`);
    if (epoch < before && entry.atMs - remadeAt >= remadeMs)
      add(index, `${pid} begins as ${child} in epoch ${epoch}, after epoch ${before}`);
    latest.set(child, Math.max(before, epoch));
  }
  return found;
};
