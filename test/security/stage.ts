// A cluster as `cluster init` plans it, on a real broker: nodes with their own credentials, and commands of people in every role.
import { mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Vitals } from "../../actors/control/vitals.ts";
import type { Identity } from "../../runtime/broker/roles.ts";
import type { NatsCarrier } from "../../runtime/carriers/nats.ts";
import {
  Applications,
  type Node,
  noReply,
  ok,
  type RuntimeEvent,
  realWorld,
  replyWith,
  server,
  startNode,
} from "../../runtime/index.ts";
import { LocalNodes } from "../../supervisors/cluster/local-nodes.ts";
import { Member } from "../../supervisors/cluster/member.ts";
import { nodeTree } from "../../supervisors/cluster/node-tree.ts";
import { Possession } from "../../supervisors/cluster/possession.ts";
import { type Configuration, loadConfiguration } from "../../supervisors/config.ts";
import { openRemote, type RemoteConnection } from "../../supervisors/remote/connection.ts";
import {
  client,
  evaluator,
  nodeM,
  nodeN,
  observer,
  operator,
  request,
  startCluster,
  type TestCluster,
} from "../runtime/broker/cluster.ts";

export { client, evaluator, nodeM, nodeN, observer, operator };

export const clusterName = request.cluster;
export const world = realWorld();

/** A member with all that stands beside the work of a node, and what happened on it. */
export interface TestMember {
  readonly node: Node;
  readonly member: Member;
  readonly carrier: NatsCarrier;
  readonly events: readonly RuntimeEvent[];
  /** How often it was asked to stop. */
  readonly stops: () => number;
  readonly auditPath: string;
}

export interface MemberOptions {
  readonly remoteEval?: boolean;
}

export interface SecureCluster {
  readonly broker: TestCluster;
  readonly folder: string;
  /** The path of the file of credentials. */
  credentials(identity: Identity): Promise<string>;
  start(identity: Identity, options?: MemberOptions): Promise<TestMember>;
  /** As a command of that person does it. */
  open(identity: Identity, node?: string): Promise<RemoteConnection>;
}

export async function secureCluster(given: Parameters<typeof startCluster>[0] = {}): Promise<SecureCluster> {
  const broker = await startCluster(given);
  const folder = mkdtempSync(join(tmpdir(), "aiex-s-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const credentials = async (identity: Identity): Promise<string> => {
    await broker.credentials(identity);
    return `${broker.server.folder}/${identity.role}-${identity.name}.json`;
  };
  return {
    broker,
    folder,
    credentials,
    start: async (identity, options) =>
      startMember(folder, identity, { url: broker.url, path: await credentials(identity) }, options),
    open: async (identity, node) => {
      const to = { url: broker.url, credentials: await credentials(identity) };
      const remote = await openRemote({
        world,
        configuration: await configurationIn(join(folder, identity.name)),
        to: { ...to, ...(node === undefined ? {} : { node }) },
      });
      onTestFinished(() => remote.close());
      return remote;
    },
  };
}

/** Of somebody who has their folders to themselves. */
export function configurationIn(folder: string, env: Readonly<Record<string, string>> = {}) {
  const folders = { XDG_RUNTIME_DIR: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
  return loadConfiguration({ world, env: { ...folders, ...env }, home: folder }) as Promise<Configuration>;
}

async function startMember(
  folder: string,
  { name }: Identity,
  { url, path }: { readonly url: string; readonly path: string },
  { remoteEval = false }: MemberOptions = {},
): Promise<TestMember> {
  const place = { host: hostname(), osPid: process.pid, version: "0.1.0" };
  const node = startNode({
    world,
    name,
    boundary: "freeze",
    onHalt: () => undefined,
    distribution: { cluster: clusterName, place, logic: { counter } },
  });
  const events: RuntimeEvent[] = [];
  node.subscribe((event) => void events.push(event));
  const running = new Applications(node, []);
  let stops = 0;
  const data = join(folder, name);
  await world.files.makeDirectory(data, { mode: 0o700 });
  const member = new Member({
    node,
    cluster: clusterName,
    host: hostname(),
    program: "0.1.0",
    labels: {},
    running,
    localNodes: new LocalNodes(world.files, data),
    privateFolder: data,
    possession: new Possession({
      node,
      cluster: clusterName,
      dataFolder: data,
      begin: {},
      onHeld: (error) => {
        throw error;
      },
    }),
    onStop: () => {
      stops += 1;
    },
  });
  const vitals = new Vitals(node);
  onTestFinished(async () => {
    await running.shutdown(5_000);
    vitals.close();
    await member.leave();
    await node.halt();
  });
  running.load({ name: "node", tree: nodeTree({ member, vitals, dataFolder: data, remoteEval }) });
  await running.start("node");
  await node.spawn(counter, { name: "counter" });
  await member.enter({ url, credentials: path, tlsCa: undefined });
  await member.ready();
  const carrier = member.carriers().find(({ kind }) => kind === "nats") as NatsCarrier;
  await carrier.connection.flush();
  const auditPath = join(data, "audit", `${name}.log`);
  return { node, member, carrier, events, stops: () => stops, auditPath };
}

/** Resolves as soon as it is so. */
export async function eventually(what: string, isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 2_000; tries += 1) {
    if (isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`It never came about: ${what}`);
}

/** Everybody knows everybody. */
export function met(...members: readonly TestMember[]): Promise<void> {
  return eventually("the members meet", () =>
    members.every(
      ({ node, member }) =>
        node.nodes().length === members.length - 1 && member.members().length === members.length,
    ),
  );
}

const counter = server("counter", {
  init: () => ok(0),
  calls: {
    add: (count: number, by: { readonly n: number }) => replyWith(count + by.n, count + by.n),
    get: (count: number) => replyWith(count, count),
  },
  casts: {
    bump: (count: number) => noReply(count + 1),
  },
  info: (count: number) => noReply(count),
});
