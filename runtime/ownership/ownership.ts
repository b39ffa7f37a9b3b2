// What a node owns in its cluster, and may own: its lease, the names and the children that stand on it, and how it gives them up.
import type { LeaseId, LeaseListener } from "../leases/lease.ts";
import { LeaseKeeper } from "../leases/lease-keeper.ts";
import { leaseTimes } from "../leases/limits.ts";
import { ClusterNames } from "../names/cluster-names.ts";
import { placementTimes } from "../placement/limits.ts";
import type { PlacedChild } from "../placement/placed-child.ts";
import { Placement } from "../placement/placement.ts";
import {
  deletePlaced,
  movePlaced,
  permitPlaced,
  restartPlaced,
  startPlaced,
  stopPlaced,
} from "../placement/requests.ts";
import { outsideProcesses } from "../process/current.ts";
import type { Kernel } from "../process/kernel.ts";
import type { ClusterStore } from "../store/cluster-store.ts";
import type { SupervisorVerbs } from "../supervision/admin.ts";
import { drain } from "./drain.ts";
import { NodesMissing, NoOwnership } from "./failures.ts";
import { Holds } from "./hold.ts";
import type { DrainProgress, OwnershipReport, OwnershipState } from "./report.ts";
import { sweepLease } from "./sweep.ts";

export interface OwnershipOptions {
  readonly kernel: Kernel;
  readonly verbs: SupervisorVerbs;
  /** The factor of all times. */
  readonly factor: number;
  readonly host: string;
  /** How busy a node is, from 0 to 1. */
  readonly load: (node: string) => number;
  /** The others hear of it that the node drains. */
  readonly setDraining: () => void;
}

export interface BeginOptions {
  readonly labels?: Readonly<Record<string, string>>;
  /** Nodes without which this one does not begin (OTP: `sync_nodes_mandatory`), and how long it waits for them. */
  readonly required?: { readonly nodes: readonly string[]; readonly timeoutMs: number };
  /** Hears that the node has been cut off from the majority for `afterMs` without a break. */
  readonly cutOff?: { readonly afterMs: number; readonly tell: () => void };
}

interface Parts {
  readonly store: ClusterStore;
  readonly keeper: LeaseKeeper;
  readonly names: ClusterNames;
  readonly placement: Placement;
}

export class Ownership {
  readonly #options: OwnershipOptions;
  readonly #holds = new Holds();
  #parts: Parts | undefined;
  #begun: BeginOptions = {};
  #isHolding = false;
  #cutOffTimer: unknown;
  #drain: DrainProgress | undefined;
  #draining: Promise<DrainProgress> | undefined;

  constructor(options: OwnershipOptions) {
    this.#options = options;
  }

  /** As `beginOwnership`. */
  async begin(store: ClusterStore, options: BeginOptions = {}): Promise<LeaseId> {
    const { kernel, factor, host } = this.#options;
    const { name: node, incarnation, world, events } = kernel;
    this.#begun = options;
    const keeper: LeaseKeeper = new LeaseKeeper({
      world,
      bucket: store.bucket("leases"),
      self: { node, incarnation, host, labels: options.labels ?? {} },
      times: leaseTimes(factor),
      listener: this.#listener(),
      events,
    });
    const names = new ClusterNames({
      kernel,
      bucket: store.bucket("names"),
      leases: keeper,
      hooks: this.#holds,
      factor,
    });
    const placement = new Placement({
      ...this.#options,
      leases: keeper,
      placement: store.bucket("placement"),
      claims: store.bucket("claims"),
      journal: store.journal,
      holds: this.#holds,
      times: placementTimes(factor),
    });
    names.extra((name) => placement.resolve(name));
    this.#parts = { store, keeper, names, placement };
    // A program that stood still finds out before any of its processes has a turn.
    kernel.scheduler.guard = () => this.#guard();
    try {
      const id = await keeper.acquire();
      if (options.required !== undefined) await this.#require(options.required);
      return id;
    } catch (error) {
      await this.leave();
      throw error;
    }
  }

  get state(): OwnershipState {
    const state = this.#parts?.keeper.state ?? "none";
    return state === "closed" ? "none" : state;
  }

  get keeper(): LeaseKeeper | undefined {
    return this.#parts?.keeper;
  }

  /** Where the cluster keeps what it agrees on; undefined where the node takes part in nothing. */
  get store(): ClusterStore | undefined {
    return this.#parts?.store;
  }

  get names(): ClusterNames | undefined {
    return this.#parts?.names;
  }

  /** @throws {NoOwnership} the node takes part in nothing */
  get placement(): Placement {
    const { name } = this.#options.kernel;
    if (this.#parts === undefined)
      throw new NoOwnership(name, "it has not begun to; give it a store, or start it with a cluster");
    return this.#parts.placement;
  }

  async report(): Promise<OwnershipReport> {
    const parts = this.#parts;
    if (parts === undefined) return { state: "none", store: undefined, leases: [], children: [], names: [] };
    const { store, keeper, names, placement } = parts;
    return {
      state: this.state,
      // Nobody can say what it means while the store cannot be reached.
      store: {
        place: store.place,
        acknowledgement: await store.journal.acknowledgement().catch(() => undefined),
      },
      leases: keeper.leases(),
      children: placement.table.children(),
      names: names.report(),
    };
  }

  /**
   * Gives everything that this node owns to others, each child at its next checkpoint, and lets calls finish; takes no new work
   * from now on. What is left at the deadline stops, and starts again elsewhere from its last checkpoint. Asked again, it is the
   * same drain.
   */
  drain(options: {
    readonly deadlineMs: number;
    readonly onProgress?: (progress: DrainProgress) => void;
  }): Promise<DrainProgress> {
    this.#draining ??= drain({
      kernel: this.#options.kernel,
      parts: this.#parts,
      setDraining: this.#options.setDraining,
      deadlineMs: options.deadlineMs,
      partedMs: leaseTimes(this.#options.factor).challengeAfterMs,
      tell: (progress) => {
        this.#drain = progress;
        options.onProgress?.(progress);
      },
    });
    return this.#draining;
  }

  drainProgress(): DrainProgress | undefined {
    return this.#drain;
  }

  /** Has a child of the cluster moved to a node; resolves when it runs there. @throws {UnknownChild}; {UnfitNode}; {MovePending}; {NotOwner} */
  async move(child: string, node: string): Promise<void> {
    return movePlaced(this.placement, child, node);
  }

  /** As `startPlaced`. */
  async startChild(supervisor: string, child: PlacedChild): Promise<void> {
    return startPlaced(this.placement, supervisor, child);
  }

  /** As `stopPlaced`. */
  async stopChild(child: string): Promise<void> {
    return stopPlaced(this.placement, child);
  }

  /** As `restartPlaced`. */
  async restartChild(child: string): Promise<void> {
    return restartPlaced(this.placement, child);
  }

  /** As `deletePlaced`. */
  async deleteChild(child: string): Promise<void> {
    return deletePlaced(this.placement, child);
  }

  /** As `permitPlaced`. */
  async permitChild(child: string, node: string, isPermitted: boolean): Promise<void> {
    return permitPlaced(this.placement, child, node, isPermitted);
  }

  /** Takes out what a node left that went away: a lease that is over. False where it has come back. @throws {StoreUnavailable}; {NoOwnership} */
  async sweep(lease: LeaseId): Promise<boolean> {
    const supervisors = new Set(this.placement.table.members.map(({ supervisor }) => supervisor));
    return this.#parts !== undefined && sweepLease(this.#parts.store, lease, [...supervisors]);
  }

  /** Gives everything up and lets the others know. Resolves when nothing runs here any more on behalf of the cluster. */
  async leave(): Promise<void> {
    const parts = this.#parts;
    if (parts === undefined) return;
    const { kernel } = this.#options;
    // Nothing of it runs any more when somebody else may have it.
    this.#rest(parts);
    this.#parts = undefined;
    kernel.ownership = undefined;
    kernel.scheduler.guard = undefined;
    kernel.world.timers.clear(this.#cutOffTimer);
    const ended = parts.placement.stop();
    parts.names.close();
    await parts.keeper.close();
    await parts.store.close();
    await ended;
  }

  #listener(): LeaseListener {
    const { events } = this.#options.kernel;
    return {
      held: (id) => {
        this.#holdsAgain();
        events.emit("ownership_held", { term: id.term });
        this.#parts?.names.held(id);
        this.#parts?.placement.look();
      },
      suspended: () => this.#suspend(),
      resumed: () => {
        this.#holdsAgain();
        for (const process of this.#parts?.placement.owned.processes() ?? []) this.#holds.release(process);
        events.emit("ownership_resumed", {});
        this.#parts?.names.resumed();
        this.#parts?.placement.look();
      },
      lost: (why) => {
        this.#isHolding = false;
        events.emit("ownership_lost", { why });
        this.#parts?.placement.lost();
        this.#parts?.names.lost();
      },
      lapsed: (id, how) => {
        this.#parts?.placement.lapsed(id, {
          // One that gave its lease back was there until then; one whose lease was ended had not been heard of for so long.
          silentMs: how === "released" ? 0 : leaseTimes(this.#options.factor).challengeAfterMs,
          reason: how === "released" ? "node_left" : "node_down",
        });
        this.#parts?.names.lapsed(id);
      },
      seen: () => this.#parts?.placement.look(),
    };
  }

  /** Nobody can say now whether this node still is the owner: what it owns rests. */
  #suspend(): void {
    const parts = this.#parts;
    if (!this.#isHolding || parts === undefined) return;
    this.#isHolding = false;
    this.#rest(parts);
    this.#options.kernel.events.emit("ownership_suspended", {});
    this.#watchCutOff();
  }

  #rest({ placement, names }: Parts): void {
    for (const process of placement.owned.processes()) this.#holds.hold(process);
    names.suspended();
  }

  #guard(): void {
    if (this.#isHolding && this.#parts?.keeper.isHeld() === false) this.#suspend();
  }

  #holdsAgain(): void {
    this.#isHolding = true;
    this.#options.kernel.world.timers.clear(this.#cutOffTimer);
    this.#cutOffTimer = undefined;
  }

  #watchCutOff(): void {
    const { cutOff } = this.#begun;
    if (cutOff === undefined || this.#cutOffTimer !== undefined) return;
    this.#cutOffTimer = outsideProcesses(() =>
      this.#options.kernel.world.timers.set(cutOff.afterMs, () => {
        this.#cutOffTimer = undefined;
        if (!this.#isHolding) cutOff.tell();
      }),
    );
  }

  async #require({
    nodes,
    timeoutMs,
  }: {
    readonly nodes: readonly string[];
    readonly timeoutMs: number;
  }): Promise<void> {
    const missing = (): readonly string[] =>
      nodes.filter((node) => this.#parts?.keeper.find(node)?.state !== "held");
    const areThere = await this.placement.until(() => missing().length === 0, timeoutMs);
    if (!areThere) throw new NodesMissing(missing(), timeoutMs);
  }
}
