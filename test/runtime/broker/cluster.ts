// A cluster as `cluster init` plans it, on a real server, and connections to it in every role.
import { type ConnectionOptions, connect, type NatsConnection, nkeyAuthenticator } from "nats";
import { onTestFinished } from "vitest";
import {
  type ClusterRequest,
  credentialsPath,
  type PlannedFile,
  planCluster,
} from "../../../runtime/broker/cluster-plan.ts";
import { type Credentials, readCredentials } from "../../../runtime/broker/credentials.ts";
import type { Identity } from "../../../runtime/broker/roles.ts";
import { realWorld } from "../../../runtime/index.ts";
import { natsServer } from "../../nats/nats-server.ts";
import { serverProgram } from "../../nats/server-program.ts";

export const nodeN: Identity = { role: "node", name: "n1" };
export const nodeM: Identity = { role: "node", name: "m1" };
export const operator: Identity = { role: "operator", name: "olga" };
export const observer: Identity = { role: "observer", name: "oscar" };
export const evaluator: Identity = { role: "evaluator", name: "eva" };
export const client: Identity = { role: "client", name: "carl" };

export const request: ClusterRequest = {
  cluster: "alpha",
  brokers: ["127.0.0.1:4222"],
  nodes: [nodeN.name, nodeM.name],
  people: [operator, observer, evaluator, client],
  storeFolder: "%FOLDER%/store",
};

export interface TestCluster {
  readonly url: string;
  readonly server: Awaited<ReturnType<typeof natsServer>>;
  readonly configuration: string;
  credentials(identity: Identity): Promise<Credentials>;
  connect(identity: Identity, options?: ConnectionOptions): Promise<NatsConnection>;
  /** A connection that may do everything in the cluster's account: to see what arrives, and to send what no role may. */
  spy(): Promise<NatsConnection>;
}

/** An old server does not know the setting, which the planned configuration is not for. */
export async function runnable(configuration: string): Promise<string> {
  const { version } = await serverProgram();
  return /^2\.\d\./.test(version)
    ? configuration.replace(/,\s*"sync_interval": "always"/, "")
    : configuration;
}

export async function startCluster(given: Partial<ClusterRequest> = {}): Promise<TestCluster> {
  const plan = planCluster({ ...request, ...given }, realWorld().random);
  const configuration = withSpy(await runnable(textOf(plan.files, "broker.conf")));
  const server = await natsServer({ config: configuration, files: {} });
  const credentials = async (identity: Identity): Promise<Credentials> => {
    const path = `${server.folder}/${identity.role}-${identity.name}.json`;
    const text = textOf(plan.files, credentialsPath(identity));
    await realWorld().files.writeFile(path, new TextEncoder().encode(text), { mode: 0o600 });
    return readCredentials(realWorld().files, path);
  };
  return {
    url: server.url,
    server,
    configuration,
    credentials,
    connect: async (identity, options) => open(server.url, await credentials(identity), options),
    spy: () => tracked(connect({ servers: server.url, user: "spy", pass: "spy", reconnect: false })),
  };
}

export function open(
  url: string,
  { nkey, inboxPrefix }: Pick<Credentials, "nkey" | "inboxPrefix">,
  options: ConnectionOptions = {},
): Promise<NatsConnection> {
  const authenticator = nkeyAuthenticator(new TextEncoder().encode(nkey.reveal()));
  return tracked(connect({ servers: url, authenticator, inboxPrefix, reconnect: false, ...options }));
}

export function textOf(files: readonly PlannedFile[], path: string): string {
  const file = files.find((other) => other.path === path);
  if (file === undefined) throw new Error(`No file ${path} is planned.`);
  return file.text;
}

/** What the server denied on a connection from now on, such as `publish aiex.alpha.beat.m1`. */
export function denialsOf(connection: NatsConnection): readonly string[] {
  const denials: string[] = [];
  void (async () => {
    for await (const { type, permissionContext } of connection.status()) {
      if (type !== "error" || permissionContext === undefined) continue;
      denials.push(`${permissionContext.operation} ${permissionContext.subject}`);
    }
  })();
  return denials;
}

/** Everything that was sent so far has been seen by the server, and what it said to it here. */
export async function settled(...connections: readonly NatsConnection[]): Promise<void> {
  for (const connection of connections) await connection.flush();
  await new Promise((resolve) => setImmediate(resolve));
}

function withSpy(configuration: string): string {
  return configuration.replace('"users": [', '"users": [ { "user": "spy", "password": "spy" },');
}

async function tracked(connecting: Promise<NatsConnection>): Promise<NatsConnection> {
  const connection = await connecting;
  onTestFinished(() => connection.close());
  return connection;
}
