// Nodes with the gate on them, alone or as a cluster in virtual time: what the tests of this folder stand on.
import { llmConfiguration } from "../../../../actors/llm/config.ts";
import { breakerOf } from "../../../../actors/llm/gate/breaker-protocol.ts";
import { budgetAt } from "../../../../actors/llm/gate/budget.ts";
import { gateOf } from "../../../../actors/llm/gate/gate-of.ts";
import { limiterAt } from "../../../../actors/llm/gate/limiter.ts";
import { gateSupervisor } from "../../../../actors/llm/gate/processes.ts";
import { llmScope } from "../../../../actors/llm/gate/scope.ts";
import type { GateAsk, GateReport, Granted } from "../../../../actors/llm/gate.ts";
import {
  type ClusterStore,
  child,
  groupScope,
  type Node,
  type Pid,
  type RuntimeEvent,
  receive,
  type SimulatedWorld,
  simulatedWorld,
  startNode,
  supervisor,
} from "../../../../runtime/index.ts";
import { owners } from "../../../runtime/ownership/owners.ts";

export interface Holder {
  readonly pid: Pid;
  acquire(ask?: Partial<GateAsk>): Promise<Granted>;
  report(permit: string, report?: Partial<GateReport>): void;
}

const someAsk: GateAsk = {
  entry: "one",
  model: "m",
  lane: "normal",
  tokens: 100,
  costMaxUsd: 0,
  run: undefined,
  user: undefined,
  waitMsMax: 0,
};

const someReport: Omit<GateReport, "permit"> = {
  outcome: "success",
  usage: { input_tokens: 50, output_tokens: 50 },
  costUsd: 0,
  tookMs: 100,
  firstMs: 10,
  limits: undefined,
  retryAfterMs: undefined,
};

/** The gate of one node, and processes that come to it. */
export class GateScene {
  readonly node: Node;
  readonly world: SimulatedWorld;
  readonly events: RuntimeEvent[] = [];

  constructor(node: Node, world: SimulatedWorld) {
    this.node = node;
    this.world = world;
    node.subscribe((event) => this.events.push(event));
  }

  /** A process that acts as it is told, until it is ended. */
  async holder(): Promise<Holder> {
    const work: { run: () => void }[] = [];
    const pid = await this.world.until(
      this.node.spawn(async () => {
        for (;;) {
          await receive();
          work.shift()?.run();
        }
      }),
    );
    const does = <T>(run: () => T | Promise<T>): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        work.push({
          run: () => {
            void Promise.resolve().then(run).then(resolve, reject);
          },
        });
        this.node.send(pid, { type: "work" } as never);
      });
    const gate = gateOf();
    return {
      pid,
      acquire: (ask) => does(() => gate.acquire({ ...someAsk, ...ask })),
      report: (permit, report) => {
        void does(() => gate.report({ ...someReport, permit, ...report }));
      },
    };
  }

  /** What somebody gets who asks, and whose request ends as `report` says. */
  async request(ask: Partial<GateAsk> = {}, report: Partial<GateReport> = {}): Promise<Granted> {
    const holder = await this.holder();
    const granted = await this.world.until(holder.acquire(ask));
    if (granted.granted) holder.report(granted.permit, report);
    await this.world.settle();
    return granted;
  }

  async kill(pid: Pid): Promise<void> {
    this.node.exit(pid, "kill");
    await this.world.settle();
  }

  breaker(entry = "one") {
    return this.world.until(this.node.call(breakerOf(entry), "status"));
  }

  order(order: "open" | "close" | "reset", model?: string, entry = "one") {
    return this.world.until(
      this.node.call(breakerOf(entry), "order", { order, ...(model === undefined ? {} : { model }) }),
    );
  }

  async limits(entry = "one") {
    const all = await this.world.until(this.node.call(limiterAt, "status"));
    return all.find((one) => one.entry === entry);
  }

  async usage(days = 1) {
    const answer = await this.world.until(this.node.call(budgetAt, "usage", { days }));
    if (!answer.ok) throw new Error(answer.message);
    return answer.days;
  }

  told(name: string): number {
    return this.events.filter((event) => event.name === name).length;
  }
}

export type Settings = Readonly<Record<string, unknown>>;

/** Has the gate stand on a node; entries are called one and two unless the settings say otherwise. */
async function gateOn(
  node: Node,
  world: SimulatedWorld,
  settings: Settings = {},
  places: { readonly store?: () => ClusterStore | undefined; readonly folder?: string } = {},
): Promise<GateScene> {
  const providers = { one: { kind: "ollama" }, two: { kind: "ollama" } };
  const configuration = llmConfiguration.parse({ providers, ...settings });
  const { store = () => undefined, folder } = places;
  const tree = supervisor("llm", {
    strategy: "rest_for_one",
    children: [
      child(groupScope(llmScope), { id: "llm.scope" }),
      gateSupervisor({ configuration, store, folder }),
    ],
  });
  const scene = new GateScene(node, world);
  await world.until(node.spawn(tree, { name: "llm" }));
  return scene;
}

/** One node that belongs to no cluster. */
export async function gateAlone(settings: Settings = {}, folder?: string): Promise<GateScene> {
  const world = simulatedWorld({ seed: 1 });
  const node = startNode({ world, boundary: "freeze" });
  return gateOn(node, world, settings, folder === undefined ? {} : { folder });
}

/** Nodes that own things together. */
export async function gateCluster(names: readonly string[], settings: Settings = {}) {
  const at = owners();
  const start = async (name: string): Promise<GateScene> => {
    const { node, ownership } = await at.start(name);
    return gateOn(node, at.world, settings, { store: () => ownership.store });
  };
  const scenes: GateScene[] = [];
  for (const name of names) scenes.push(await start(name));
  await at.world.advance(3_000);
  return { ...at, scenes, startGate: start };
}
