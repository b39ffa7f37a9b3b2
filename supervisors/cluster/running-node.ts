// Starts a node with everything that makes it one: its name, its socket, its cluster, and the whole application on it.
import { hostname, userInfo } from "node:os";
import { Vitals } from "../../actors/control/vitals.ts";
import { SocketRefused } from "../../runtime/carriers/failures.ts";
import { type SocketServer, socketServer } from "../../runtime/carriers/socket.ts";
import { discoverServers } from "../../runtime/discovery/discovery.ts";
import { discoveryLimits } from "../../runtime/discovery/limits.ts";
import type {
  Application,
  Applications,
  BeginOptions,
  LogDestination,
  Node,
  World,
} from "../../runtime/index.ts";
import { NameHeld } from "../../runtime/membership/name-held.ts";
import { realResolver } from "../../runtime/worlds/resolver.ts";
import { type Aiex, type NodeIdentity, startAiex } from "../aiex.ts";
import { type ClusterConfiguration, labelsOf, nodesOf } from "../config/cluster-part.ts";
import type { Configuration } from "../config.ts";
import { connectLocal } from "../remote/finding.ts";
import type { BrokerPlace } from "./broker-line.ts";
import { CutOff } from "./failures.ts";
import { clusterLimits } from "./limits.ts";
import { LocalNodes } from "./local-nodes.ts";
import { Member } from "./member.ts";
import { nodeTree } from "./node-tree.ts";
import { Possession } from "./possession.ts";

export interface NodeRequest {
  readonly world: World;
  readonly configuration: Configuration;
  /** True where the node starts the broker of its machine. */
  readonly managesBroker: boolean;
  /** The version of this program. */
  readonly program: string;
  /** Hears of a failure that belongs to nobody; everything is being stopped then. */
  readonly onFailure: (thrown: unknown) => void;
  readonly log?: LogDestination;
  /** Hears sentences for people about changes of files that were found interrupted. */
  readonly onRecovered?: (sentence: string) => void;
  /** One more application: it starts when all else runs, stops first, and where it ends by itself all of it does. */
  readonly also?: (node: Node) => Application;
}

export interface RunningNode {
  readonly name: string;
  readonly incarnation: number;
  readonly osPid: number;
  readonly cluster: string;
  /** The path of its socket. */
  readonly socket: string;
  /** Where its broker is; undefined where it runs alone. */
  readonly url: string | undefined;
  /** Resolves when somebody has asked it to stop; rejects with `NameHeld` where another node has the better claim to its name. */
  readonly stopAsked: Promise<void>;
  /** Stops everything in good order, and what does not stop in time, hard. */
  stop(): Promise<void>;
}

/**
 * Starts it in this program.
 * @throws {NameHeld} a live node has that name; {SocketRefused}; {BrokerFailed}; {BrokerUnreachable}; {BrokerDenied};
 *   {BrokerInsecure}; {CredentialsRefused}; what `startAiex` throws
 */
export async function startRunningNode(request: NodeRequest): Promise<RunningNode> {
  const { world, configuration } = request;
  const { cluster } = configuration.values;
  const name = cluster.node_name ?? nameOfHost();
  const localNodes = new LocalNodes(world.files, configuration.folders.runtime);
  const socket = await claimSocket(world, localNodes, name);
  const ending = new Ending();
  let member: Member | undefined;
  let applications: Applications | undefined;
  const begin = async (node: Node, running: Applications): Promise<void> => {
    applications = running;
    member = await beginMember({
      request,
      node,
      running,
      localNodes,
      socket,
      onStop: () => ending.askToStop(),
      onEnd: (error) => ending.give(error),
    });
  };
  try {
    const aiex = await startAiex({
      world,
      configuration,
      onFailure: request.onFailure,
      ...(request.log === undefined ? {} : { log: request.log }),
      ...(request.onRecovered === undefined ? {} : { onRecovered: request.onRecovered }),
      as: { name, distribution: distributionOf(request, cluster, (held) => ending.give(held)), begin },
    });
    await member?.ready();
    if (request.also !== undefined) await begun(aiex, applications, request.also(aiex.node));
    const { incarnation } = aiex.node;
    return {
      name,
      incarnation,
      osPid: process.pid,
      cluster: cluster.name,
      socket: socket.place,
      url: member?.url,
      stopAsked: ending.stopAsked,
      stop: async () => {
        await member?.handOver(clusterLimits.stopDrainMs);
        await localNodes.remove(name);
        await aiex.stop();
        await socket.close();
      },
    };
  } catch (error) {
    await localNodes.remove(name);
    await socket.close();
    throw error;
  }
}

/** @throws what the start of the application throws, when all that was started is stopped again */
async function begun(aiex: Aiex, running: Applications | undefined, also: Application): Promise<void> {
  try {
    running?.load(also);
    await running?.start(also.name, "permanent");
  } catch (error) {
    await aiex.stop();
    throw error;
  }
}

/** Why a node is to end: somebody asks it to, or its name is another's. */
class Ending {
  readonly stopAsked: Promise<void>;
  askToStop: () => void = () => {};
  give: (error: Error) => void = () => {};

  constructor() {
    this.stopAsked = new Promise((resolve, reject) => {
      this.askToStop = resolve;
      this.give = reject;
    });
    // Nobody may be listening yet.
    this.stopAsked.catch(() => undefined);
  }
}

function distributionOf(
  { program }: NodeRequest,
  cluster: ClusterConfiguration,
  end: (error: Error) => void,
): NodeIdentity["distribution"] {
  return {
    cluster: cluster.name,
    factor: cluster.time_factor,
    place: { host: hostname(), osPid: process.pid, version: program },
    onNameLost: (rival) => end(new NameHeld(rival)),
  };
}

interface Beginning {
  readonly request: NodeRequest;
  readonly node: Node;
  readonly running: Applications;
  readonly localNodes: LocalNodes;
  readonly socket: SocketServer;
  readonly onStop: () => void;
  /** It cannot go on as a member, for the reason given. */
  readonly onEnd: (error: Error) => void;
}

/** What comes before the work: the broker that is to be managed, whoever answers others, and the cluster. */
async function beginMember(beginning: Beginning): Promise<Member> {
  const { request, node, running, localNodes, socket, onStop, onEnd } = beginning;
  const { values, folders } = request.configuration;
  const { cluster } = values;
  const place = request.managesBroker
    ? await managed(beginning)
    : await configuredPlace(request.world, cluster);
  const labels = labelsOf(cluster.labels);
  const possession = new Possession({
    node,
    cluster: cluster.name,
    dataFolder: folders.data,
    contextReplicas: request.configuration.values.context.replication_factor,
    begin: beginOptions(node.name, cluster, labels, onEnd),
    onHeld: onEnd,
  });
  const member = new Member({
    node,
    cluster: cluster.name,
    host: hostname(),
    program: request.program,
    labels,
    possession,
    running,
    localNodes,
    privateFolder: folders.runtime,
    onStop,
  });
  const vitals = new Vitals(node);
  node.distribution?.addCarrier(socket);
  member.open(socket);
  const remoteEval = cluster.remote_eval === "on";
  running.load({
    name: "node",
    tree: nodeTree({ member, vitals, dataFolder: folders.data, remoteEval }),
    // It stops when the work has ended, and before a broker does: the others hear a goodbye.
    afterStop: async () => {
      vitals.close();
      await member.leave();
    },
  });
  await running.start("node");
  if (place !== undefined) await member.enter(place);
  return member;
}

function beginOptions(
  node: string,
  cluster: ClusterConfiguration,
  labels: Readonly<Record<string, string>>,
  onEnd: (error: Error) => void,
): BeginOptions {
  const { partition_tolerance, node_recovery_timeout_ms: afterMs, required_nodes, sync_timeout_ms } = cluster;
  const nodes = nodesOf(required_nodes);
  return {
    labels,
    ...(nodes.length === 0 ? {} : { required: { nodes, timeoutMs: sync_timeout_ms } }),
    ...(partition_tolerance === "degraded_mode"
      ? {}
      : { cutOff: { afterMs, tell: () => onEnd(new CutOff(node, afterMs)) } }),
  };
}

async function managed({ request, node, running }: Beginning): Promise<BrokerPlace> {
  // Loaded with the keys of NATS, which no other node needs.
  const { manageBroker } = await import("./managed-broker.ts");
  return manageBroker(node, running, {
    configuration: request.configuration.values.cluster,
    dataFolder: request.configuration.folders.data,
    person: userInfo().username,
  });
}

/** Undefined for a node that runs alone. @throws {DiscoveryFailed} */
async function configuredPlace(
  { random }: World,
  cluster: ClusterConfiguration,
): Promise<BrokerPlace | undefined> {
  const { enabled, nats_url, credentials_file: credentials, tls_ca_file: tlsCa } = cluster;
  if (!enabled) return undefined;
  const { discovery_strategy: strategy, service_name: service, namespace } = cluster;
  const isService = nats_url === undefined && strategy === "kubernetes_dns" && service !== undefined;
  const name = `${service}${service?.includes(".") ? "" : `.${namespace}.svc.cluster.local`}`;
  const { questionMsMax: timeoutMs, questionTriesMax: tries } = discoveryLimits;
  const names = realResolver({ timeoutMs, tries });
  const url = isService
    ? (await discoverServers({ kind: "dns", name }, { random, resolver: names })).join(",")
    : nats_url;
  return url === undefined && credentials === undefined ? undefined : { url, credentials, tlsCa };
}

/** @throws {NameHeld} a node of this machine has the name; {SocketRefused} */
async function claimSocket(world: World, localNodes: LocalNodes, name: string): Promise<SocketServer> {
  try {
    return await socketServer({ world, path: localNodes.socketOf(name) });
  } catch (error) {
    const holder = error instanceof SocketRefused ? await localNodes.find(name) : undefined;
    const line = holder === undefined ? undefined : await connectLocal(world, holder.socket);
    if (holder === undefined || line === undefined) throw error;
    await line.close();
    throw new NameHeld(holder);
  }
}

/** The machine's own name as one of a node: `host.example.org` is `host`. */
export function nameOfHost(): string {
  const [first = ""] = hostname().split(".");
  const name = first.replaceAll(/[^A-Za-z0-9-]/g, "-").slice(0, hostCharactersMax);
  return name === "" || name.startsWith("cli-") ? `node-${name}` : name;
}

// With what is put before it, it still is a token.
const hostCharactersMax = 50;
