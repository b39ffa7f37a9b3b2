// The line to a cluster's broker: where it is, with whose credentials, and under which name one speaks there.
import type { NatsOptions } from "../../runtime/carriers/nats-settings.ts";
import { AiexError } from "../../runtime/errors.ts";
import type { FileSystem } from "../../runtime/file-system.ts";
import { brokerUrls } from "../config/broker-url.ts";
import { clusterLimits } from "./limits.ts";

export interface BrokerPlace {
  /** One URL, or several with commas between; undefined where the credentials say it. */
  readonly url: string | undefined;
  /** The path of a file: one that `aiex cluster init` wrote, or a `.creds` file of NATS. */
  readonly credentials: string | undefined;
  /** The path of a file with certificates. */
  readonly tlsCa: string | undefined;
}

export interface BrokerLine {
  readonly options: NatsOptions;
  /** The one that the credentials are for; undefined where they do not say. */
  readonly cluster: string | undefined;
  /** Under which the credentials let one speak; undefined where they do not say, or for any node. */
  readonly ownName: string | undefined;
  /**
   * True where the broker is one of those that aiex has set up, as its credentials tell: those have everything on the disk
   * before they acknowledge it.
   */
  readonly isSynced: boolean;
}

/** Nobody says where the broker is. */
class NoBrokerPlace extends AiexError {
  readonly code = "no_broker_place";
}

/**
 * Reads what is needed to connect.
 * @param name under which it is listed at the broker; a node's own
 * @throws {CredentialsRefused}; {FileError}; {NoBrokerPlace}
 */
export async function brokerLine(files: FileSystem, place: BrokerPlace, name: string): Promise<BrokerLine> {
  const { url, credentials, tlsCa } = place;
  const given = url === undefined ? undefined : brokerUrls(url);
  const certificates = async (path: string | undefined): Promise<Pick<NatsOptions, "tls">> =>
    path === undefined ? {} : { tls: { ca: await textOf(files, path) } };
  if (credentials === undefined) {
    if (given === undefined)
      throw new NoBrokerPlace(
        "Nobody says where the broker is: give --nats URL, or credentials that name it.",
      );
    const options = { servers: given, name, ...(await certificates(tlsCa)) };
    return { options, cluster: undefined, ownName: undefined, isSynced: false };
  }
  const text = await textOf(files, credentials);
  if (/^\s*-----BEGIN NATS /.test(text)) {
    if (given === undefined)
      throw new NoBrokerPlace("A .creds file does not say where the broker is: give --nats URL too.");
    const options = { servers: given, name, credentials: { kind: "creds", text } as const };
    return {
      options: { ...options, ...(await certificates(tlsCa)) },
      cluster: undefined,
      ownName: undefined,
      isSynced: false,
    };
  }
  // Loaded with the keys of NATS, which nobody else needs.
  const { readCredentials } = await import("../../runtime/broker/credentials.ts");
  const { anyNode, ownName } = await import("../../runtime/broker/roles.ts");
  const own = await readCredentials(files, credentials, name);
  const options: NatsOptions = {
    servers: given ?? own.servers,
    name,
    credentials: { kind: "nkey", seed: own.nkey.reveal() },
    inboxPrefix: own.inboxPrefix,
    ...(await certificates(tlsCa ?? own.tls?.ca)),
  };
  return {
    options,
    cluster: own.cluster,
    ownName: own.name === anyNode ? undefined : ownName(own),
    isSynced: true,
  };
}

async function textOf(files: FileSystem, path: string): Promise<string> {
  const real = await files.realPath(path);
  return new TextDecoder().decode(
    await files.readFile(real, { bytesMax: clusterLimits.credentialsBytesMax }),
  );
}
