// Which way a command goes: the decision alone, from what was said, what is configured and what runs on this machine.
import type { LocalNode } from "../cluster/local-nodes.ts";
import type { RemoteTarget } from "./connection.ts";
import { NoNodeFound, WhichNode } from "./failures.ts";

export interface Broker {
  /** One URL, or several with commas between; undefined where the credentials name the broker. */
  readonly url: string | undefined;
  /** The path of a file. */
  readonly credentials: string | undefined;
}

export interface Known {
  /** What the command's own options say. */
  readonly to: RemoteTarget;
  /** The configured cluster, or else the one that was saved. */
  readonly cluster: (Broker & { readonly node?: string | undefined }) | undefined;
  /** The nodes that live on this machine. */
  readonly local: readonly LocalNode[];
}

export type Way =
  /** `entry` may be another node than that of the socket, which then relays. */
  | { readonly kind: "socket"; readonly gate: LocalNode; readonly entry: string }
  | { readonly kind: "broker"; readonly broker: Broker; readonly entry: string | undefined };

/** @throws {NoNodeFound} there is none to go to; {WhichNode} several nodes of this machine may be meant */
export function chooseWay({ to, cluster, local }: Known): Way {
  const { node, url, credentials } = to;
  if (url !== undefined) return { kind: "broker", broker: { url, credentials }, entry: node };
  const named = node === undefined ? undefined : local.find((candidate) => isCalled(candidate, node));
  if (named !== undefined) return { kind: "socket", gate: named, entry: named.name };
  const saved = cluster?.node;
  const home = saved === undefined ? undefined : local.find((candidate) => isCalled(candidate, saved));
  // A node of this machine that was connected to needs no credentials to lead to its cluster.
  if (home !== undefined && credentials === undefined && cluster?.credentials === undefined)
    return { kind: "socket", gate: home, entry: node ?? home.name };
  if (credentials !== undefined && cluster === undefined)
    return { kind: "broker", broker: { url, credentials }, entry: node };
  if (cluster !== undefined) {
    const broker = { url: cluster.url, credentials: credentials ?? cluster.credentials };
    return { kind: "broker", broker, entry: node ?? cluster.node };
  }
  if (node !== undefined) return relayed(node, local);
  const [only, ...others] = local;
  if (only === undefined) {
    throw new NoNodeFound(
      "No node runs on this machine, and no cluster is known. Start a node with `aiex node start`, or name a cluster: --nats URL, AIEX_NATS_URL, or `aiex cluster connect URL`.",
    );
  }
  const isOneCluster =
    only.url !== null &&
    others.every(({ cluster: its, url: place }) => its === only.cluster && place === only.url);
  if (others.length === 0 || (to.anyMember === true && isOneCluster))
    return { kind: "socket", gate: only, entry: only.name };
  throw new WhichNode(
    `${local.length} nodes run on this machine: ${namesOf(local)}. Say which one is meant.`,
  );
}

/** Whether people mean this node of this machine by `name`: with its host, or without. */
export function isCalled(node: Pick<LocalNode, "name" | "host">, name: string): boolean {
  if (node.name === name) return true;
  const [given, host] = name.split("@");
  const [own, ownHost = node.host] = node.name.split("@");
  return given === own && (host === undefined || host === ownHost || host === "localhost");
}

/** A node that lives elsewhere is reached through one of this machine that is in a cluster. */
function relayed(node: string, local: readonly LocalNode[]): Way {
  const gate = local.find(({ url }) => url !== null);
  if (gate !== undefined) return { kind: "socket", gate, entry: node };
  const here =
    local.length === 0
      ? "No node runs on this machine"
      : `On this machine ${local.length === 1 ? "runs" : "run"} ${namesOf(local)}, alone`;
  throw new NoNodeFound(
    `There is no way to a node "${node}". ${here}, and no cluster is known. Start it with \`aiex node start --name ${node}\`, or name its cluster: --nats URL, AIEX_NATS_URL, or \`aiex cluster connect URL\`.`,
  );
}

function namesOf(local: readonly LocalNode[]): string {
  const shown = local.slice(0, namesShownMax).map(({ name }) => name);
  return local.length > shown.length
    ? `${shown.join(", ")} and ${local.length - shown.length} more`
    : shown.join(", ");
}

// As many as fit into a line that is read.
const namesShownMax = 10;
