// Finds the node that a command means, and opens the way to it.
import type { Carrier } from "../../runtime/carrier.ts";
import { SocketUnreachable } from "../../runtime/carriers/failures.ts";
import { connectSocket } from "../../runtime/carriers/socket.ts";
import type { World } from "../../runtime/index.ts";
import { decodeBeat } from "../../runtime/membership/beat.ts";
import { subjects } from "../../runtime/wire/subject.ts";
import { clusterLimits } from "../cluster/limits.ts";
import { type LocalNode, LocalNodes } from "../cluster/local-nodes.ts";
import { isBrokerUrl } from "../config/broker-url.ts";
import { type Broker, chooseWay, isCalled, type Known } from "./choice.ts";
import type { OpenWay, RemoteTarget } from "./connection.ts";
import { BadBrokerUrl, NodeUnreachable } from "./failures.ts";
import type { RemoteConfiguration } from "./remote-configuration.ts";
import { ask } from "./request.ts";
import { readConnection } from "./saved-connection.ts";

interface Search {
  readonly world: World;
  readonly configuration: RemoteConfiguration;
  readonly to: RemoteTarget;
  /** Under which the command speaks, where its credentials do not say. */
  readonly self: string;
}

interface Reached {
  readonly node: LocalNode;
  readonly carrier: Carrier;
}

/** @throws what `openRemote` throws */
export async function findWay(search: Search): Promise<OpenWay> {
  const { world, configuration, to, self } = search;
  if (to.url !== undefined && !isBrokerUrl(to.url)) {
    throw new BadBrokerUrl(
      `${JSON.stringify(to.url.replace(/[^/@\s]*@/g, "…@").slice(0, urlCharactersShown))} is no address of a broker. Give it as nats://host:4222, with credentials in a file.`,
    );
  }
  const { cluster, node: saved } = await knownPlace(world, configuration);
  const reached = to.url === undefined ? await reachLocal(world, configuration) : [];
  try {
    const meant = saved === undefined || to.node !== undefined ? to : { ...to, node: saved };
    const way = chooseWay({ to: meant, cluster, local: reached.map(({ node }) => node) });
    if (way.kind === "broker") return await overBroker(search, way.broker, way.entry, cluster?.name);
    const index = reached.findIndex(({ node }) => node === way.gate);
    const [chosen] = reached.splice(index, 1);
    if (chosen === undefined) throw new Error("The way that was chosen leads nowhere.");
    const { node: gate, carrier } = chosen;
    return { entry: way.entry, gate: gate.name, cluster: gate.cluster, carrier, self };
  } finally {
    await Promise.all(reached.map(({ carrier }) => carrier.close()));
  }
}

interface KnownPlace {
  readonly cluster?: NonNullable<Known["cluster"]> & { readonly name: string | undefined };
  /** One of this machine that runs alone, and is meant where no other is named. */
  readonly node?: string | undefined;
}

/** What is configured, or else what was saved. */
async function knownPlace(
  { files }: World,
  { values, folders, origins }: RemoteConfiguration,
): Promise<KnownPlace> {
  const { enabled, nats_url: url, credentials_file: credentials, name } = values.cluster;
  if (enabled && url !== undefined) return { cluster: { url, credentials, name } };
  const saved = await readConnection(files, folders.user);
  if (saved === undefined) return {};
  if (saved.url === undefined) return { node: saved.node };
  if (!enabled) return {};
  // A name that somebody set goes before the one that was saved.
  const chosen = origins.has("cluster.name") ? name : saved.cluster;
  return { cluster: { url: saved.url, credentials: saved.credentials, node: saved.node, name: chosen } };
}

/** The nodes of this machine that are there, each with a line to it. */
async function reachLocal(world: World, { folders }: RemoteConfiguration): Promise<Reached[]> {
  const nodes = await new LocalNodes(world.files, folders.runtime).list();
  const reached = await Promise.all(
    nodes.map(async (node) => {
      const carrier = await connectLocal(world, node.socket);
      return carrier === undefined ? [] : [{ node, carrier }];
    }),
  );
  return reached.flat();
}

/** Undefined where nobody listens, or who does is stuck. */
export async function connectLocal(world: World, socket: string): Promise<Carrier | undefined> {
  const connecting = connectSocket({ world, path: socket });
  let timer: unknown;
  const late = new Promise<undefined>((resolve) => {
    timer = world.timers.set(clusterLimits.localConnectMsMax, () => resolve(undefined));
  });
  try {
    const carrier = await Promise.race([connecting, late]);
    if (carrier === undefined) {
      connecting.then(
        (lateOne) => lateOne.close(),
        () => undefined,
      );
    }
    return carrier;
  } catch (error) {
    if (error instanceof SocketUnreachable) return undefined;
    throw error;
  } finally {
    world.timers.clear(timer);
  }
}

async function overBroker(
  { world, configuration, self }: Search,
  { url, credentials }: Broker,
  entry: string | undefined,
  clusterName: string | undefined,
): Promise<OpenWay> {
  const { tls_ca_file: tlsCa, credentials_file: configured, name } = configuration.values.cluster;
  const place = { url, credentials: credentials ?? configured, tlsCa };
  // Loaded with the client of NATS, which no command over a socket needs.
  const { brokerLine } = await import("../cluster/broker-line.ts");
  const line = await brokerLine(world.files, place, self);
  const { connectNats } = await import("../../runtime/carriers/nats.ts");
  const carrier = await connectNats(line.options, world);
  try {
    const way = {
      carrier,
      gate: undefined,
      cluster: line.cluster ?? clusterName ?? name,
      self: line.ownName ?? self,
    };
    if (entry !== undefined) return { ...way, entry: await actualName(way, entry) };
    const found = await hearNode(world, carrier, way.cluster);
    if (found !== undefined) return { ...way, entry: found };
    throw new NodeUnreachable(
      `No node of the cluster "${way.cluster}" is heard at ${carrier.place}. Start one: aiex node start --nats ${carrier.place}`,
    );
  } catch (error) {
    await carrier.close();
    throw error;
  }
}

/** The name of a node that people call by its host as well. @throws {NodeUnreachable} */
async function actualName(way: Omit<OpenWay, "entry">, given: string): Promise<string> {
  const [bare = given] = given.split("@");
  const candidates = bare === given ? [given] : [given, bare];
  let failure: unknown;
  for (const name of candidates) {
    try {
      const answer = await ask(way, name, "inspect", { what: "node" }, clusterLimits.requestTimeoutMs);
      if (answer.what === "node" && isCalled(answer.report, given)) return name;
      failure = new NodeUnreachable(`The node "${name}" of this cluster is not ${given}: it runs elsewhere.`);
    } catch (error) {
      failure ??= error;
      if (!(error instanceof NodeUnreachable)) throw error;
    }
  }
  throw failure;
}

/**
 * The first node that is heard to be up; of one that comes or goes, it is only known that it is there.
 * @param last one that is given only where no other is heard
 */
export function hearNode(
  world: World,
  carrier: Carrier,
  cluster: string,
  last?: string,
): Promise<string | undefined> {
  const all = subjects(cluster);
  let other: string | undefined;
  return new Promise((resolve) => {
    const done = (node: string | undefined): void => {
      beats.unsubscribe();
      world.timers.clear(timer);
      resolve(node);
    };
    const beats = carrier.subscribe(all.beats(), ({ subject, payload }) => {
      const parsed = all.parse(subject);
      if (parsed?.kind !== "beat") return;
      if (decodeBeat(payload)?.state === "up" && parsed.node !== last) done(parsed.node);
      else if (other === undefined || other === last) other = parsed.node;
    });
    const timer = world.timers.set(clusterLimits.discoveryMsMax, () => done(other));
  });
}

// Enough to recognize what was given.
const urlCharactersShown = 200;
