// The text of a server's configuration: who may come in and what each may do, where it listens, what it keeps.

import type { Secret } from "../secret.ts";
import { encodeToken } from "../wire/token.ts";
import { brokerLimits } from "./limits.ts";
import { type Identity, permissionsOf } from "./roles.ts";

export interface BrokerUser extends Identity {
  readonly publicKey: string;
}

export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  /** The authority that the brokers know each other by, and clients the brokers. */
  readonly authority: string;
}

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** How the brokers of a set know each other. */
export interface Routes {
  readonly listen: Place;
  readonly peers: readonly Place[];
  readonly password: Secret;
}

export interface BrokerConfiguration {
  readonly cluster: string;
  readonly serverName: string;
  readonly listen: Place;
  readonly users: readonly BrokerUser[];
  readonly storeFolder: string;
  readonly tls?: TlsFiles | undefined;
  readonly routes?: Routes | undefined;
  /** Where it writes down the port that it got, and its process number. */
  readonly notes?: { readonly portsFolder: string; readonly pidFile: string } | undefined;
}

/** The name of the account in which a cluster is: nothing passes between two accounts. */
function accountOf(cluster: string): string {
  return `aiex-${encodeToken(cluster)}`;
}

/** The whole configuration, for a server of version 2.10 or later. */
export function brokerConfiguration(configuration: BrokerConfiguration): string {
  const { cluster, serverName, listen, users, storeFolder, tls, routes, notes } = configuration;
  const account = accountOf(cluster);
  const settings: Readonly<Record<string, unknown>> = {
    server_name: serverName,
    host: listen.host,
    port: listen.port,
    max_payload: brokerLimits.payloadBytesMax,
    max_pending: brokerLimits.pendingBytesMax,
    max_connections: brokerLimits.connectionsMax,
    max_subscriptions: brokerLimits.subscriptionsMax,
    ...(notes === undefined ? {} : { ports_file_dir: notes.portsFolder, pid_file: notes.pidFile }),
    ...(tls === undefined ? {} : { tls: tlsBlock(tls) }),
    authorization: { timeout: brokerLimits.authenticationSecondsMax },
    // What is acknowledged is on the disk: a broker's own habit is to wait for up to two minutes.
    jetstream: { store_dir: storeFolder, sync_interval: "always" },
    ...(routes === undefined ? {} : { cluster: clusterBlock(account, routes, tls) }),
    accounts: {
      [account]: { jetstream: "enabled", users: users.map((user) => userBlock(cluster, user)) },
      // What the server tells of itself is for nobody of the cluster.
      SYS: { users: [] },
    },
    system_account: "SYS",
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}: ${JSON.stringify(value, null, 2)}\n`)
    .join("");
}

function userBlock(cluster: string, { publicKey, role, name }: BrokerUser): object {
  const { publish, subscribe, answers } = permissionsOf(cluster, { role, name });
  const bound = { max: brokerLimits.answersMax, expires: `${brokerLimits.answerMinutesMax}m` };
  return {
    nkey: publicKey,
    permissions: {
      publish: { allow: publish },
      subscribe: { allow: subscribe },
      ...(answers ? { allow_responses: bound } : {}),
    },
  };
}

function clusterBlock(name: string, { listen, peers, password }: Routes, tls: TlsFiles | undefined): object {
  const user = "broker";
  return {
    name,
    host: listen.host,
    port: listen.port,
    authorization: { user, password: password.reveal(), timeout: brokerLimits.authenticationSecondsMax },
    ...(tls === undefined ? {} : { tls: tlsBlock(tls) }),
    routes: peers.map(({ host, port }) => `nats-route://${user}:${password.reveal()}@${host}:${port}`),
  };
}

function tlsBlock({ certificate, key, authority }: TlsFiles): object {
  return { cert_file: certificate, key_file: key, ca_file: authority };
}
