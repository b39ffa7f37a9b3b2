// `cluster init` as a pure plan: from names and places to every file, keys included. Nothing is written here.

import { Secret } from "../secret.ts";
import { encodeToken } from "../wire/token.ts";
import type { Random } from "../world.ts";
import { clusterReadme } from "./cluster-readme.ts";
import { credentialsText } from "./credentials.ts";
import { ClusterRefused } from "./failures.ts";
import { newNkey } from "./nkey.ts";
import { type Identity, ownName } from "./roles.ts";
import { type BrokerUser, brokerConfiguration, type Place, type TlsFiles } from "./server-configuration.ts";

export interface ClusterRequest {
  readonly cluster: string;
  /** `host:port` of one broker, or of a fixed set of 3 or 5. */
  readonly brokers: readonly string[];
  readonly nodes: readonly string[];
  /** Everybody but nodes. */
  readonly people: readonly Identity[];
  readonly tls?: TlsFiles | undefined;
  /** Where the brokers keep their data, each in a folder of its own below. Default: `store`, where the server is started. */
  readonly storeFolder?: string | undefined;
}

export interface PlannedFile {
  /** From the cluster's folder, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface ClusterPlan {
  readonly files: readonly PlannedFile[];
  /** Sentences for whoever set this up. */
  readonly warnings: readonly string[];
}

/** Brokers that can be a set: with an even number, or with two, a majority is no easier to keep than with one fewer. */
const setSizes = [1, 3, 5] as const;
/** A broker's port for the others of its set lies this far above the one for clients: 6222 beside 4222, as NATS has it. */
const routePortAbove = 2_000;
const passwordBytes = 32;
const nodeName = /^[A-Za-z0-9_-]+(@[A-Za-z0-9.-]+)?$/;
const hostName = /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])$/;

/**
 * @param random fit for secrets
 * @throws {ClusterRefused} something that was given is wrong, or missing
 */
export function planCluster(request: ClusterRequest, random: Pick<Random, "bytes">): ClusterPlan {
  const { cluster, tls } = request;
  checkCluster(cluster);
  const brokers = placesOf(request.brokers);
  const identities = identitiesOf(request);
  const servers = brokers.map(({ host, port }) => `${tls === undefined ? "nats" : "tls"}://${host}:${port}`);
  const users: BrokerUser[] = [];
  const files: PlannedFile[] = identities.map((identity) => {
    const { publicKey, seed } = newNkey(random);
    users.push({ ...identity, publicKey });
    const given = tls === undefined ? undefined : { ca: tls.authority };
    const text = credentialsText({ ...identity, cluster, nkey: seed, servers, tls: given });
    return { path: credentialsPath(identity), text };
  });
  const password = new Secret(hex(random.bytes(passwordBytes)));
  for (const index of brokers.keys()) {
    files.push({
      path: brokerFile(index, brokers.length),
      text: `# ${brokerTitle(request, index)}\n${configurationOf(request, { brokers, index, users, password })}`,
    });
  }
  const warnings = warningsOf(brokers, tls);
  files.push({ path: "README.md", text: clusterReadme({ cluster, servers, identities, warnings }) });
  return { files, warnings };
}

/** Where the credentials of an identity are, from the cluster's folder. */
export function credentialsPath({ role, name }: Identity): string {
  return `credentials/${role}-${encodeToken(name)}.json`;
}

function brokerFile(index: number, count: number): string {
  return count === 1 ? "broker.conf" : `broker-${index + 1}.conf`;
}

function brokerTitle({ cluster, brokers }: ClusterRequest, index: number): string {
  return `The broker at ${brokers[index]} of the cluster "${cluster}". For nats-server 2.10 or later.`;
}

function configurationOf(
  { cluster, tls, storeFolder = "store" }: ClusterRequest,
  set: {
    readonly brokers: readonly Place[];
    readonly index: number;
    readonly users: readonly BrokerUser[];
    readonly password: Secret;
  },
): string {
  const { brokers, index, users, password } = set;
  const place = brokers[index] as Place;
  const isSet = brokers.length > 1;
  const routePlaces = brokers.map(({ host, port }) => ({ host, port: port + routePortAbove }));
  const peers = routePlaces.filter((_, other) => other !== index);
  return brokerConfiguration({
    cluster,
    serverName: `aiex-${encodeToken(cluster)}-${index + 1}`,
    listen: { host: listeningHost(place.host), port: place.port },
    users,
    storeFolder: isSet ? `${storeFolder}/broker-${index + 1}` : storeFolder,
    tls,
    routes: isSet
      ? {
          listen: { host: listeningHost(place.host), port: place.port + routePortAbove },
          peers,
          password,
        }
      : undefined,
  });
}

function checkCluster(cluster: string): void {
  if (typeof cluster === "string" && /^[A-Za-z0-9_-]{1,32}$/.test(cluster)) return;
  throw new ClusterRefused(
    "bad_cluster",
    `A cluster's name is made of 1 to 32 letters, digits, "_" and "-"; given was ${JSON.stringify(cluster)}.`,
  );
}

function placesOf(brokers: readonly string[]): readonly Place[] {
  const refuse = (why: string): never => {
    throw new ClusterRefused(
      "bad_brokers",
      `${why} Give one broker, or a fixed set of 3 or 5, each as HOST:PORT (such as broker1.example:4222).`,
    );
  };
  if (!setSizes.some((size) => size === brokers.length)) refuse(`Given were ${brokers.length} brokers.`);
  const places = brokers.map((text) => {
    const at = text.lastIndexOf(":");
    const host = text.slice(0, at);
    const port = Number(text.slice(at + 1));
    const isPort = /^\d{1,5}$/.test(text.slice(at + 1)) && port > 0 && port + routePortAbove <= 65_535;
    if (at < 1 || !hostName.test(host) || !isPort) {
      const most = 65_535 - routePortAbove;
      refuse(`${JSON.stringify(text)} is no place of a broker: the port is a number from 1 to ${most}.`);
    }
    return { host, port };
  });
  const distinct = new Set(
    places.flatMap(({ host, port }) => [`${host}:${port}`, `${host}:${port + 2_000}`]),
  );
  if (distinct.size !== places.length * 2) refuse(`Two of the brokers (${brokers.join(", ")}) share a port.`);
  return places;
}

function identitiesOf({ nodes, people }: ClusterRequest): readonly Identity[] {
  const identities = [...nodes.map((name): Identity => ({ role: "node", name })), ...people];
  const refuse = (why: string): never => {
    throw new ClusterRefused("bad_names", why);
  };
  if (nodes.length === 0) refuse("A cluster needs a node. Name at least one.");
  const seen = new Set<string>();
  for (const identity of identities) {
    const { role, name } = identity;
    const shown = JSON.stringify(name);
    if (role === "node" && !nodeName.test(name)) {
      refuse(`${shown} is no node's name: letters, digits, "_" and "-", and then perhaps "@" and a host.`);
    }
    if (role === "node" && name.startsWith("cli-")) {
      refuse(`${shown} cannot be a node's name: "cli-" begins the names of people's commands.`);
    }
    if (name === "") refuse(`The name of one with the role "${role}" is empty.`);
    checkToken(ownName(identity), shown);
    const key = `${role} ${name}`;
    if (seen.has(key)) refuse(`${shown} is named twice as ${role}. Name each once.`);
    seen.add(key);
  }
  return identities;
}

function checkToken(name: string, shown: string): void {
  try {
    encodeToken(name);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ClusterRefused("bad_names", `${shown} cannot be a name: ${why}`);
  }
}

function warningsOf(brokers: readonly Place[], tls: TlsFiles | undefined): readonly string[] {
  const open = brokers.filter(({ host }) => !isLoopback(host)).map(({ host, port }) => `${host}:${port}`);
  if (tls !== undefined || open.length === 0) return [];
  return [
    `What goes to and from ${open.join(", ")} is not encrypted: whoever is on the way can read it. Give certificates (--tls-cert, --tls-key, --tls-ca), or keep the brokers in a network of their own.`,
  ];
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** A broker that is named by its machine's name listens on all of that machine's addresses. */
function listeningHost(host: string): string {
  if (isLoopback(host)) return host === "[::1]" ? "::1" : host;
  return host.startsWith("[") ? "::" : "0.0.0.0";
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
