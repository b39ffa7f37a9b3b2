// Keeps the children of cluster supervisors on the nodes where they belong: watches what is known, has it decided, writes it
// down, and starts and stops what this node owns.
import type { Journal } from "../journal/journal.ts";
import { isSameLease, type LeaseId, type LeaseInfo } from "../leases/lease.ts";
import type { Holds } from "../ownership/hold.ts";
import { outsideProcesses } from "../process/current.ts";
import type { Kernel } from "../process/kernel.ts";
import { makePid, type Pid } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { Bucket } from "../store/bucket.ts";
import type { SupervisorVerbs } from "../supervision/admin.ts";
import type { TimerHandle } from "../world.ts";
import { AgreedWrites } from "./agreed-writes.ts";
import {
  type Change,
  decide,
  type KnownRecord,
  type Lapse,
  type PlacementView,
  successorFor,
} from "./decide.ts";
import type { PlacementTimes } from "./limits.ts";
import type { LocalSupervisor } from "./local-supervisors.ts";
import { OwnMembership } from "./own-membership.ts";
import { logOfChild } from "./owned-child.ts";
import { OwnedChildren } from "./owned-children.ts";
import { encodePlacement, notPermitted, type PlacementRecord } from "./placement-record.ts";
import { type Found, PlacementTable } from "./placement-table.ts";

/** The own lease and what was seen of the others'. */
export interface PlacementLeases {
  readonly id: LeaseId | undefined;
  isHeld(): boolean;
  isValid(id: LeaseId): boolean;
  isOver(id: LeaseId): boolean;
  /** Somebody stands on a lease of which nothing is known here. */
  doubt(id: LeaseId): void;
  leases(): readonly LeaseInfo[];
}

export interface PlacementOptions {
  readonly kernel: Kernel;
  readonly leases: PlacementLeases;
  readonly placement: Bucket;
  readonly claims: Bucket;
  readonly journal: Journal;
  readonly holds: Holds;
  readonly verbs: SupervisorVerbs;
  readonly times: PlacementTimes;
  /** How busy a node is, from 0 to 1, by its beats. */
  readonly load: (node: string) => number;
}

interface Local {
  readonly supervisor: LocalSupervisor;
  readonly process: Process;
}

export class Placement {
  readonly table: PlacementTable;
  readonly #options: PlacementOptions;
  readonly #locals = new Map<string, Local>();
  readonly #owned: OwnedChildren;
  readonly #membership: OwnMembership;
  readonly #writes = new AgreedWrites(
    () => this.table.era,
    (isKnown) => {
      if (isKnown) this.look();
      else this.#wakeAfter(this.#options.times.retryMs);
    },
  );
  readonly #lapses = new Map<string, Lapse>();
  readonly #waiting = new Set<() => void>();
  #nodes = "";
  #settledAt: number;
  #isQueued = false;
  #isStopped = false;
  #wake: TimerHandle | undefined;
  #isDraining = false;
  readonly #stopListening: () => void;

  constructor(options: PlacementOptions) {
    this.#options = options;
    this.#settledAt = options.kernel.world.clock.now();
    this.#owned = new OwnedChildren({
      ...options,
      write: (key, record, expected) => this.write({ key, record, expected }),
      successor: (record) => this.#successor(record),
      known: (key) => this.table.records.get(key),
      again: () => this.look(),
    });
    this.table = new PlacementTable(options.placement, options.claims, () => this.look());
    this.#membership = new OwnMembership({ claims: options.claims, table: this.table, writes: this.#writes });
    this.#stopListening = options.kernel.clusterSupervisors.listen({
      entered: (supervisor, process) => this.#entered(supervisor, process),
      left: (supervisor, process) => this.#left(supervisor, process),
    });
  }

  /** Something has changed: everything is looked at again, soon and once. */
  look(): void {
    for (const told of [...this.#waiting]) told();
    if (this.#isQueued || this.#isStopped) return;
    this.#isQueued = true;
    outsideProcesses(() =>
      this.#options.kernel.world.turns.soon(() => {
        this.#isQueued = false;
        this.#lookNow();
      }),
    );
  }

  /** A node's lease is over. */
  lapsed(lease: LeaseId, lapse: Omit<Lapse, "at">): void {
    this.#lapses.set(keyOfLease(lease), { ...lapse, at: this.#options.kernel.world.clock.now() });
    this.look();
  }

  /** The own lease was lost: whatever was owned has other owners now, or will have. */
  lost(): void {
    void this.#owned.loseAll();
  }

  /** Hands everything over, and takes nothing more. Resolves when nothing is left, or `isCut` says so. */
  async drain(isCut: () => boolean, onProgress: (left: number, owned: number) => void): Promise<void> {
    this.#isDraining = true;
    const owned = this.#owned.size;
    onProgress(owned, owned);
    this.look();
    const { world } = this.#options.kernel;
    for (;;) {
      const left = this.#owned.size;
      onProgress(left, owned);
      if (left === 0) return;
      if (isCut()) this.#owned.cut();
      await new Promise<void>((resolve) => world.timers.set(this.#options.times.drainLookMs, resolve));
      if (this.#isStopped || (isCut() && !this.#options.leases.isHeld())) return;
    }
  }

  get owned(): OwnedChildren {
    return this.#owned;
  }

  /** Whoever runs as `<supervisor>/<id>`, by what is known here. */
  resolve(name: string): Pid | undefined {
    const { owner, pid, phase } = this.table.find(name)?.record ?? {};
    if (owner === undefined || pid === undefined || !(phase === "running" || phase === "leaving"))
      return undefined;
    const { leases } = this.#options;
    const isOwn = leases.id !== undefined && isSameLease(owner, leases.id);
    const holds = isOwn ? leases.isHeld() : leases.isValid(owner);
    return holds ? makePid(owner.node, owner.incarnation, pid) : undefined;
  }

  /** Resolves when `isTrue`, or after `waitMs`: false then. */
  until(isTrue: () => boolean, waitMs: number): Promise<boolean> {
    const { timers } = this.#options.kernel.world;
    return new Promise((resolve) => {
      const end = (result: boolean): void => {
        timers.clear(timer);
        this.#waiting.delete(told);
        resolve(result);
      };
      const told = (): void => {
        if (this.#isStopped || isTrue()) end(isTrue());
      };
      const timer = timers.set(waitMs, () => end(isTrue()));
      this.#waiting.add(told);
      told();
    });
  }

  /** Whether anything can be agreed on from here. */
  mayWrite(): boolean {
    return !this.#isStopped && this.#options.leases.isHeld();
  }

  get nodeName(): string {
    return this.#options.kernel.name;
  }

  wallTime(): number {
    return this.#options.kernel.world.clock.wallTime();
  }

  /** The lease that a node holds. */
  leaseOf(node: string): LeaseInfo | undefined {
    return this.#options.leases.leases().find((lease) => lease.node === node && lease.state === "held");
  }

  /** Before the same is tried again. */
  pause(): Promise<void> {
    const { kernel, times } = this.#options;
    return new Promise((resolve) => kernel.world.timers.set(times.retryMs, resolve));
  }

  /** Writes a record where it still is as it was; true when it was written. @throws {Misuse} its input cannot be kept */
  async write({ key, record, expected }: Change): Promise<boolean> {
    const value = encodePlacement(record);
    const note = (bytes: Uint8Array | undefined, revision: number): void =>
      this.table.noteRecord(key, bytes, revision);
    return this.#writes.write(this.#options.placement, { key, value, expected }, note);
  }

  /** True for a child that its supervisor on this node always has. */
  isDeclared(name: string): boolean {
    return [...this.#locals.values()].some(({ supervisor }) =>
      supervisor.children.some(({ id }) => `${supervisor.name}/${id}` === name),
    );
  }

  /** Takes a record out where it still is as it was; true when it was. */
  remove({ key, revision }: Found): Promise<boolean> {
    return this.#writes.write(
      this.#options.placement,
      { key, value: undefined, expected: revision },
      (bytes, at) => this.table.noteRecord(key, bytes, at),
    );
  }

  /** Takes out what was kept of a child that is there no more; what cannot be taken out now stays, and does no harm. */
  async forget(name: string): Promise<void> {
    await this.#options.journal.remove(logOfChild(name)).catch(() => undefined);
  }

  /** Resolves when nothing of what was owned runs here any more. */
  stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopListening();
    this.#options.kernel.world.timers.clear(this.#wake);
    this.table.stop();
    for (const told of [...this.#waiting]) told();
    return this.#owned.loseAll();
  }

  #entered(supervisor: LocalSupervisor, process: Process): void {
    this.#locals.set(supervisor.name, { supervisor, process });
    this.look();
  }

  #left({ name }: LocalSupervisor, process: Process): void {
    if (this.#locals.get(name)?.process !== process) return;
    this.#locals.delete(name);
    this.#owned.supervisorEnded(name);
    this.look();
  }

  #lookNow(): void {
    const { leases } = this.#options;
    const self = leases.id;
    if (this.#isStopped || self === undefined || !leases.isHeld() || !this.table.isComplete) return;
    this.#noteNodes();
    this.#membership.withdraw(self, (name) => this.#locals.has(name));
    let wakeInMs: number | undefined;
    for (const { supervisor } of this.#locals.values()) {
      this.#membership.declare(supervisor, self);
      const decision = decide(this.#viewOf(supervisor, self));
      for (const change of decision.changes) void this.write(change);
      if (decision.wakeInMs !== undefined)
        wakeInMs = Math.min(wakeInMs ?? decision.wakeInMs, decision.wakeInMs);
    }
    this.#own(self);
    if (wakeInMs !== undefined) this.#wakeAfter(wakeInMs);
  }

  /** Does what the records say of this node's own children. */
  #own(self: LeaseId): void {
    const { leases } = this.#options;
    for (const [key, known] of this.table.open) {
      if (this.#writes.busy.has(key)) continue;
      this.#forgetRefusal(key, known);
      const { owner, supervisor } = known.record;
      const isOwn = owner !== undefined && isSameLease(owner, self);
      if (owner !== undefined && !isOwn && !leases.isValid(owner) && !leases.isOver(owner))
        leases.doubt(owner);
      if (isOwn) this.#owned.look(key, known, this.#locals.get(supervisor), this.#isDraining);
      else this.#owned.drop(key);
    }
    this.#owned.dropAllBut(this.table.open);
  }

  /** What an earlier program of this node's name could not run, this one may be able to. */
  #forgetRefusal(key: string, { record, revision }: KnownRecord): void {
    const { name } = this.#options.kernel;
    const why = Object.hasOwn(record.denied, name) ? record.denied[name] : notPermitted;
    if (why === notPermitted || this.#owned.refused.has(key) || !this.#locals.has(record.supervisor)) return;
    const { [name]: _, ...denied } = record.denied;
    void this.write({ key, record: { ...record, denied }, expected: revision });
  }

  /** A calm cluster is one whose nodes have not changed for a while. */
  #noteNodes(): void {
    const { leases, kernel } = this.#options;
    const nodes = leases
      .leases()
      .filter(({ state }) => state === "held")
      .map(({ node, term, draining }) => `${node} ${term} ${draining}`)
      .sort()
      .join("\n");
    if (nodes === this.#nodes) return;
    this.#nodes = nodes;
    this.#settledAt = kernel.world.clock.now();
  }

  #viewOf(supervisor: LocalSupervisor, self: LeaseId): PlacementView {
    const { leases, kernel, load, times } = this.#options;
    const { clock } = kernel.world;
    return {
      self,
      supervisor: supervisor.name,
      declared: supervisor.children,
      leases: leases.leases(),
      isValid: (lease) => leases.isValid(lease),
      isOver: (lease) => leases.isOver(lease),
      members: this.table.members,
      records: this.table.records,
      open: this.table.open,
      busy: this.#writes.busy,
      load,
      now: clock.now(),
      // One whose end was not seen from here was over before this node came.
      lapse: (lease) => this.#lapses.get(keyOfLease(lease)) ?? unseen,
      settledAt: this.#settledAt,
      wallTime: clock.wallTime(),
      times,
    };
  }

  #successor(record: PlacementRecord): LeaseId | undefined {
    const self = this.#options.leases.id;
    const local = this.#locals.get(record.supervisor)?.supervisor;
    if (self === undefined) return undefined;
    const supervisor = local ?? { name: record.supervisor, children: [], logic: new Map() };
    return successorFor(this.#viewOf(supervisor, self), record);
  }

  #wakeAfter(inMs: number): void {
    const { timers } = this.#options.kernel.world;
    timers.clear(this.#wake);
    if (this.#isStopped) return;
    this.#wake = outsideProcesses(() => timers.set(inMs, () => this.look()));
  }
}

const unseen: Lapse = { at: Number.NEGATIVE_INFINITY, silentMs: 0, reason: "node_down" };

function keyOfLease({ node, incarnation, term }: LeaseId): string {
  return `${node} ${incarnation} ${term}`;
}
