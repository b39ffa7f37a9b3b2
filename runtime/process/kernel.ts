// The tables of one node: its processes, local names, aliases and pending calls, with the scheduler and the timers they share.

import type { ClusterNaming } from "../names/naming.ts";
import type { GroupScope } from "../node/groups.ts";
import type { RegistryTable } from "../node/registry.ts";
import { EventBus } from "../observe/event-bus.ts";
import type { Ownership } from "../ownership/ownership.ts";
import { LocalSupervisors } from "../placement/local-supervisors.ts";
import type { World } from "../world.ts";
import type { AliasEntry } from "./aliases.ts";
import type { PendingCall } from "./calls.ts";
import type { Boundary } from "./data.ts";
import { asData } from "./data.ts";
import { AlreadyStarted, Misuse } from "./failures.ts";
import { NumberTable } from "./number-table.ts";
import type { OwnedTimer } from "./owned-timer.ts";
import { formatPid, makeRef, OwnPid, type Pid, type Ref } from "./pid.ts";
import type { Process } from "./process.ts";
import type { Protocol } from "./protocol.ts";
import type { Distribution } from "./remote-node.ts";
import { type Elsewhere, elsewhere } from "./remote-signals.ts";
import { Scheduler } from "./scheduler.ts";
import { TimerService } from "./timers.ts";

export class Kernel {
  readonly name: string;
  readonly incarnation: number;
  readonly world: World;
  readonly boundary: Boundary;
  readonly scheduler: Scheduler;
  readonly timers: TimerService;
  readonly events = new EventBus();
  readonly processes = new NumberTable<Process>();
  readonly names = new Map<string, Process>();
  readonly registries = new Map<string, RegistryTable>();
  readonly scopes = new Map<string, GroupScope>();
  /** The names of applications, by the numbers of the processes at the top of their trees. */
  readonly applications = new Map<number, string>();
  readonly elsewhere: Elsewhere = elsewhere;
  /** The way to other nodes; undefined on a node that has none. */
  distribution: Distribution | undefined;
  /** The names of the cluster; undefined on a node that keeps none with others. */
  clusterNames: ClusterNaming | undefined;
  /** The cluster supervisors that run here. */
  readonly clusterSupervisors = new LocalSupervisors();
  /** What this node owns in its cluster; undefined while it takes part in nothing. */
  ownership: Ownership | undefined;
  /** In whose name code outside of processes acts. */
  outside: Process | undefined;
  readonly calls = new NumberTable<PendingCall>();
  readonly aliases = new NumberTable<AliasEntry>();
  /** Timers that send a message, by the number of their reference. */
  readonly messageTimers = new NumberTable<OwnedTimer>();
  #lastId = 0;
  #lastRef = 0;

  constructor(name: string, incarnation: number, world: World, boundary: Boundary) {
    this.name = name;
    this.incarnation = incarnation;
    this.world = world;
    this.boundary = boundary;
    this.scheduler = new Scheduler(world);
    this.timers = new TimerService(world);
  }

  nextPid(process: Process): OwnPid {
    this.#lastId += 1;
    return this.#own(new OwnPid(this.name, this.incarnation, this.#lastId, process));
  }

  nextRef(): Ref {
    this.#lastRef += 1;
    return this.#own(makeRef(this.name, this.incarnation, this.#lastRef));
  }

  /** Identities are data like any other: frozen where what is sent is. */
  #own<T extends object>(identity: T): T {
    return this.boundary === "trust" ? identity : Object.freeze(identity);
  }

  /** The live process behind a pid of this node and incarnation. */
  find(pid: Pid<Protocol>): Process | undefined {
    const process = OwnPid.processOf(pid);
    if (process === "unknown") return this.isLocal(pid) ? this.processes.get(pid.id) : undefined;
    return process?.kernel === this ? process : undefined;
  }

  isLocal(identity: { readonly node: string; readonly incarnation: number }): boolean {
    return identity.node === this.name && identity.incarnation === this.incarnation;
  }

  /** Applies the boundary's rule to what is about to be sent. */
  data<T>(value: T, what: string): T {
    return this.boundary === "trust" ? value : asData(value, what);
  }

  /**
   * Gives `process` a local name (OTP: `register/2`).
   * @throws {AlreadyStarted} the name is held; {Misuse} it is not a name, or the process has one or has ended
   */
  register(name: string, process: Process): void {
    checkName(name);
    const holder = this.names.get(name);
    if (holder !== undefined) throw new AlreadyStarted(name, holder.pid);
    if (process.hasEnded)
      throw new Misuse(`${formatPid(process.pid)} has ended and cannot be named "${name}".`);
    if (process.name !== undefined) {
      throw new Misuse(
        `${formatPid(process.pid)} is named "${process.name}" and cannot be named "${name}" too. Unregister the first name.`,
      );
    }
    process.name = name;
    this.names.set(name, process);
  }

  /** @throws {Misuse} nobody holds the name */
  unregister(name: string): void {
    const holder = this.names.get(name);
    if (holder === undefined) throw new Misuse(`No process is named "${name}" here.`);
    holder.name = undefined;
    this.names.delete(name);
  }
}

/** @throws {Misuse} no process can have this name */
export function checkName(name: string): void {
  if (typeof name === "string" && name !== "" && name !== "undefined") return;
  throw new Misuse(
    `A process cannot be named ${JSON.stringify(name)}. A name is a string that is not empty, and not "undefined".`,
  );
}
