// In the end every child that is wanted runs on a node that may have it, evenly, all know where, and nothing runs that nobody knows.
import { type Placed, unevenness } from "../evenness.ts";
import { type Checker, type Entry, nodeOf, type Violation } from "../ledger.ts";

export const places: Checker = (entries) => {
  const found: Violation[] = [];
  const add = (index: number, problem: string): void => void found.push({ check: "places", problem, index });
  const known = entries.flatMap((entry) => (entry.type === "places" ? [entry] : []));
  const first = new Map(known.map((place) => [place.child, place] as const).reverse());
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "stands" && entry.state !== "held")
      add(index, `${entry.node} has no lease: it is ${entry.state}`);
    if (entry.type === "places") {
      const { child, node, phase, pid } = entry;
      const other = first.get(child);
      if (other?.phase !== phase || other.pid !== pid)
        add(index, `${node} knows ${child} as ${textOf(entry)}, and ${other?.node} as ${textOf(other)}`);
    }
    if (entry.type === "fit" && entry.isWanted) {
      const place = first.get(entry.child);
      const isRight =
        entry.nodes.length === 0
          ? place?.phase === "waiting"
          : place?.phase === "running" && place.pid !== undefined && isFit(entry, place.pid);
      if (!isRight)
        add(
          index,
          `${entry.child} is ${textOf(place)}, and could run on ${entry.nodes.join(", ") || "none"}`,
        );
    }
    if (entry.type === "runs" && first.get(entry.child)?.pid !== entry.pid)
      add(index, `${entry.pid} runs as ${entry.child}, which is ${textOf(first.get(entry.child))}`);
    if (entry.type === "holds" && entry.count === undefined && first.get(entry.child)?.phase === "running")
      add(index, `${entry.child} does not answer`);
  }
  const uneven = unevenness(placedBy(entries, first));
  if (uneven !== undefined) add(entries.length - 1, uneven);
  return found;
};

type Place = Extract<Entry, { type: "places" }>;

function placedBy(entries: readonly Entry[], places: ReadonlyMap<string, Place>): readonly Placed[] {
  return entries.flatMap((entry) => {
    const place = entry.type === "fit" ? places.get(entry.child) : undefined;
    if (entry.type !== "fit" || place?.phase !== "running" || place.pid === undefined) return [];
    const [node = ""] = nodeOf(place.pid).split("#");
    return [{ child: entry.child, node, fit: entry.nodes, isSpread: entry.isSpread }];
  });
}

function isFit({ nodes }: Extract<Entry, { type: "fit" }>, pid: string): boolean {
  return nodes.some((node) => nodeOf(pid).startsWith(`${node}#`));
}

function textOf(place: Place | undefined): string {
  return place === undefined ? "not known" : `${place.phase} as ${place.pid ?? "nobody"}`;
}
