// Groups of nodes of a directed graph that all reach one another: its strongly connected components.

/**
 * The components of more than one node, each in ascending order, by their first node. `next` holds the targets of each node.
 * Tarjan, "Depth-first search and linear graph algorithms" (1972), without recursion: a chain of files may be long.
 */
export function components(next: readonly (readonly number[])[]): number[][] {
  const size = next.length;
  const index = new Int32Array(size).fill(-1);
  const low = new Int32Array(size);
  const isOpen = new Uint8Array(size);
  const taken = new Int32Array(size);
  const open: number[] = [];
  const path: number[] = [];
  const found: number[][] = [];
  let count = 0;
  for (let root = 0; root < size; root++) {
    if (index[root] !== -1) continue;
    enter(root);
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const target = next[node]?.[taken[node] ?? 0];
      if (target === undefined) leave(node);
      else {
        taken[node] = (taken[node] ?? 0) + 1;
        if (index[target] === -1) enter(target);
        else if (isOpen[target] === 1) low[node] = Math.min(low[node] ?? 0, index[target] ?? 0);
      }
    }
  }
  return found.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));

  function enter(node: number): void {
    index[node] = count;
    low[node] = count;
    count += 1;
    isOpen[node] = 1;
    open.push(node);
    path.push(node);
  }

  function leave(node: number): void {
    path.pop();
    const around = path.at(-1);
    if (around !== undefined) low[around] = Math.min(low[around] ?? 0, low[node] ?? 0);
    if (low[node] !== index[node]) return;
    const members = open.splice(open.lastIndexOf(node));
    for (const member of members) isOpen[member] = 0;
    if (members.length > 1) found.push(members.sort((a, b) => a - b));
  }
}
