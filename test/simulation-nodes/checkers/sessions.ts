// What a node tells of its sessions: up and down in turn, and never two starts of one node at a time.
import { type Checker, type Entry, nameOf, nodeOf, type Violation } from "../ledger.ts";

export const sessions: Checker = (entries) => {
  const found: Violation[] = [];
  const up = new Map<string, string>();
  for (const [index, entry] of entries.entries()) {
    if (entry.type !== "up" && entry.type !== "down") continue;
    const { node, peer } = entry;
    const add = (problem: string): void => void found.push({ check: "sessions", problem, index });
    const pair = `${node} ${nameOf(peer)}`;
    const before = up.get(pair);
    if (entry.type === "up") {
      if (before !== undefined) add(`${node} has ${peer} up, and ${before} was not told to be down`);
      up.set(pair, peer);
    } else {
      if (before !== peer) add(`${node} has ${peer} down, and ${before ?? "nobody"} was up`);
      up.delete(pair);
    }
  }
  return found;
};

/** What one start of a node had told of its sessions at any place of a ledger. */
export class SessionHistory {
  readonly #changes = new Map<
    string,
    { readonly index: number; readonly atMs: number; readonly up: string | undefined }[]
  >();
  readonly #entries: readonly Entry[];

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
    for (const [index, entry] of entries.entries()) {
      if (entry.type !== "up" && entry.type !== "down" && entry.type !== "dropped") continue;
      const name = entry.type === "dropped" ? entry.peer : nameOf(entry.peer);
      const pair = `${entry.node} ${name}`;
      const changes = this.#changes.get(pair) ?? [];
      this.#changes.set(pair, changes);
      const before = changes.at(-1)?.up;
      const up = entry.type === "up" ? entry.peer : entry.type === "down" ? undefined : before;
      changes.push({ index, atMs: entry.atMs, up });
    }
  }

  /** Which start of the node called `name` a session stood with. */
  up(node: string, name: string, index: number): string | undefined {
    return this.#of(node, name)
      .filter((change) => change.index < index)
      .at(-1)?.up;
  }

  /** Whether signals to it may have been lost after one place and before another. */
  isBrokenBetween(node: string, name: string, from: number, to: number): boolean {
    return this.#of(node, name).some(
      (change) => change.index > from && change.index < to && !this.#isUp(change.index),
    );
  }

  /** How many things happened to the sessions before: a number for the time between two of them. */
  epoch(node: string, name: string, index: number): number {
    return this.#of(node, name).filter((change) => change.index < index).length;
  }

  /** Whether the loss of a session is an answer to something of `node` about a process of `target`, at that place. */
  isLost(node: string, target: string, index: number): boolean {
    const name = nameOf(target);
    if (this.up(node, name, index) !== target) return true;
    const atMs = this.#entries[index]?.atMs;
    return this.#of(node, name).some(
      (change) => change.index > index && change.atMs === atMs && !this.#isUp(change.index),
    );
  }

  /** As `isLost`, for what is noted a moment after it happened: another session may stand by then. */
  isLostNear(node: string, target: string, index: number): boolean {
    const atMs = this.#entries[index]?.atMs;
    const isNews = this.#of(node, nameOf(target)).some(
      (change) => change.atMs === atMs && !this.#isUp(change.index),
    );
    return isNews || this.isLost(node, target, index);
  }

  #isUp(index: number): boolean {
    return this.#entries[index]?.type === "up";
  }

  #of(
    node: string,
    name: string,
  ): readonly { readonly index: number; readonly atMs: number; readonly up: string | undefined }[] {
    return this.#changes.get(`${node} ${name}`) ?? [];
  }
}

/** Whether two processes live on one start of a node. */
export function isLocal(one: string, other: string): boolean {
  return nodeOf(one) === nodeOf(other);
}
