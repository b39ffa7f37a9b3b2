// From a file of credentials to what the carrier of NATS is opened with.
import type { NatsOptions } from "../carriers/nats-settings.ts";
import type { FileSystem } from "../file-system.ts";
import { type Credentials, readCredentials } from "./credentials.ts";
import { brokerLimits } from "./limits.ts";

export interface WithCredentials {
  readonly credentials: Credentials;
  /** They hold the seed: hand them on, and keep them nowhere. */
  readonly options: NatsOptions;
}

/**
 * Reads the credentials, and the certificate that they name.
 * @param name the node's or command's own name, by which the broker's list of connections calls it
 * @throws {CredentialsRefused}; {FileError}
 */
export async function natsOptionsOf(files: FileSystem, path: string, name: string): Promise<WithCredentials> {
  const credentials = await readCredentials(files, path, name);
  const { servers, nkey, inboxPrefix, tls } = credentials;
  const authority = tls === undefined ? undefined : await text(files, tls.ca);
  const options: NatsOptions = {
    servers,
    credentials: { kind: "nkey", seed: nkey.reveal() },
    name,
    inboxPrefix,
    ...(authority === undefined ? {} : { tls: { ca: authority } }),
  };
  return { credentials, options };
}

async function text(files: FileSystem, path: string): Promise<string> {
  const real = await files.realPath(path);
  return new TextDecoder().decode(await files.readFile(real, { bytesMax: brokerLimits.fileBytesMax }));
}
