// What one play stands on: a node in a simulated world, chance, the ledger, and what the driver knows of everybody.
import {
  type ExitReason,
  formatReason,
  type Node,
  type Pid,
  type Ref,
  type SimulatedWorld,
  simulatedWorld,
} from "../../runtime/index.ts";
import { startKernelNode } from "../../runtime/node/node.ts";
import type { Kernel } from "../../runtime/process/kernel.ts";
import type { Process } from "../../runtime/process/process.ts";
import { Draw } from "./draw.ts";
import { type Happening, Ledger } from "./ledger.ts";
import {
  drawOdds,
  drawTree,
  type Odds,
  type Plan,
  type Point,
  type SupervisorPlan,
  type WorkerPlan,
} from "./plan.ts";

/** What the driver knows of a process that it made. */
export interface Player {
  readonly pid: Pid;
  readonly process: Process;
  /** By its number, whoever started it linked. */
  readonly parent: number | undefined;
  readonly place: string;
  readonly plan: Plan;
  readonly isSupervised: boolean;
}

/** Faults from outside in one play: enough to meet in every step, few enough for the tree to live on. */
const strikesMax = 30;

export class Stage {
  readonly seed: number;
  readonly draw: Draw;
  readonly odds: Odds;
  readonly tree: SupervisorPlan;
  readonly world: SimulatedWorld;
  readonly node: Node;
  readonly kernel: Kernel;
  readonly ledger: Ledger;
  /** Everybody that was born, by the number of the pid; the dead too, since some may still be found by mistake. */
  readonly players = new Map<number, Player>();
  readonly living = new Set<Player>();
  /** Of every monitor, whom it watches. */
  readonly watched = new Map<number, number>();
  /** Aliases that were given away. */
  readonly aliases: Ref[] = [];
  /** No fault strikes from outside while this is set. */
  isCalm = false;
  #strikes = 0;
  #lastNumber = 0;
  readonly #links = new Map<number, Set<number>>();
  readonly #starts = new Map<WorkerPlan, number>();
  readonly #messages = new Map<string, number>();

  constructor(seed: number) {
    this.seed = seed;
    const draw = new Draw(simulatedWorld({ seed }).random);
    this.odds = drawOdds(draw);
    this.tree = drawTree(draw);
    this.world = simulatedWorld({ seed, odds: this.odds.points });
    this.draw = new Draw(this.world.random);
    const { node, kernel } = startKernelNode({ world: this.world, boundary: draw.one(["freeze", "trust"]) });
    this.node = node;
    this.kernel = kernel;
    this.ledger = new Ledger(() => this.world.elapsedMs);
  }

  note(happening: Happening): void {
    this.ledger.note(happening);
  }

  link(one: number, other: number): void {
    this.peersOf(one).add(other);
    this.peersOf(other).add(one);
  }

  unlink(one: number, other: number): void {
    this.peersOf(one).delete(other);
    this.peersOf(other).delete(one);
  }

  /** Who is linked to a process by what it did itself, or by its start. */
  peersOf(pid: number): Set<number> {
    const peers = this.#links.get(pid) ?? new Set();
    this.#links.set(pid, peers);
    return peers;
  }

  /** A number that no other has: for questions, places and accidents. */
  nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  /** The next of the numbered messages from one process to another. */
  nextMessage(from: number, to: number): { readonly from: number; readonly number: number } {
    const pair = `${from} ${to}`;
    const number = (this.#messages.get(pair) ?? 0) + 1;
    this.#messages.set(pair, number);
    return { from, number };
  }

  accident(): Error {
    return new Error(`boom ${this.nextNumber()}`);
  }

  /** @throws an accident of its own kind, where the odds say so */
  fail(point: Point): void {
    if (this.world.maybe(point)) throw this.accident();
  }

  /** @throws an accident where this start of the plan's is to fail */
  failStart(plan: WorkerPlan): void {
    const before = this.#starts.get(plan) ?? 0;
    this.#starts.set(plan, before + 1);
    if (before > 0 && before <= plan.failingRestarts) throw this.accident();
    this.fail("throw in init");
  }

  anybody(): Player | undefined {
    return this.draw.maybeOne([...this.living]);
  }

  /** A step in the life of a process: the place for a fault from outside. */
  step(player: Player): void {
    if (this.isCalm || this.#strikes >= strikesMax || !this.draw.chance(this.odds.strike)) return;
    this.#strikes += 1;
    const victim = this.#victimNear(player);
    if (victim !== undefined) this.strike(victim);
  }

  strike(victim: Player): void {
    const { pid } = victim;
    const how = this.draw.one(["kill", "kill", "kill", "shutdown", "normal", "reason", "crash", "stop"]);
    const own = `reason ${this.nextNumber()}`;
    this.note({
      type: "struck",
      pid: pid.id,
      with: how === "reason" || how === "stop" ? `${how} ${own}` : how,
    });
    if (how === "crash") victim.process.crash(this.accident());
    else if (how === "stop") this.node.stop(pid, own, { timeoutMs: 2_000 }).catch(() => {});
    else this.node.exit(pid, how === "reason" ? own : how);
  }

  #victimNear(player: Player): Player | undefined {
    const { parent } = player;
    switch (this.draw.one(["self", "parent", "parent", "sibling", "anybody"])) {
      case "self":
        return player;
      case "parent":
        return parent === undefined ? player : this.players.get(parent);
      case "sibling":
        return this.draw.maybeOne([...this.living].filter((other) => other.parent === parent));
      case "anybody":
        return this.anybody();
    }
  }
}

/** A reason without what differs from machine to machine. */
export function reasonText(reason: ExitReason): string {
  return formatReason(reason)
    .replace(/"stack":"(?:[^"\\]|\\.)*"/, '"stack":""')
    .slice(0, 200);
}
