// Finds files that import one another in a circle, so that none can be loaded, tested or understood before the others.
import { components } from "./components.ts";
import { byCodeUnit } from "./finding-order.ts";
import type { Import } from "./import.ts";
import { type ImportingFile, importTargets } from "./import-targets.ts";
import { cycleStepsMax } from "./limits.ts";

/** One group of files that all reach one another through imports. */
export interface ImportCycle {
  /** Its shortest cycle, the first of its files by path at the beginning and not again at the end. At least two. */
  readonly paths: readonly string[];
  /** The import with which the first file begins it. */
  readonly begin: Import;
  /** Files of the group, those of the cycle among them. */
  readonly files: number;
}

interface Graph {
  /** Per file the files that it imports, each once. */
  readonly next: readonly (readonly number[])[];
  /** Per file the first import of each of them. */
  readonly imports: readonly ReadonlyMap<number, Import>[];
}

/** By the path of their first file. A file that imports itself is no cycle: it waits for nobody. */
export function importCycles(files: readonly ImportingFile[]): ImportCycle[] {
  const sorted = [...files].sort((a, b) => byCodeUnit(a.path, b.path));
  const graph = graphOf(sorted);
  const cycles = components(graph.next).map((members): ImportCycle => {
    const cycle = shortestCycle(graph.next, members);
    const begin = graph.imports[cycle[0] ?? 0]?.get(cycle[1] ?? 0);
    if (begin === undefined) throw new RangeError(`no import joins the files ${cycle.join(" and ")}`);
    return { paths: cycle.map((file) => sorted[file]?.path ?? ""), begin, files: members.length };
  });
  return cycles.sort((a, b) => byCodeUnit(a.paths[0] ?? "", b.paths[0] ?? ""));
}

function graphOf(files: readonly ImportingFile[]): Graph {
  const targetOf = importTargets(files.map(({ path }) => path));
  const indexOf = new Map(files.map(({ path }, index) => [path, index]));
  const imports = files.map((file, index) => {
    const targets = new Map<number, Import>();
    for (const wanted of file.imports) {
      const target = indexOf.get(targetOf(file, wanted) ?? "");
      if (target !== undefined && target !== index && !targets.has(target)) targets.set(target, wanted);
    }
    return targets;
  });
  return { imports, next: imports.map((targets) => [...targets.keys()].sort((a, b) => a - b)) };
}

/**
 * The shortest cycle of a component, the first by its first member where there are several. After `cycleStepsMax` steps the
 * shortest so far is good enough: every member is in some cycle.
 */
function shortestCycle(next: Graph["next"], members: readonly number[]): number[] {
  const isMember = new Set(members);
  let shortest: number[] = [];
  let steps = 0;
  for (const start of members) {
    if (shortest.length === 2 || (steps > cycleStepsMax && shortest.length > 0)) break;
    const search = cycleThrough(next, start, isMember, shortest.length || members.length + 1);
    steps += search.steps;
    if (search.cycle.length > 0) shortest = search.cycle;
  }
  const least = shortest.indexOf(Math.min(...shortest));
  return [...shortest.slice(least), ...shortest.slice(0, least)];
}

/** Breadth first. Empty where no cycle through `start` is shorter than `lengthBelow`. */
function cycleThrough(
  next: Graph["next"],
  start: number,
  isMember: ReadonlySet<number>,
  lengthBelow: number,
): { readonly cycle: number[]; readonly steps: number } {
  const cameFrom = new Map<number, number>();
  let steps = 0;
  let ring = [start];
  for (let length = 1; ring.length > 0 && length < lengthBelow; length++) {
    const outer: number[] = [];
    for (const [node, target] of stepsFrom(ring, next)) {
      steps += 1;
      if (target === start) return { cycle: wayBack(cameFrom, start, node), steps };
      if (!isMember.has(target) || cameFrom.has(target)) continue;
      cameFrom.set(target, node);
      outer.push(target);
    }
    ring = outer;
  }
  return { cycle: [], steps };
}

function* stepsFrom(
  ring: readonly number[],
  next: Graph["next"],
): Generator<readonly [from: number, to: number]> {
  for (const node of ring) for (const target of next[node] ?? []) yield [node, target];
}

function wayBack(cameFrom: ReadonlyMap<number, number>, start: number, end: number): number[] {
  const way = [end];
  for (let node = end; node !== start; ) {
    node = cameFrom.get(node) ?? start;
    way.push(node);
  }
  return way.reverse();
}
