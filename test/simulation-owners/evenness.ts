// Children that take turns on the nodes lie evenly on them: where one node has two more than another that could have one, one is moved.

export interface Placed {
  /** `s1/a`. */
  readonly child: string;
  /** The node that has it. */
  readonly node: string;
  /** The nodes that could. */
  readonly fit: readonly string[];
  /** Its place says one after the other, and nobody has asked for it to be where it is. */
  readonly isSpread: boolean;
}

/** What lies unevenly, in words; undefined where nothing does. */
export function unevenness(placed: readonly Placed[]): string | undefined {
  for (const { child, node, fit, isSpread } of placed) {
    const count = (of: string): number =>
      placed.filter((other) => other.node === of && supervisorOf(other.child) === supervisorOf(child)).length;
    const better = isSpread ? fit.find((other) => count(node) - count(other) >= 2) : undefined;
    if (better !== undefined)
      return `${child} is one of ${count(node)} on ${node}, and ${better} has ${count(better)}`;
  }
  return undefined;
}

function supervisorOf(child: string): string {
  return child.slice(0, child.indexOf("/"));
}
