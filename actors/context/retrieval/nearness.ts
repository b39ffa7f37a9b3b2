// How near each file is to some files, by imports and uses in either direction.
import type { Graph } from "./graph.ts";
import { walkOnShare, walkSteps } from "./limits.ts";

/** A file that is used counts more for who uses it than the other way round: a test tells little of what it is a test of. */
const backwards = 0.5;

/** Who starts so rarely at a file leads nowhere that matters. */
const shareMin = 1e-5;

/**
 * Personalized PageRank (Page, Brin, Motwani, Winograd, "The PageRank citation ranking", 1998, section 6): how often somebody
 * comes by a file who starts at one of `seeds`, by their weights, follows uses at random, and starts again now and then. The
 * largest is 1. Files that nothing leads to are not among them.
 */
export function nearness(graph: Graph, seeds: ReadonlyMap<string, number>): Map<string, number> {
  const total = [...seeds.values()].reduce((sum, weight) => sum + weight, 0);
  if (total <= 0) return new Map();
  let rank = new Map([...seeds].map(([path, weight]) => [path, weight / total]));
  for (let step = 0; step < walkSteps; step += 1) {
    const next = new Map([...seeds].map(([path, weight]) => [path, ((1 - walkOnShare) * weight) / total]));
    for (const [path, share] of rank) {
      if (share < shareMin) continue;
      const links = linksOf(graph, path);
      const sum = links.reduce((all, [, weight]) => all + weight, 0);
      if (sum === 0) continue;
      for (const [target, weight] of links)
        next.set(target, (next.get(target) ?? 0) + (walkOnShare * share * weight) / sum);
    }
    rank = next;
  }
  const most = Math.max(...rank.values());
  return new Map([...rank].map(([path, share]) => [path, share / most]));
}

function linksOf({ uses, users }: Graph, path: string): [path: string, weight: number][] {
  const links = (uses.get(path) ?? []).map(({ target, weight }): [string, number] => [target, weight]);
  return [...links, ...(users.get(path) ?? []).map((user): [string, number] => [user, backwards])];
}
