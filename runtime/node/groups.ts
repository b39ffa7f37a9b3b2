// Process groups (OTP: `pg`): named sets of processes in a scope. A scope is a supervised process; its table is read directly.
import type { NativeLogic } from "../logic/logic.ts";
import { currentProcess } from "../process/current.ts";
import { Misuse } from "../process/failures.ts";
import { formatPid, isPid, type Pid, type Ref, sameRef } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { Protocol } from "../process/protocol.ts";
import { SystemMessage } from "../process/system-message.ts";
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

/** The groups of one scope. A process may be in a group more than once. */
export class GroupScope implements Table {
  readonly name: string;
  readonly #groups = new Map<string, Process[]>();
  readonly #monitors = new Map<number, GroupMonitor>();
  readonly #memberships = new Map<Process, Membership>();

  constructor(name: string) {
    this.name = name;
  }

  join(group: string, processes: readonly Process[]): void {
    if (processes.length === 0) return;
    const members = this.#groups.get(group) ?? [];
    members.push(...processes);
    this.#groups.set(group, members);
    for (const process of processes) this.#membershipOf(process).groups.add(group);
    this.#tell("join", group, processes);
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
    this.#tell("leave", group, left);
    return true;
  }

  members(group: string): readonly Pid[] {
    return (this.#groups.get(group) ?? []).map((process) => process.pid);
  }

  groups(): readonly string[] {
    return [...this.#groups.keys()].sort();
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

  /** The scope ends: nobody has to be told out of it any more. */
  state(): unknown {
    return this.groups();
  }

  close(): void {
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

  #tell(change: "join" | "leave", group: string, processes: readonly Process[]): void {
    const pids = Object.freeze(processes.map((process) => process.pid));
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
    make: () => new GroupScope(name),
    tablesOf: (process) => process.kernel.scopes,
  });
}

/**
 * Puts processes of this node into a group. One that has ended is passed over, as if it had left at once.
 * @throws {Misuse} no such scope, or a process of another node or of none (OTP: `nolocal`); then nobody has joined
 */
export function joinGroup(scope: string, group: string, ...pids: readonly Pid<Protocol>[]): void {
  const current = currentProcess();
  scopeOf(current, scope).join(group, localProcesses(current, pids));
}

/** Takes processes out of a group; false when none was in it (OTP: `not_joined`). */
export function leaveGroup(scope: string, group: string, ...pids: readonly Pid<Protocol>[]): boolean {
  const current = currentProcess();
  const members = pids.flatMap((pid) => current.kernel.find(pid) ?? []);
  return scopeOf(current, scope).leave(group, members);
}

/** The members of a group; none of a group that is not known. */
export function groupMembers(scope: string, group: string): readonly Pid[] {
  return scopeOf(currentProcess(), scope).members(group);
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
