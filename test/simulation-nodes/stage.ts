// What one play of several nodes stands on: the network, the nodes with their worlds, chance, and what the driver knows of everybody.
import { type MemoryNetwork, memoryNetwork } from "../../runtime/carriers/memory.ts";
import {
  type AnyLogic,
  type Node,
  type Pid,
  type SimulatedWorld,
  simulatedWorld,
} from "../../runtime/index.ts";
import { startKernelNode } from "../../runtime/node/node.ts";
import type { Kernel } from "../../runtime/process/kernel.ts";
import { Draw } from "../simulation/draw.ts";
import { type Happening, Ledger } from "./ledger.ts";
import { NodeCarrier } from "./node-carrier.ts";
import { NodeWorld } from "./node-world.ts";
import { drawOdds, type Odds } from "./odds.ts";
import { watchNode } from "./probes.ts";
import { workerLogic } from "./workers.ts";

/** One start of a node. */
export interface Program {
  readonly name: string;
  /** `n1#2`. */
  readonly label: string;
  readonly node: Node;
  readonly kernel: Kernel;
  readonly world: NodeWorld;
  /** Of every worker there. */
  readonly logic: AnyLogic;
  isGone: boolean;
}

export interface Player {
  readonly pid: Pid;
  readonly label: string;
  readonly program: Program;
  hasEnded: boolean;
}

export const scope = "room";
export const groups = ["red", "blue"] as const;
export const workerKey = "worker";

export class Stage {
  readonly seed: number;
  readonly world: SimulatedWorld;
  readonly draw: Draw;
  readonly odds: Odds;
  readonly network: MemoryNetwork;
  readonly ledger: Ledger;
  readonly names: readonly string[];
  /** By name: the start that runs now. */
  readonly programs = new Map<string, Program>();
  /** By label; the dead too, since pids of theirs are still around. */
  readonly players = new Map<string, Player>();
  readonly living = new Set<Player>();
  /** Monitors that were not taken back, by the label of the process. */
  readonly watches = new Map<string, { readonly ref: string; readonly end: () => boolean }[]>();
  readonly #labels = new Map<string, string>();
  readonly #starts = new Map<string, number>();
  readonly #numbers = new Map<string, number>();
  /** Every start that there was, for what remains of it. */
  readonly past: Program[] = [];
  /** Names whose program is on its way out. */
  readonly halting = new Set<string>();
  /** Starts the node of a name that has become free, once there are no more faults. */
  restart: ((name: string) => void) | undefined;
  #last = 0;

  constructor(seed: number) {
    this.seed = seed;
    this.world = simulatedWorld({ seed });
    this.draw = new Draw(this.world.random);
    this.odds = drawOdds(this.draw);
    this.network = memoryNetwork(this.world);
    this.ledger = new Ledger(() => this.world.elapsedMs);
    this.names = Array.from({ length: this.draw.between(3, 7) }, (_, index) => `n${index + 1}`);
  }

  note(happening: Happening): void {
    this.ledger.note(happening);
  }

  /** Starts a node that is not there, and gives it its carrier. */
  start(name: string, wallOffsetMs: number): Program {
    const count = (this.#starts.get(name) ?? 0) + 1;
    this.#starts.set(name, count);
    const world = new NodeWorld(this.world);
    // No two starts of one name come at the same time, whatever the clock says: a real program takes longer to start.
    const taken = (): boolean => this.#labels.has(`${name}/${world.clock.wallTime()}`);
    for (world.wallOffsetMs = wallOffsetMs; taken(); ) world.wallOffsetMs += 1;
    const label = `${name}#${count}`;
    const logic = workerLogic(this, () => program);
    const distribution = { logic: { [workerKey]: logic } };
    const { node, kernel } = startKernelNode({ name, world, boundary: "trust", distribution });
    const program: Program = { name, label, node, kernel, world, logic, isGone: false };
    this.#labels.set(`${name}/${node.incarnation}`, label);
    this.programs.set(name, program);
    this.past.push(program);
    this.note({ type: "started", node: label });
    watchNode(this, program);
    node.distribution?.addCarrier(new NodeCarrier(this.network.carrier(name), world));
    return program;
  }

  /** The words for a process, whichever start of a node it lives on. */
  label({ node, incarnation, id }: Pid): string {
    return `${this.labelOfNode(node, incarnation)}.${id}`;
  }

  labelOfNode(name: string, incarnation: number): string {
    return this.#labels.get(`${name}/${incarnation}`) ?? `${name}#?`;
  }

  /** The next of the numbered messages from one process to another. */
  nextMessage(from: string, to: string): number {
    const pair = `${from} ${to}`;
    const number = (this.#numbers.get(pair) ?? 0) + 1;
    this.#numbers.set(pair, number);
    return number;
  }

  nextNumber(): number {
    this.#last += 1;
    return this.#last;
  }

  /** Those that run and are awake. */
  awake(): Program[] {
    return [...this.programs.values()].filter(({ world, isGone }) => !isGone && !world.isFrozen);
  }

  /** Mostly one of the living, now and then one of the dead. */
  somebody(): Player | undefined {
    const among = this.draw.chance(0.05) ? this.players.values() : this.living;
    return this.draw.maybeOne([...among]);
  }
}
