// How the client of NATS is set up: what it may decide by itself, and how often it tries.
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import {
  type Authenticator,
  type ConnectionOptions,
  credsAuthenticator,
  nkeyAuthenticator,
  type TlsOptions,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from "nats";
import { BrokerDenied } from "./failures.ts";
import { carrierLimits } from "./limits.ts";
import type { NatsAddress, NatsCredentials } from "./nats-address.ts";

/** Plain data, which may be handed to a thread. The seed, password or token in it is kept nowhere else and shown to nobody. */
export interface NatsOptions {
  /** URLs of the brokers of one cluster, in one text with commas or in a list. */
  readonly servers: string | readonly string[];
  /** Instead of those in a URL. */
  readonly credentials?: NatsCredentials;
  /** Texts in PEM. Given at all, even empty, it asks for TLS; so does a URL that begins with `tls://`. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** What the broker's list of connections calls this one. */
  readonly name: string;
  /** Tokens that answers to this carrier's requests come under, of which the first begins with `_INBOX`. */
  readonly inboxPrefix?: string;
  /** Milliseconds between two looks whether the broker still answers; two without an answer are one too many. */
  readonly pingIntervalMs?: number;
}

/** All answers come under such a token, and nobody is answered elsewhere: a request cannot have others speak in its place. */
export const inboxStem = "_INBOX";

/** @throws {BrokerDenied} the credentials cannot be read */
export function natsSettings(
  options: NatsOptions,
  address: NatsAddress,
  reconnectWaitMs: () => number,
): ConnectionOptions {
  const credentials = options.credentials ?? address.credentials;
  return {
    servers: [...address.hosts],
    name: options.name,
    inboxPrefix: options.inboxPrefix ?? inboxStem,
    ...(credentials === undefined ? {} : { authenticator: readable(credentials, address) }),
    ...(options.tls === undefined && !address.isTls ? {} : { tls: tlsSettings(options, address) }),
    timeout: carrierLimits.brokerConnectTimeoutMs,
    // A first attempt that fails is told. After that the client never gives up on a broker that is away.
    waitOnFirstConnect: false,
    maxReconnectAttempts: -1,
    reconnectDelayHandler: reconnectWaitMs,
    pingInterval: options.pingIntervalMs ?? carrierLimits.brokerPingIntervalMs,
    // The second that goes unanswered is never sent: the connection is given up in its place.
    maxPingOut: 1,
    // A carrier does not hear itself, on none of the three ways.
    noEcho: true,
    noAsyncTraces: true,
    // The system knows more of names than a server for names does: the hosts file, for one.
    resolve: false,
  };
}

/** Tries the credentials on a nonce of ours, so that what cannot be read is told before anybody is asked. */
function readable(credentials: NatsCredentials, address: NatsAddress): Authenticator {
  const authenticator = authenticatorOf(credentials);
  try {
    authenticator("nonce");
  } catch (error) {
    // The error says which rule was broken, and nothing of the text.
    throw new BrokerDenied(
      address.place,
      `what was given as credentials (${credentials.kind}) cannot be read`,
      error,
    );
  }
  return authenticator;
}

function authenticatorOf(credentials: NatsCredentials): Authenticator {
  switch (credentials.kind) {
    case "nkey":
      return nkeyAuthenticator(new TextEncoder().encode(credentials.seed.trim()));
    case "creds":
      return credsAuthenticator(new TextEncoder().encode(credentials.text));
    case "user":
      return usernamePasswordAuthenticator(credentials.user, credentials.password);
    case "token":
      return tokenAuthenticator(credentials.token);
  }
}

/**
 * The client checks a certificate against "localhost" where the server is an IP address, and does not send the name of
 * a server that it has not resolved itself. So both are done here.
 */
function tlsSettings({ tls }: NatsOptions, { hostnames }: NatsAddress): TlsOptions {
  const [only] = hostnames;
  const isName = only !== undefined && !/^[\d.]+$|:/.test(only);
  const settings = {
    ...tls,
    ...(hostnames.length === 1 && isName ? { servername: only } : {}),
    checkServerIdentity: (_: string, certificate: PeerCertificate): Error | undefined => {
      const failures = hostnames.map((hostname) => checkServerIdentity(hostname, certificate));
      return failures.includes(undefined) ? undefined : failures[0];
    },
  };
  return settings;
}
