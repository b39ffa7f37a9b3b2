// A command's way to a node: over the socket of one on this machine, or over the broker of a cluster.
import { userInfo } from "node:os";
import type { ControlRequests, ControlVerb } from "../../actors/control/protocol.ts";
import type { Carrier } from "../../runtime/carrier.ts";
import type { Node, World } from "../../runtime/index.ts";
import { Misuse } from "../../runtime/process/failures.ts";
import { clusterLimits } from "../cluster/limits.ts";
import { findWay } from "./finding.ts";
import type { RemoteConfiguration } from "./remote-configuration.ts";
import { ask, relayed } from "./request.ts";

export interface RemoteConnection {
  /** The node that is meant: the one that was named, or else the one that was found. */
  readonly entry: string;
  /**
   * Over a socket the node behind it, which may be another one than `entry`: requests to others are handed on by it.
   * Undefined over a broker, where every node is reached directly.
   */
  readonly gate: string | undefined;
  readonly cluster: string;
  readonly carrier: Carrier;
  /** The name under which this command speaks: `cli-<user>`. */
  readonly self: string;
  /**
   * Asks `node`; over a socket through `gate`, where that is another one.
   * @throws {ControlRefused} what the node answered; {NodeUnreachable} nobody answered
   */
  control<V extends ControlVerb>(
    node: string,
    verb: V,
    request: ControlRequests[V]["asks"],
    timeoutMs?: number,
  ): Promise<ControlRequests[V]["answers"]>;
  /**
   * Has `gate` send a message, make a call or hand on a request, and gives what came of it, as JSON can hold it.
   * @throws {ControlRefused} what the call or the other node was refused with; {NodeUnreachable}; {Misuse} over a broker
   */
  relay(request: RelayRequest, timeoutMs: number): Promise<unknown>;
  /** A hidden runtime node, started when it is first asked for: messages and calls over a broker go through it. */
  node(): Promise<Node>;
  close(): Promise<void>;
}

/** Where a command is to go: what its options say. */
export interface RemoteTarget {
  /** A node's name, `name@host` too. */
  readonly node?: string;
  /** A broker, such as `nats://host:4222`. */
  readonly url?: string;
  /** The path of a file with credentials for it. */
  readonly credentials?: string;
  /** The cluster is meant, and whichever of its nodes: several of them on this machine are no question then. */
  readonly anyMember?: boolean;
}

export type RelayRequest = ControlRequests["relay"]["asks"];

export interface RemoteOptions {
  readonly world: World;
  readonly configuration: RemoteConfiguration;
  readonly to?: RemoteTarget;
}

/** What a connection is made of. */
export interface OpenWay {
  readonly entry: string;
  readonly gate: string | undefined;
  readonly cluster: string;
  readonly carrier: Carrier;
  readonly self: string;
}

/**
 * Connects to the node or cluster that is meant: what `to` names, else a configured or saved cluster, else the one node that
 * runs on this machine.
 * @throws {NoNodeFound} none runs; {WhichNode} several do; {NodeUnreachable} the one that is meant does not answer;
 *   {BrokerUnreachable}; {BrokerDenied}; {BrokerInsecure}; {CredentialsRefused}
 */
export async function openRemote(options: RemoteOptions): Promise<RemoteConnection> {
  const { world, configuration, to = {} } = options;
  return new Remote(world, await findWay({ world, configuration, to, self: commandName() }));
}

/** The name of a command's hidden node, where no credentials say another. */
export function commandName(): string {
  const user = userInfo().username.replaceAll(/[^A-Za-z0-9_-]/g, "-");
  return `cli-${user === "" ? "user" : user.slice(0, userCharactersMax)}`;
}

class Remote implements RemoteConnection {
  readonly entry: string;
  readonly gate: string | undefined;
  readonly cluster: string;
  readonly carrier: Carrier;
  readonly self: string;
  readonly #world: World;
  #node: Node | undefined;

  constructor(world: World, { entry, gate, cluster, carrier, self }: OpenWay) {
    this.#world = world;
    this.entry = entry;
    this.gate = gate;
    this.cluster = cluster;
    this.carrier = carrier;
    this.self = self;
  }

  async control<V extends ControlVerb>(
    node: string,
    verb: V,
    request: ControlRequests[V]["asks"],
    timeoutMs: number = clusterLimits.requestTimeoutMs,
  ): Promise<ControlRequests[V]["answers"]> {
    if (this.gate === undefined || this.gate === node) return ask(this, node, verb, request, timeoutMs);
    const handedOn = { what: "control", to: node, verb, request: { ...request }, timeoutMs } as const;
    const [value, { readAnswer }] = await Promise.all([
      this.relay(handedOn, timeoutMs + clusterLimits.relayGraceMs),
      import("../../actors/control/protocol.ts"),
    ]);
    return readAnswer(node, verb, value);
  }

  async relay(request: RelayRequest, timeoutMs: number): Promise<unknown> {
    if (this.gate !== undefined) return relayed(this, this.gate, request, timeoutMs);
    throw new Misuse("Over a broker every node is reached directly: nobody relays there.");
  }

  async node(): Promise<Node> {
    if (this.#node !== undefined) return this.#node;
    // Loaded by those only who need a node: it is most of the program.
    const { startNode } = await import("../../runtime/index.ts");
    const distribution = { cluster: this.cluster, hidden: true };
    this.#node = startNode({ world: this.#world, name: this.self, distribution });
    this.#node.distribution?.addCarrier(this.carrier);
    return this.#node;
  }

  async close(): Promise<void> {
    await this.#node?.halt();
    await this.carrier.close();
  }
}

// With what stands around it, it still is a token.
const userCharactersMax = 20;
