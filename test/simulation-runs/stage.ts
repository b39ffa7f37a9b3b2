// What one play stands on: the network, the store, the nodes with what they need to carry runs, chance, and the world outside.
import { type MemoryNetwork, memoryNetwork } from "../../runtime/carriers/memory.ts";
import { type Node, type SimulatedWorld, simulatedWorld } from "../../runtime/index.ts";
import { MemoryJournal, MemoryLogTable } from "../../runtime/journal/journals/memory.ts";
import { startKernelNode } from "../../runtime/node/node.ts";
import type { Kernel } from "../../runtime/process/kernel.ts";
import type { ClusterStore } from "../../runtime/store/cluster-store.ts";
import { type ImperfectStore, imperfectStore } from "../../runtime/testing/imperfect-store.ts";
import { Draw } from "../simulation/draw.ts";
import { NodeCarrier } from "../simulation-nodes/node-carrier.ts";
import { NodeWorld } from "../simulation-nodes/node-world.ts";
import { carryRuns } from "./carrier.ts";
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
  isDraining: boolean;
  isGone: boolean;
}

/** An effect that is under way. */
export interface Busy {
  readonly program: Program;
  /** The run's name. */
  readonly run: string;
}

/** One play in so many has runs with parts: some of each of the four parts of the seeds. */
const partsEvery = 5;

export class Stage {
  readonly seed: number;
  readonly world: SimulatedWorld;
  readonly draw: Draw;
  readonly odds: Odds;
  readonly plan: Plan;
  readonly network: MemoryNetwork;
  readonly store: ImperfectStore;
  /** What is on the disks, for who judges nodes by it. */
  readonly journal: MemoryJournal;
  /** The ids of runs that somebody wrote the logs of, or meant to. */
  readonly logged = new Set<string>();
  readonly ledger: Ledger;
  /** By name: the start that runs now. */
  readonly programs = new Map<string, Program>();
  /** The epoch of a start's last claim of a run's log, by both. */
  readonly epochs = new Map<string, number>();
  /** What is so outside, whoever did it: effects that have happened, and how often one has failed. */
  readonly outside = { happened: new Set<string>(), failed: new Map<string, number>() };
  /** Effects that are under way, and who has them happen. */
  readonly busy = new Map<string, Busy>();
  /** Every start that there was, for what remains of it. */
  readonly past: Program[] = [];
  /** Names whose program is on its way out. */
  readonly halting = new Set<string>();
  /** Starts the node of a name that has become free, once there are no more faults. */
  restart: ((name: string) => void) | undefined;
  /** Whether one of its runs has parts. */
  readonly hasParts: boolean;
  readonly #labels = new Map<string, string>();
  readonly #starts = new Map<string, number>();
  #last = 0;

  constructor(seed: number) {
    this.seed = seed;
    this.world = simulatedWorld({ seed });
    this.draw = new Draw(this.world.random);
    this.hasParts = seed % partsEvery === 0;
    this.odds = drawOdds(this.draw);
    this.plan = drawPlan(this.draw, this.odds.rounds, this.hasParts);
    this.network = memoryNetwork(this.world);
    this.ledger = new Ledger(() => this.world.elapsedMs);
    const logs = new MemoryLogTable();
    this.journal = new MemoryJournal(logs);
    this.store = imperfectStore(this.world, { applied: (change) => noteChange(this, change), logs });
  }

  note(happening: Happening): void {
    this.ledger.note(happening);
  }

  /** Starts a node that is not there; it carries runs as soon as it can. */
  start(name: string): Program {
    const count = (this.#starts.get(name) ?? 0) + 1;
    this.#starts.set(name, count);
    const world = new NodeWorld(this.world);
    // No two starts of one name come at the same time, whatever the clock says: a real program takes longer to start.
    const taken = (): boolean => this.#labels.has(`${name}/${world.clock.wallTime()}`);
    // Real clocks count whole milliseconds.
    const wallTime = this.world.clock.wallTime();
    for (world.wallOffsetMs = Math.round(wallTime) - wallTime; taken(); ) world.wallOffsetMs += 1;
    const label = `${name}#${count}`;
    const { node, kernel } = startKernelNode({ name, world, boundary: "trust", distribution: {} });
    const own = this.store.of(name, (run) => world.whenAwake(run));
    const store = recordedStore(this, own, () => program);
    const program: Program = { name, label, node, kernel, world, store, isDraining: false, isGone: false };
    this.#labels.set(`${name}/${node.incarnation}`, label);
    this.programs.set(name, program);
    this.past.push(program);
    this.note({ type: "started", node: label });
    watchNode(this, program);
    node.distribution?.addCarrier(new NodeCarrier(this.network.carrier(name), world));
    carryRuns(this, program).catch((thrown: unknown) => {
      if (!world.isDead && !program.isGone)
        this.note({ type: "stuck", what: `a start on ${label} failed: ${String(thrown)}` });
    });
    return program;
  }

  labelOfNode(name: string, incarnation: number): string {
    return this.#labels.get(`${name}/${incarnation}`) ?? `${name}#?`;
  }

  nameOfRun(id: string): string {
    return this.plan.runs.find((run) => run.id === id)?.name ?? id;
  }

  nextNumber(): number {
    this.#last += 1;
    return this.#last;
  }

  /** Those that run and are awake. */
  awake(): Program[] {
    return [...this.programs.values()].filter(({ world, isGone }) => !isGone && !world.isFrozen);
  }
}
