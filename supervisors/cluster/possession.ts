// What a node owns, and where that is kept: with its cluster's broker, or, for one that is alone, on its own disk.
import { join } from "node:path";
import type { NatsCarrier } from "../../runtime/carriers/nats.ts";
import { type BeginOptions, beginOwnership, type Node, NodesMissing } from "../../runtime/index.ts";
import { LeaseHeld } from "../../runtime/leases/failures.ts";
import type { ClusterStore } from "../../runtime/store/cluster-store.ts";
import { encodeToken } from "../../runtime/wire/token.ts";
import { clusterLimits } from "./limits.ts";

export interface PossessionOptions {
  readonly node: Node;
  readonly cluster: string;
  /** Where what lasts is kept. */
  readonly dataFolder: string;
  /** Brokers that keep each shared session, where that is not left to the store. */
  readonly contextReplicas?: number | undefined;
  readonly begin: BeginOptions;
  /** A live node has the lease of this one's name. */
  readonly onHeld: (error: LeaseHeld) => void;
}

/** The broker that it belongs to, and whether that is known to have everything on its disk before it says so. */
export interface Broker {
  readonly carrier: NatsCarrier;
  readonly isSynced: boolean;
}

export class Possession {
  readonly #options: PossessionOptions;
  #broker: Broker | undefined;
  #problem: string | undefined;

  constructor(options: PossessionOptions) {
    this.#options = options;
    // What is tried on by itself says why it has not come to anything yet.
    options.node.subscribe((event) => {
      if (event.name === "lease_waiting") this.#problem ??= event.data.why;
      if (event.name === "ownership_held") this.#problem = undefined;
    });
  }

  /** What keeps the node from owning anything, in words. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** What it owns from now on is kept by this broker; what was kept on the own disk stays there. */
  move(broker: Broker): void {
    this.#broker = broker;
  }

  /**
   * Takes part in what is owned. Comes back when the node has its lease, and without it after a while: everything else works
   * meanwhile, and it is tried on.
   * @throws {NodesMissing}
   */
  async begin(): Promise<void> {
    const { node, begin, onHeld } = this.#options;
    await node.ownership?.leave();
    this.#problem = undefined;
    const begun = this.#store()
      .then((store) => beginOwnership(node, store, begin))
      .catch((error: unknown) => {
        if (error instanceof NodesMissing) throw error;
        if (error instanceof LeaseHeld) onHeld(error);
        this.#problem = error instanceof Error ? error.message : String(error);
      });
    if (begin.required !== undefined) {
      await begun;
      return;
    }
    const info = this.#broker?.carrier.connection.info;
    if (info !== undefined && info.jetstream !== true) {
      // Others of its set may have it, so it is tried; but nobody is to wait for that.
      this.#problem = `The broker at ${this.#broker?.carrier.place} keeps nothing: JetStream is not enabled. Start it with -js, or with a configuration that "aiex cluster init" wrote.`;
      return;
    }
    const { timers } = node.world;
    let timer: unknown;
    const late = new Promise<void>((resolve) => {
      timer = timers.set(clusterLimits.leaseWaitMs * (node.distribution?.factor ?? 1), resolve);
    });
    await Promise.race([begun, late]);
    timers.clear(timer);
  }

  async end(): Promise<void> {
    await this.#options.node.ownership?.leave();
  }

  async #store(): Promise<ClusterStore> {
    const { node, cluster, dataFolder, contextReplicas } = this.#options;
    const { world } = node;
    // Loaded by whoever needs it: neither the broker's client nor the store of the own disk is small.
    if (this.#broker !== undefined) {
      const { natsStore } = await import("../../runtime/store/nats-store.ts");
      const { carrier, isSynced } = this.#broker;
      return natsStore({ connection: carrier.connection, cluster, world, isSynced, contextReplicas });
    }
    const { localStore } = await import("../../runtime/store/local-store.ts");
    return localStore({ world, path: join(dataFolder, "nodes", encodeToken(node.name)) });
  }
}
