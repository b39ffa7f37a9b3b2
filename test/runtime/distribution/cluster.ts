// Nodes of a cluster in one program, for tests: over a simulated network in virtual time, or over a real broker in real time.
import { onTestFinished } from "vitest";
import type { Carrier } from "../../../runtime/carrier.ts";
import { memoryNetwork } from "../../../runtime/carriers/memory.ts";
import { connectNats } from "../../../runtime/carriers/nats.ts";
import type { DistributionOptions, Node } from "../../../runtime/index.ts";
import { realWorld, simulatedWorld, startNode } from "../../../runtime/index.ts";
import { natsServer } from "../../nats/nats-server.ts";
import { type TcpProxy, tcpProxy } from "../../nats/tcp-proxy.ts";

export interface Cluster {
  /** A member, once it has met the members that were started before. */
  member(name: string, options?: DistributionOptions): Promise<Node>;
  /** A node on the network that has claimed nothing and met nobody. */
  lone(name: string, options?: DistributionOptions): Promise<Node>;
  /** What `promise` gives, moving virtual time as far as that needs. */
  when<T>(promise: Promise<T>): Promise<T>;
  /** Comes back when `isSo` holds. @throws where it does not within a minute, virtual or real */
  eventually(isSo: () => boolean): Promise<void>;
  /** Runs `work` as a process of `node` to its end. */
  inside<T>(node: Node, work: () => T | Promise<T>): Promise<T>;
  /** The node's carrier knows that it has lost the network, or has it again. */
  disconnect(name: string): void;
  reconnect(name: string): void;
  /** Nothing passes from and to the node any more, and nobody is told; or passes again. */
  silence(name: string): void;
  restore(name: string): void;
}

export type ClusterKind = "memory" | "nats";

/** The two carriers that a cluster can have. Over the broker times are the real ones: a busy machine must not look like a lost one. */
export const clusterKinds: readonly ClusterKind[] = ["memory", "nats"];

export function startCluster(kind: ClusterKind): Promise<Cluster> {
  return kind === "memory" ? Promise.resolve(new MemoryCluster()) : RealCluster.start();
}

const eventuallyMs = 60_000;

abstract class NodesOfTest {
  readonly nodes: Node[] = [];
  abstract readonly world: ReturnType<typeof realWorld>;
  abstract carrier(name: string): Promise<Carrier>;
  abstract when<T>(promise: Promise<T>): Promise<T>;
  abstract eventually(isSo: () => boolean): Promise<void>;

  async lone(name: string, options: DistributionOptions = {}): Promise<Node> {
    const node = startNode({ world: this.world, name, boundary: "freeze", distribution: options });
    this.nodes.push(node);
    onTestFinished(() => this.when(node.halt()));
    return node;
  }

  async member(name: string, options?: DistributionOptions): Promise<Node> {
    const others = this.nodes.filter(({ distribution }) => (distribution?.carriers.length ?? 0) > 0);
    const node = await this.lone(name, options);
    const carrier = await this.carrier(name);
    if (options?.hidden === true) node.distribution?.addCarrier(carrier);
    else await this.when(node.distribution?.join(carrier) ?? Promise.resolve());
    await this.eventually(
      () =>
        options?.hidden === true ||
        others.every(
          (other) =>
            other.nodes().some(({ name: met }) => met === name) &&
            node.nodes().some(({ name: met }) => met === other.name),
        ),
    );
    return node;
  }

  async inside<T>(node: Node, work: () => T | Promise<T>): Promise<T> {
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
}

class MemoryCluster extends NodesOfTest implements Cluster {
  readonly world = simulatedWorld();
  readonly #network = memoryNetwork(this.world);

  async carrier(name: string): Promise<Carrier> {
    return this.#network.carrier(name);
  }

  when<T>(promise: Promise<T>): Promise<T> {
    return this.world.until(promise);
  }

  async eventually(isSo: () => boolean): Promise<void> {
    for (let passedMs = 0; !isSo(); passedMs += 20) {
      if (passedMs > eventuallyMs) throw new Error(`It did not come to this: ${String(isSo)}`);
      await this.world.advance(20);
    }
  }

  disconnect(name: string): void {
    this.#network.disconnect(name);
  }

  reconnect(name: string): void {
    this.#network.reconnect(name);
  }

  silence(name: string): void {
    for (const { name: other } of this.nodes) if (other !== name) this.#network.cut(name, other);
  }

  restore(): void {
    this.#network.heal();
  }
}

class RealCluster extends NodesOfTest implements Cluster {
  readonly world = realWorld();
  readonly #port: number;
  readonly #proxies = new Map<string, TcpProxy>();

  private constructor(port: number) {
    super();
    this.#port = port;
  }

  static async start(): Promise<RealCluster> {
    return new RealCluster((await natsServer()).port);
  }

  async carrier(name: string): Promise<Carrier> {
    const proxy = await tcpProxy(this.#port);
    this.#proxies.set(name, proxy);
    return connectNats({ servers: [proxy.url], name });
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

  disconnect(name: string): void {
    this.#proxies.get(name)?.refuse(true);
    this.#proxies.get(name)?.cut();
  }

  reconnect(name: string): void {
    this.#proxies.get(name)?.refuse(false);
  }

  silence(name: string): void {
    this.#proxies.get(name)?.blackhole(true);
  }

  restore(name: string): void {
    this.#proxies.get(name)?.blackhole(false);
  }
}
