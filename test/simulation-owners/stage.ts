// What one play stands on: the network, the store, the nodes with their worlds, chance, and what the driver knows of everybody.
import { type MemoryNetwork, memoryNetwork } from "../../runtime/carriers/memory.ts";
import {
  clusterSupervisor,
  type Node,
  type Pid,
  type SimulatedWorld,
  simulatedWorld,
} from "../../runtime/index.ts";
import { startKernelNode } from "../../runtime/node/node.ts";
import { beginOwnership } from "../../runtime/ownership/begin.ts";
import type { Ownership } from "../../runtime/ownership/ownership.ts";
import { currentProcess } from "../../runtime/process/current.ts";
import type { Kernel } from "../../runtime/process/kernel.ts";
import type { ClusterStore } from "../../runtime/store/cluster-store.ts";
import { type ImperfectStore, imperfectStore } from "../../runtime/testing/imperfect-store.ts";
import { Draw } from "../simulation/draw.ts";
import { NodeCarrier } from "../simulation-nodes/node-carrier.ts";
import { NodeWorld } from "../simulation-nodes/node-world.ts";
import { ChildLogics, type ChildPlan, type Counter } from "./children.ts";
import { guestLogic } from "./guests.ts";
import { type Happening, Ledger } from "./ledger.ts";
import { drawOdds, type Odds } from "./odds.ts";
import { drawPlan, type Plan } from "./plan.ts";
import { noteChange, watchNode } from "./probes.ts";
import { recordedStore } from "./recorded-store.ts";

/** One start of a node. */
export interface Program {
  readonly name: string;
  /** `n1#2`. */
  readonly label: string;
  readonly node: Node;
  readonly kernel: Kernel;
  readonly world: NodeWorld;
  readonly store: ClusterStore;
  ownership: Ownership | undefined;
  isDraining: boolean;
  isGone: boolean;
}

/** A process that the room knows: one of a child, or a guest. */
export interface Player {
  readonly pid: Pid;
  readonly label: string;
  readonly program: Program;
  /** Undefined for a guest. */
  readonly child: string | undefined;
}

export class Stage {
  readonly seed: number;
  readonly world: SimulatedWorld;
  readonly draw: Draw;
  readonly odds: Odds;
  readonly plan: Plan;
  readonly network: MemoryNetwork;
  readonly store: ImperfectStore;
  readonly logics: ChildLogics;
  readonly ledger: Ledger;
  /** By name: the start that runs now. */
  readonly programs = new Map<string, Program>();
  /** By label: the processes that live. */
  readonly living = new Map<string, Player>();
  /** The epoch of a start's last claim of a child's log, by both. */
  readonly epochs = new Map<string, number>();
  /** Works that are inside of a lock, by their numbers. */
  readonly inside = new Map<number, Program>();
  /** Names that somebody has asked to be taken from whoever has them, and until when that may be what happens. */
  readonly takable = new Map<string, number>();
  /** Every start that there was, for what remains of it. */
  readonly past: Program[] = [];
  /** Names whose program is on its way out. */
  readonly halting = new Set<string>();
  /** Starts the node of a name that has become free, once there are no more faults. */
  restart: ((name: string) => void) | undefined;
  readonly #labels = new Map<string, string>();
  readonly #starts = new Map<string, number>();
  #last = 0;

  constructor(seed: number) {
    this.seed = seed;
    this.world = simulatedWorld({ seed });
    this.draw = new Draw(this.world.random);
    this.odds = drawOdds(this.draw);
    this.plan = drawPlan(this.draw);
    this.network = memoryNetwork(this.world);
    this.ledger = new Ledger(() => this.world.elapsedMs);
    this.store = imperfectStore(this.world, { applied: (change) => noteChange(this, change) });
    this.logics = new ChildLogics(this);
  }

  note(happening: Happening): void {
    this.ledger.note(happening);
  }

  /** Starts a node that is not there; it takes part in what the cluster owns as soon as it can. */
  start(name: string, wallOffsetMs: number): Program {
    const count = (this.#starts.get(name) ?? 0) + 1;
    this.#starts.set(name, count);
    const world = new NodeWorld(this.world);
    // No two starts of one name come at the same time, whatever the clock says: a real program takes longer to start.
    const taken = (): boolean => this.#labels.has(`${name}/${world.clock.wallTime()}`);
    // Real clocks count whole milliseconds.
    const wallTime = this.world.clock.wallTime();
    for (world.wallOffsetMs = Math.round(wallTime) + wallOffsetMs - wallTime; taken(); )
      world.wallOffsetMs += 1;
    const label = `${name}#${count}`;
    const { node, kernel } = startKernelNode({ name, world, boundary: "trust", distribution: {} });
    const own = this.store.of(name, (run) => world.whenAwake(run));
    const store = recordedStore(this, own, () => program);
    const parts = { ownership: undefined, isDraining: false, isGone: false };
    const program: Program = { name, label, node, kernel, world, store, ...parts };
    this.#labels.set(`${name}/${node.incarnation}`, label);
    this.programs.set(name, program);
    this.past.push(program);
    this.note({ type: "started", node: label });
    watchNode(this, program);
    node.distribution?.addCarrier(new NodeCarrier(this.network.carrier(name), world));
    this.#begin(program);
    return program;
  }

  /** The words for a process, whichever start of a node it lives on. */
  label({ node, incarnation, id }: Pick<Pid, "node" | "incarnation" | "id">): string {
    return `${this.labelOfNode(node, incarnation)}.${id}`;
  }

  labelOfNode(name: string, incarnation: number): string {
    return this.#labels.get(`${name}/${incarnation}`) ?? `${name}#?`;
  }

  programOf(label: string): Program | undefined {
    return this.past.find((program) => program.label === label);
  }

  nextNumber(): number {
    this.#last += 1;
    return this.#last;
  }

  /** Those that run and are awake. */
  awake(): Program[] {
    return [...this.programs.values()].filter(({ world, isGone }) => !isGone && !world.isFrozen);
  }

  /** A process of a child begins, from inside of it. From here on no earlier one may handle anything: each is tempted to. */
  begins(pid: Pid, { child, count, added }: Counter, isFresh: boolean): void {
    const player = this.enters(pid, child);
    const epoch = this.epochs.get(`${player.program.label} ${child}`) ?? 0;
    this.note({ type: "begins", child, pid: player.label, epoch, isFresh, count, added });
    for (const other of this.living.values()) if (other.child === child && other !== player) this.poke(other);
  }

  turn(pid: Pid, { child, count }: Counter): void {
    this.note({ type: "turn", child, pid: this.label(pid), count });
  }

  poke({ pid, program }: Player): void {
    this.world.timers.set(0, () => {
      if (!program.world.isDead) program.node.cast(pid, "poke", undefined);
    });
  }

  /** The running process is one of the players until its end. */
  enters(pid: Pid, child: string | undefined): Player {
    const label = this.label(pid);
    const known = this.living.get(label);
    if (known !== undefined) return known;
    const program = this.past.find(
      ({ node }) => node.name === pid.node && node.incarnation === pid.incarnation,
    );
    if (program === undefined) throw new Error(`Nobody has started the node of ${label}.`);
    const player: Player = { pid, label, program, child };
    this.living.set(label, player);
    const own = currentProcess();
    own.releases ??= new Set();
    own.releases.add(() => {
      if (!program.world.isDead) this.leaves(player);
    });
    return player;
  }

  leaves({ label }: Player): void {
    if (this.living.delete(label)) this.note({ type: "ended", pid: label });
  }

  #begin(program: Program): void {
    const { name, node, store, world } = program;
    const failed = (thrown: unknown): void => {
      if (!world.isDead && !program.isGone)
        this.note({ type: "stuck", what: `a start on ${program.label} failed: ${String(thrown)}` });
    };
    for (const supervisor of this.plan.supervisors) {
      if (supervisor.without === name) continue;
      const children = this.plan.children.filter(
        (child: ChildPlan) => child.supervisor === supervisor.name && child.isDeclared,
      );
      const logic = clusterSupervisor(supervisor.name, {
        children: children.map((child) => this.logics.specOf(child)),
        logic: Object.values(this.logics.byKind),
        maxRestarts: 1_000,
        withinMs: 1_000,
      });
      node.spawn(logic, { name: supervisor.name }).catch(failed);
    }
    const labels = { zone: this.plan.zones[Number(name.slice(1)) % this.plan.zones.length] ?? "" };
    const begun = beginOwnership(node, store, { labels });
    program.ownership = node.ownership;
    begun.catch(failed);
    for (let count = 0; count < this.plan.guestsPerNode; count += 1)
      node.spawn(guestLogic(this)).catch(failed);
  }
}
