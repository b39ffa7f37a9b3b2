// Process groups (OTP: `pg`): named sets of processes in a scope. A scope is a supervised process; its table is read directly.
import type { NativeLogic } from "../logic/logic.ts";
import { currentProcess } from "../process/current.ts";
import { Misuse } from "../process/failures.ts";
import type { Kernel } from "../process/kernel.ts";
import type { Item } from "../process/mailbox.ts";
import { send } from "../process/messaging.ts";
import { formatPid, isPid, type Pid, type Ref, sameRef } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { Message, Protocol } from "../process/protocol.ts";
import { SystemMessage } from "../process/system-message.ts";
import { signalKinds } from "../wire/frame.ts";
import { nodeLimits } from "./limits.ts";
import { type MembersByGroup, RemoteMembers } from "./remote-members.ts";
import { type Table, tableProcess } from "./table-process.ts";

/** A group that is monitored has changed. */
export class GroupMessage extends SystemMessage {
  readonly type = "sys.group";
  readonly ref: Ref;
  readonly change: "join" | "leave";
  readonly group: string;
  readonly pids: readonly Pid[];
  constructor(ref: Ref, change: "join" | "leave", group: string, pids: readonly Pid[]) {
    super();
    this.ref = ref;
    this.change = change;
    this.group = group;
    this.pids = pids;
  }
}

interface GroupMonitor {
  readonly ref: Ref;
  readonly watcher: Process;
  readonly group: string;
  readonly release: () => void;
}

/** What one process is in. */
interface Membership {
  readonly groups: Set<string>;
  readonly release: () => void;
}

/** Who tells other nodes of the scopes of this one, and of the processes of this node that come and go in them. */
export interface GroupTeller {
  opened(scope: GroupScope): void;
  closed(scope: GroupScope): void;
  changed(scope: GroupScope, change: "join" | "leave", group: string, processes: readonly Process[]): void;
}

const tellers = new WeakMap<Kernel, GroupTeller>();

/** Has the scopes of a node told to others from now on, those that are there at once. Gives back how to stop that. */
export function tellGroups(kernel: Kernel, teller: GroupTeller): () => void {
  const scopes = (): GroupScope[] => [...kernel.scopes.values()];
  tellers.set(kernel, teller);
  for (const scope of scopes()) scope.teller = teller;
  for (const scope of scopes()) teller.opened(scope);
  return () => {
    tellers.delete(kernel);
    for (const scope of scopes()) scope.teller = undefined;
  };
}

/** The groups of one scope: processes of this node, and what is known of those of others. A process may be in a group more than once. */
export class GroupScope implements Table {
  readonly name: string;
  teller: GroupTeller | undefined;
  readonly #groups = new Map<string, Process[]>();
  readonly #remote = new RemoteMembers();
  readonly #monitors = new Map<number, GroupMonitor>();
  readonly #memberships = new Map<Process, Membership>();

  constructor(name: string, teller: GroupTeller | undefined) {
    this.name = name;
    this.teller = teller;
  }

  opened(): void {
    this.teller?.opened(this);
  }

  join(group: string, processes: readonly Process[]): void {
    if (processes.length === 0) return;
    const members = this.#groups.get(group) ?? [];
    members.push(...processes);
    this.#groups.set(group, members);
    for (const process of processes) this.#membershipOf(process).groups.add(group);
    this.#changed("join", group, processes);
  }

  /** Takes each process out once; false when none of them was in. */
  leave(group: string, processes: readonly Process[]): boolean {
    const members = this.#groups.get(group) ?? [];
    const left = processes.filter((process) => {
      const index = members.indexOf(process);
      if (index >= 0) members.splice(index, 1);
      return index >= 0;
    });
    if (left.length === 0) return false;
    if (members.length === 0) this.#groups.delete(group);
    for (const process of left) if (!members.includes(process)) this.#leaveFor(process, group);
    this.#changed("leave", group, left);
    return true;
  }

  /** Those of this node first. */
  members(group: string): readonly Pid[] {
    const remote = this.#remote.of(group);
    const local = this.localMembers(group);
    return remote.size === 0 ? local : [...local, ...[...remote.values()].flat()];
  }

  localMembers(group: string): Pid[] {
    return (this.#groups.get(group) ?? []).map((process) => process.pid);
  }

  /** Every group that has a member of this node, with those members. */
  localGroups(): MembersByGroup {
    return new Map([...this.#groups.keys()].map((group) => [group, this.localMembers(group)]));
  }

  /** The other nodes that have members in the group. */
  nodesOf(group: string): readonly string[] {
    return [...this.#remote.of(group).keys()];
  }

  groups(): readonly string[] {
    return [...new Set([...this.#groups.keys(), ...this.#remote.groups])].sort();
  }

  /** Processes of another node have joined a group, or left it. */
  changeRemote(node: string, change: "join" | "leave", group: string, pids: readonly Pid[]): void {
    const left = change === "leave" ? this.#remote.leave(node, group, pids) : pids;
    if (change === "join") this.#remote.join(node, group, pids);
    if (left.length > 0) this.#tell(change, group, left);
  }

  /** From now on these are the members that another node has; monitors hear of the difference. */
  replaceRemote(node: string, members: MembersByGroup): void {
    for (const { change, group, pids } of this.#remote.changesTo(node, members))
      this.changeRemote(node, change, group, pids);
  }

  monitor(watcher: Process, group: string): Ref {
    const ref = watcher.kernel.nextRef();
    const release = (): void => void this.#monitors.delete(ref.ref);
    this.#monitors.set(ref.ref, { ref, watcher, group, release });
    watcher.releases ??= new Set();
    watcher.releases.add(release);
    return ref;
  }

  demonitor(ref: Ref): boolean {
    const entry = this.#monitors.get(ref.ref);
    if (entry === undefined || !sameRef(entry.ref, ref)) return false;
    this.#monitors.delete(ref.ref);
    entry.watcher.releases?.delete(entry.release);
    const isOne = (item: unknown): boolean => item instanceof GroupMessage && sameRef(item.ref, ref);
    while (entry.watcher.mailbox.take(isOne) !== undefined);
    return true;
  }

  state(): unknown {
    return this.groups();
  }

  /** The scope ends: nobody has to be told out of it any more. */
  close(): void {
    this.teller?.closed(this);
    for (const [process, { release }] of this.#memberships) process.releases?.delete(release);
    for (const { watcher, release } of this.#monitors.values()) watcher.releases?.delete(release);
  }

  #membershipOf(process: Process): Membership {
    const known = this.#memberships.get(process);
    if (known !== undefined) return known;
    const membership: Membership = { groups: new Set(), release: () => this.#forget(process) };
    this.#memberships.set(process, membership);
    process.releases ??= new Set();
    process.releases.add(membership.release);
    return membership;
  }

  /** `process` is in `group` no more, not even once. */
  #leaveFor(process: Process, group: string): void {
    const membership = this.#memberships.get(process);
    membership?.groups.delete(group);
    if (membership?.groups.size !== 0) return;
    this.#memberships.delete(process);
    process.releases?.delete(membership.release);
  }

  #forget(process: Process): void {
    for (const group of this.#memberships.get(process)?.groups ?? []) {
      const times = (this.#groups.get(group) ?? []).filter((member) => member === process);
      this.leave(group, times);
    }
  }

  #changed(change: "join" | "leave", group: string, processes: readonly Process[]): void {
    this.teller?.changed(this, change, group, processes);
    if (this.#monitors.size > 0)
      this.#tell(
        change,
        group,
        processes.map((process) => process.pid),
      );
  }

  #tell(change: "join" | "leave", group: string, told: readonly Pid[]): void {
    const pids = Object.freeze([...told]);
    for (const entry of this.#monitors.values()) {
      if (entry.group === group) entry.watcher.deliver(new GroupMessage(entry.ref, change, group, pids));
    }
  }
}

/** A scope of groups as a process to supervise (OTP: `pg:start_link(Scope)`). */
export function groupScope(name: string): NativeLogic<Protocol, void> {
  return tableProcess({
    name,
    noun: "scope",
    make: ({ kernel }) => new GroupScope(name, tellers.get(kernel)),
    tablesOf: (process) => process.kernel.scopes,
  });
}

/**
 * Puts processes of this node into a group. One that has ended is passed over, as if it had left at once.
 * @throws {Misuse} no such scope, or a process of another node or of none (OTP: `nolocal`); then nobody has joined
 */
export function joinGroup(scope: string, group: string, ...pids: readonly Pid<Protocol>[]): void {
  const current = currentProcess();
  if (group.length > nodeLimits.groupNameCharactersMax)
    throw new Misuse(
      `A group's name has at most ${nodeLimits.groupNameCharactersMax} characters; given were ${group.length}. Choose a shorter one.`,
    );
  scopeOf(current, scope).join(group, localProcesses(current, pids));
}

/** Takes processes out of a group; false when none was in it (OTP: `not_joined`). */
export function leaveGroup(scope: string, group: string, ...pids: readonly Pid<Protocol>[]): boolean {
  const current = currentProcess();
  const members = pids.flatMap((pid) => current.kernel.find(pid) ?? []);
  return scopeOf(current, scope).leave(group, members);
}

/** The members of a group on all nodes that are connected, those of this node first; none of a group that is not known. */
export function groupMembers(scope: string, group: string): readonly Pid[] {
  return scopeOf(currentProcess(), scope).members(group);
}

/** The members that a group has on this node (OTP: `pg:get_local_members/2`). */
export function localMembers(scope: string, group: string): readonly Pid[] {
  return scopeOf(currentProcess(), scope).localMembers(group);
}

/**
 * Sends a message to every member of a group, as often as it is in it. To each other node one signal goes, whatever the number of
 * its members there; who is in the group when that comes gets it.
 * @throws {Misuse} no such scope, or no message
 */
export function sendGroup(scope: string, group: string, message: Message): void {
  const current = currentProcess();
  const table = scopeOf(current, scope);
  if (typeof message?.type !== "string")
    throw new Misuse(
      `A message is an object with a "type" that is a string; given was ${JSON.stringify(message)}.`,
    );
  const { distribution } = current.kernel;
  const data = current.kernel.data(message, `message "${message.type}"`);
  for (const pid of table.localMembers(group)) send(current, pid, data, false);
  for (const node of table.nodesOf(group))
    distribution?.known(node)?.transmit([signalKinds.groupSend, current.pid.id, scope, group, data]);
}

/** Gives a message from another node to the members that a group has on this one. */
export function deliverToGroup(kernel: Kernel, scope: string, group: string, message: Item): void {
  for (const pid of kernel.scopes.get(scope)?.localMembers(group) ?? []) kernel.find(pid)?.deliver(message);
}

/** Every group that has a member, sorted. */
export function whichGroups(scope: string): readonly string[] {
  return scopeOf(currentProcess(), scope).groups();
}

/** The members now, and from then on a `GroupMessage` for every change, with nothing lost between. */
export function monitorGroup(
  scope: string,
  group: string,
): { readonly ref: Ref; readonly members: readonly Pid[] } {
  const current = currentProcess();
  const table = scopeOf(current, scope);
  return { ref: table.monitor(current, group), members: table.members(group) };
}

/** Ends a group monitor and takes out of the mailbox what it has sent. */
export function demonitorGroup(scope: string, ref: Ref): boolean {
  return scopeOf(currentProcess(), scope).demonitor(ref);
}

function localProcesses(current: Process, pids: readonly Pid<Protocol>[]): Process[] {
  return pids.flatMap((pid) => {
    if (isPid(pid) && current.kernel.isLocal(pid)) return current.kernel.find(pid) ?? [];
    const given = isPid(pid) ? formatPid(pid) : (JSON.stringify(pid) ?? String(pid));
    throw new Misuse(
      `${given} is no process of node ${current.kernel.name} and cannot join a group here. A process joins on its own node.`,
    );
  });
}

function scopeOf(process: Process, name: string): GroupScope {
  const scope = process.kernel.scopes.get(name);
  if (scope === undefined)
    throw new Misuse(
      `There is no scope "${name}" on node ${process.kernel.name}. Start one with groupScope("${name}") under a supervisor.`,
    );
  return scope;
}
