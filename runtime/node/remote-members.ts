// The members that the groups of one scope have on other nodes, as those have told. A process may be in a group more than once.
import type { Pid } from "../process/pid.ts";

/** Members by group. */
export type MembersByGroup = ReadonlyMap<string, readonly Pid[]>;

export interface GroupChange {
  readonly change: "join" | "leave";
  readonly group: string;
  readonly pids: readonly Pid[];
}

const none: ReadonlyMap<string, readonly Pid[]> = new Map();

export class RemoteMembers {
  /** By group, and there by node. */
  readonly #groups = new Map<string, Map<string, Pid[]>>();

  get groups(): Iterable<string> {
    return this.#groups.keys();
  }

  of(group: string): ReadonlyMap<string, readonly Pid[]> {
    return this.#groups.get(group) ?? none;
  }

  join(node: string, group: string, pids: readonly Pid[]): void {
    const nodes = this.#groups.get(group) ?? new Map<string, Pid[]>();
    const members = nodes.get(node) ?? [];
    for (const pid of pids) members.push(pid);
    nodes.set(node, members);
    this.#groups.set(group, nodes);
  }

  /** Takes each out once, and gives those that were in. */
  leave(node: string, group: string, pids: readonly Pid[]): readonly Pid[] {
    const nodes = this.#groups.get(group);
    const members = nodes?.get(node);
    if (nodes === undefined || members === undefined) return [];
    const { both: left, first: others } = compare(members, pids);
    if (others.length > 0) nodes.set(node, others);
    else nodes.delete(node);
    if (nodes.size === 0) this.#groups.delete(group);
    return left;
  }

  /** What has to change for the node to have exactly these members: leaves first. */
  changesTo(node: string, wanted: MembersByGroup): readonly GroupChange[] {
    const changes: GroupChange[] = [];
    const joins: GroupChange[] = [];
    const groups = new Set(wanted.keys());
    for (const [group, nodes] of this.#groups) if (nodes.has(node)) groups.add(group);
    for (const group of groups) {
      const { first: gone, second: fresh } = compare(this.of(group).get(node) ?? [], wanted.get(group) ?? []);
      if (gone.length > 0) changes.push({ change: "leave", group, pids: gone });
      if (fresh.length > 0) joins.push({ change: "join", group, pids: fresh });
    }
    return [...changes, ...joins];
  }
}

/** What is only in the first, only in the second, and in both; each as often as it is there. */
function compare(
  first: readonly Pid[],
  second: readonly Pid[],
): { readonly first: Pid[]; readonly second: readonly Pid[]; readonly both: readonly Pid[] } {
  const counts = new Map<number, number>();
  for (const { id } of second) counts.set(id, (counts.get(id) ?? 0) + 1);
  const onlyFirst: Pid[] = [];
  const both: Pid[] = [];
  for (const pid of first) {
    const count = counts.get(pid.id) ?? 0;
    if (count > 0) both.push(pid);
    else onlyFirst.push(pid);
    if (count > 0) counts.set(pid.id, count - 1);
  }
  const onlySecond = second.filter(({ id }) => {
    const count = counts.get(id) ?? 0;
    counts.set(id, count - 1);
    return count > 0;
  });
  return { first: onlyFirst, second: onlySecond, both };
}
