// A file of credentials: with what a node or a person comes to a cluster's broker. One JSON object, readable by its owner only.
import { FileError, type FileSystem, quotePath } from "../file-system.ts";
import { Secret } from "../secret.ts";
import { CredentialsRefused } from "./failures.ts";
import { brokerLimits } from "./limits.ts";
import { nkeyOf } from "./nkey.ts";
import { anyNode, type Identity, inboxPrefix, type Role, roles } from "./roles.ts";

export interface Credentials extends Identity {
  readonly cluster: string;
  /** The seed of the nkey. */
  readonly nkey: Secret;
  /** Give it to the client: the broker lets nobody hear answers anywhere else. */
  readonly inboxPrefix: string;
  /** URLs, or `host:port`. */
  readonly servers: readonly string[];
  readonly tls: { readonly ca: string } | undefined;
}

const schema = "aiex-credentials-1";
const ownerOnly = 0o600;
const forOthers = 0o177;

/** The text of the file. It holds the seed. */
export function credentialsText(credentials: Omit<Credentials, "inboxPrefix">): string {
  const { cluster, role, name, nkey, servers, tls } = credentials;
  const prefix = inboxPrefix(cluster, { role, name });
  const file = { schema, cluster, role, name, nkey: nkey.reveal(), inboxPrefix: prefix, servers, tls };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/**
 * Reads a file of credentials. A link to it is followed.
 * @param name which node asks, where the file is for any node of the machine
 * @throws {CredentialsRefused} others may read it, or it holds none; {FileError} it cannot be read
 */
export async function readCredentials(files: FileSystem, path: string, name?: string): Promise<Credentials> {
  const real = await files.realPath(path);
  const { mode } = await files.status(real);
  // Windows reports permissions that mean nothing.
  if (process.platform !== "win32" && (mode & forOthers) !== 0) {
    const given = (mode & 0o777).toString(8).padStart(4, "0");
    throw new CredentialsRefused(
      `The credentials in ${quotePath(path)} are not for their owner alone: the mode is ${given}. Run: chmod 600 ${quotePath(path)}. If others could have read them, make new ones.`,
    );
  }
  const bytes = await files.readFile(real, { bytesMax: brokerLimits.fileBytesMax });
  const credentials = credentialsOf(new TextDecoder().decode(bytes), path);
  if (credentials.name !== anyNode || name === undefined) return credentials;
  // What is heard by one node is its own also where several share a key: the name keeps their answers apart.
  return { ...credentials, inboxPrefix: inboxPrefix(credentials.cluster, { role: "node", name }) };
}

/** Writes them for their owner only, where nothing is yet. @throws {FileError} */
export async function writeCredentials(
  files: FileSystem,
  path: string,
  credentials: Omit<Credentials, "inboxPrefix">,
): Promise<void> {
  await files.writeFile(path, new TextEncoder().encode(credentialsText(credentials)), { mode: ownerOnly });
}

/** Undefined where there is no file at `path`. */
export async function findCredentials(files: FileSystem, path: string): Promise<Credentials | undefined> {
  try {
    return await readCredentials(files, path);
  } catch (error) {
    if (error instanceof FileError && error.code === "file_not_found") return undefined;
    throw error;
  }
}

function credentialsOf(text: string, path: string): Credentials {
  const file = parsed(text);
  if (file === undefined) throw refused(path, "it is no JSON object");
  if (file.schema !== schema) throw refused(path, `its "schema" is not "${schema}"`);
  const { cluster, role, name, inboxPrefix: prefix, servers, tls } = file;
  if (!isText(cluster)) throw refused(path, '"cluster" is no name');
  const known = roles.find((other) => other === role) as Role | undefined;
  if (known === undefined) throw refused(path, `"role" is none of: ${roles.join(", ")}`);
  if (!isText(name)) throw refused(path, '"name" is no name');
  if (!isText(prefix) || !/^[A-Za-z0-9_.*-]+$/.test(prefix))
    throw refused(path, '"inboxPrefix" is no beginning of a subject');
  if (!Array.isArray(servers) || servers.length === 0 || !servers.every(isText))
    throw refused(path, '"servers" is no list of at least one place');
  return {
    cluster,
    role: known,
    name,
    nkey: seedOf(file.nkey, path),
    inboxPrefix: prefix,
    servers,
    tls: tlsOf(tls, path),
  };
}

function seedOf(value: unknown, path: string): Secret {
  if (!isText(value)) throw refused(path, '"nkey" is missing');
  try {
    return nkeyOf(new Secret(value)).seed;
  } catch {
    // What was given is not shown: it may be a key with a slip in it.
    throw refused(path, '"nkey" is no seed of a user (such as SU…)');
  }
}

function tlsOf(value: unknown, path: string): { readonly ca: string } | undefined {
  if (value === undefined) return undefined;
  const ca = typeof value === "object" && value !== null ? (value as { ca?: unknown }).ca : undefined;
  if (!isText(ca)) throw refused(path, '"tls" is not { "ca": PATH }');
  return { ca };
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= 1_000;
}

function refused(path: string, why: string): CredentialsRefused {
  return new CredentialsRefused(
    `${quotePath(path)} holds no credentials that can be used: ${why}. Give a file that "aiex cluster init" wrote.`,
  );
}
