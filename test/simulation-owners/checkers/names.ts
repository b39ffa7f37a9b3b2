// A name of the cluster has one holder: nobody loses it to another while it lives and its node's lease is held, and in the end all agree.
import { type Checker, nodeOf, type Violation } from "../ledger.ts";

/** After the bucket was made anew those who had the names put them back, whoever has come meanwhile. */
const remadeMs = 15_000;

export const names: Checker = (entries) => {
  const found: Violation[] = [];
  const add = (index: number, problem: string): void => void found.push({ check: "names", problem, index });
  const epochs = new Map<string, number>();
  const seen = new Map<string, { readonly node: string; readonly pid: string | undefined }>();
  const alive = new Set(entries.flatMap((entry) => (entry.type === "alive" ? [entry.pid] : [])));
  let remadeAt = Number.NEGATIVE_INFINITY;
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "remade" && (entry.bucket === "names" || entry.bucket === "all")) {
      remadeAt = entry.atMs;
      epochs.clear();
    }
    if (entry.type === "named") {
      const { name, pid, epoch, isTaken } = entry;
      const before = epochs.get(name) ?? 0;
      if (isTaken && entry.atMs - remadeAt > remadeMs)
        add(index, `${pid} takes ${name} from whoever holds it`);
      if (epoch < before || (pid !== undefined && epoch === before && entry.atMs - remadeAt > remadeMs))
        add(index, `${name} gets ${pid ?? "nobody"} in epoch ${epoch}, after epoch ${before}`);
      epochs.set(name, epoch);
    }
    if (entry.type !== "resolves") continue;
    const { name, node, pid } = entry;
    const other = seen.get(name);
    if (other !== undefined && other.pid !== pid)
      add(index, `${node} knows ${pid ?? "nobody"} as ${name}, and ${other.node} ${other.pid ?? "nobody"}`);
    if (other === undefined && pid !== undefined && !alive.has(pid))
      add(index, `${node} knows ${pid} as ${name}, which does not answer on ${nodeOf(pid)}`);
    seen.set(name, { node, pid });
  }
  return found;
};
