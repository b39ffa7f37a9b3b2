// Nodes that own things together, for tests that hold whatever is beneath: a simulated network and store in virtual time, or a real
// broker in real time, each node behind a proxy of its own.
import { onTestFinished } from "vitest";
import { connectNats } from "../../../runtime/carriers/nats.ts";
import { clusterSupervisor, realWorld, startNode } from "../../../runtime/index.ts";
import { beginOwnership } from "../../../runtime/ownership/begin.ts";
import { type NatsStoreOptions, natsStore } from "../../../runtime/store/nats-store.ts";
import { natsServer } from "../../nats/nats-server.ts";
import { type TcpProxy, tcpProxy } from "../../nats/tcp-proxy.ts";
import { type Owner, type OwnerOptions, owners } from "./owners.ts";

export interface OwnedCluster {
  /** A node that has its lease, and has met all others that can be reached. */
  start(name: string, options?: OwnerOptions): Promise<Owner>;
  /** What `promise` gives, moving virtual time as far as that needs. */
  when<T>(promise: Promise<T>): Promise<T>;
  /** Comes back when `isSo` holds. @throws where it does not within half a minute, virtual or real */
  eventually(isSo: () => boolean): Promise<void>;
  /** Runs `work` as a process of the node to its end. */
  inside<T>(owner: Owner, work: () => T | Promise<T>): Promise<T>;
  /** The node reaches neither the others nor what they agree on, and nobody tells it so. */
  cutOff(owner: Owner): void;
  heal(owner: Owner): void;
}

export type OwnedClusterKind = "memory" | "nats";

export const ownedClusterKinds: readonly OwnedClusterKind[] = ["memory", "nats"];

export function ownedCluster(kind: OwnedClusterKind): Promise<OwnedCluster> {
  return kind === "memory" ? Promise.resolve(new MemoryCluster()) : brokerCluster();
}

export interface BrokerClusterOptions {
  /** Their ports; one that is started for the test where they are left out. */
  readonly ports?: readonly number[];
  /** What the stores of its nodes are made with, beside the broker. */
  readonly store?: Pick<NatsStoreOptions, "contextReplicas">;
}

/** Over real brokers, each node behind proxies of its own. */
export async function brokerCluster({ ports, store = {} }: BrokerClusterOptions = {}): Promise<OwnedCluster> {
  return new RealCluster(ports ?? [(await natsServer({ jetstream: true })).port], store);
}

/** Where a child runs, by what `by` knows. */
export function placeOf(name: string, by: Owner): string | undefined {
  const found = by.ownership.placement.table
    .children()
    .find(({ supervisor, id }) => `${supervisor}/${id}` === name);
  return found?.phase === "running" ? found.node : undefined;
}

const eventuallyMs = 30_000;

abstract class Owners {
  readonly started: Owner[] = [];
  abstract when<T>(promise: Promise<T>): Promise<T>;
  abstract eventually(isSo: () => boolean): Promise<void>;

  inside<T>({ node }: Owner, work: () => T | Promise<T>): Promise<T> {
    return this.when(
      new Promise<T>((resolve, reject) => {
        void node.spawn(async () => {
          try {
            resolve(await work());
          } catch (error) {
            reject(error);
          }
        });
      }),
    );
  }

  protected async met(owner: Owner): Promise<Owner> {
    const others = this.started.filter(({ ownership }) => ownership.state === "held");
    this.started.push(owner);
    const knows = (one: Owner, other: Owner): boolean =>
      one.node.nodes().some(({ name }) => name === other.node.name) &&
      one.ownership.keeper?.find(other.node.name)?.state === "held";
    await this.eventually(() => others.every((other) => knows(owner, other) && knows(other, owner)));
    return owner;
  }
}

class MemoryCluster extends Owners implements OwnedCluster {
  readonly #owners = owners();

  async start(name: string, options?: OwnerOptions): Promise<Owner> {
    return this.met(await this.#owners.start(name, options));
  }

  when<T>(promise: Promise<T>): Promise<T> {
    return this.#owners.world.until(promise);
  }

  eventually(isSo: () => boolean): Promise<void> {
    return this.#owners.eventually(isSo, eventuallyMs);
  }

  cutOff({ node: { name } }: Owner): void {
    const { network, store } = this.#owners;
    for (const { node } of this.started) if (node.name !== name) network.cut(name, node.name);
    store.cut(name);
  }

  heal({ node: { name } }: Owner): void {
    const { network, store } = this.#owners;
    network.heal();
    store.heal(name);
  }
}

/** Long beside what a busy machine holds a program up, and short for who waits. */
const factor = 0.5;

class RealCluster extends Owners implements OwnedCluster {
  readonly #ports: readonly number[];
  readonly #store: NonNullable<BrokerClusterOptions["store"]>;
  readonly #proxies = new Map<string, readonly TcpProxy[]>();

  constructor(ports: readonly number[], store: NonNullable<BrokerClusterOptions["store"]>) {
    super();
    this.#ports = ports;
    this.#store = store;
  }

  async start(name: string, options: OwnerOptions = {}): Promise<Owner> {
    const { supervisors = { work: {} }, logic = {}, ...begin } = options;
    const world = realWorld();
    const node = startNode({ world, name, boundary: "freeze", distribution: { factor, logic } });
    const events: Owner["events"] = [];
    node.subscribe(({ name: event, data }) => void events.push({ name: event, data }));
    for (const [supervisor, its] of Object.entries(supervisors))
      await node.spawn(clusterSupervisor(supervisor, its), { name: supervisor });
    const proxies = await Promise.all(this.#ports.map((port) => tcpProxy(port)));
    this.#proxies.set(name, proxies);
    const carrier = await connectNats({ servers: proxies.map(({ url }) => url), name });
    onTestFinished(async () => {
      for (const proxy of proxies) proxy.blackhole(false);
      await node.ownership?.leave();
      await node.halt();
      await carrier.close();
    });
    await node.distribution?.join(carrier);
    const { connection } = carrier;
    const ownership = await beginOwnership(
      node,
      natsStore({ connection, cluster: "test", world, ...this.#store }),
      begin,
    );
    return this.met({ node, ownership, events });
  }

  when<T>(promise: Promise<T>): Promise<T> {
    return promise;
  }

  async eventually(isSo: () => boolean): Promise<void> {
    const end = Date.now() + eventuallyMs;
    while (!isSo()) {
      if (Date.now() > end) throw new Error(`It did not come to this: ${String(isSo)}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  cutOff({ node }: Owner): void {
    for (const proxy of this.#proxies.get(node.name) ?? []) proxy.blackhole(true);
  }

  heal({ node }: Owner): void {
    for (const proxy of this.#proxies.get(node.name) ?? []) proxy.blackhole(false);
  }
}
