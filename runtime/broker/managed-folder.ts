// The folder of a managed broker: its keys, its configuration, its store, and what the last start left in it.
import { join } from "node:path";
import { FileError, type FileSystem } from "../file-system.ts";
import type { Random } from "../world.ts";
import { makePrivateFolder } from "./cluster-files.ts";
import { credentialsPath } from "./cluster-plan.ts";
import { type Credentials, findCredentials, readCredentials, writeCredentials } from "./credentials.ts";
import { brokerLimits } from "./limits.ts";
import { newNkey, nkeyOf } from "./nkey.ts";
import { anyNode, type Identity } from "./roles.ts";
import { type BrokerUser, brokerConfiguration } from "./server-configuration.ts";

/** What is known of the last start. */
export interface BrokerRecord {
  /** The same over restarts, so that clients find it again. */
  readonly port: number;
  /** The program that managed it, by its command line too: numbers are given out again. */
  readonly owner: { readonly osPid: number; readonly command: string | undefined };
}

const fileMode = 0o600;
const pidFile = "broker.pid";

export class ManagedFolder {
  readonly path: string;
  readonly configurationPath: string;
  readonly #files: FileSystem;
  readonly #cluster: string;
  readonly #person: string;

  constructor(files: FileSystem, path: string, cluster: string, person: string) {
    this.path = path;
    this.configurationPath = join(path, "broker.conf");
    this.#files = files;
    this.#cluster = cluster;
    this.#person = person;
  }

  get portsFolder(): string {
    return join(this.path, "ports");
  }

  credentialsOf(identity: Identity): string {
    return join(this.path, credentialsPath(identity));
  }

  /** Who comes to it: any node of this machine, and the machine's owner in each of the roles of people. */
  get identities(): readonly Identity[] {
    const people = (["operator", "observer", "evaluator", "client"] as const).map(
      (role): Identity => ({ role, name: this.#person }),
    );
    return [{ role: "node", name: anyNode }, ...people];
  }

  /** Makes the folders, and the keys that are missing. */
  async prepare(random: Pick<Random, "bytes">): Promise<readonly BrokerUser[]> {
    for (const name of ["", "credentials", "store", "ports"]) {
      await makePrivateFolder(this.#files, join(this.path, name));
    }
    const users: BrokerUser[] = [];
    for (const identity of this.identities) {
      const known = await findCredentials(this.#files, this.credentialsOf(identity));
      const { publicKey, seed } = known === undefined ? newNkey(random) : nkeyOf(known.nkey);
      if (known === undefined) await this.#write(identity, seed, 0);
      users.push({ ...identity, publicKey });
    }
    return users;
  }

  /** `port` is -1 for any that is free. */
  async configure(users: readonly BrokerUser[], port: number): Promise<void> {
    const text = brokerConfiguration({
      cluster: this.#cluster,
      serverName: `aiex-managed-${this.#cluster}`,
      listen: { host: "127.0.0.1", port },
      users,
      storeFolder: join(this.path, "store"),
      notes: { portsFolder: this.portsFolder, pidFile: join(this.path, pidFile) },
    });
    await this.#files.writeFile(this.configurationPath, encoded(text), { mode: fileMode });
  }

  /** The port that the server of that number got; undefined as long as it has not said so. */
  async port(osPid: number): Promise<number | undefined> {
    const text = await this.#read(join("ports", portsFile(osPid)));
    const port = Number(/"nats:\/\/[^"]*:(\d+)"/.exec(text ?? "")?.[1]);
    return Number.isInteger(port) && port > 0 ? port : undefined;
  }

  /** Writes down where it is, in the credentials too. */
  async keep(record: BrokerRecord): Promise<void> {
    for (const identity of this.identities) {
      const { nkey, servers } = await readCredentials(this.#files, this.credentialsOf(identity));
      if (servers[0] !== urlOf(record.port)) await this.#write(identity, nkey, record.port);
    }
    await this.#files.writeFile(join(this.path, "broker.json"), encoded(JSON.stringify(record)), {
      mode: fileMode,
    });
  }

  /** Undefined where it never started, or what was written down is torn. */
  async record(): Promise<BrokerRecord | undefined> {
    try {
      const record = JSON.parse((await this.#read("broker.json")) ?? "null") as BrokerRecord | null;
      const numbers = [record?.port, record?.owner?.osPid];
      return record !== null && numbers.every((number) => Number.isInteger(number) && Number(number) > 0)
        ? record
        : undefined;
    } catch {
      return undefined;
    }
  }

  /** The number of the server that was started here last, as it wrote it down itself. */
  async serverPid(): Promise<number | undefined> {
    const osPid = Number(await this.#read(pidFile));
    return Number.isInteger(osPid) && osPid > 0 ? osPid : undefined;
  }

  /** Removes what servers that are gone have left. */
  async clean(): Promise<void> {
    for await (const { name } of this.#files.readDirectory(this.portsFolder)) {
      await this.#files.remove(join(this.portsFolder, name));
    }
    await this.#files.remove(join(this.path, pidFile)).catch(ignoreMissing);
  }

  #write(identity: Identity, nkey: Credentials["nkey"], port: number): Promise<void> {
    const credentials = { ...identity, cluster: this.#cluster, nkey, servers: [urlOf(port)], tls: undefined };
    return writeCredentials(this.#files, this.credentialsOf(identity), credentials);
  }

  async #read(name: string): Promise<string | undefined> {
    try {
      const bytes = await this.#files.readFile(join(this.path, name), {
        bytesMax: brokerLimits.fileBytesMax,
      });
      return new TextDecoder().decode(bytes);
    } catch (error) {
      if (error instanceof FileError && error.code === "file_not_found") return undefined;
      throw error;
    }
  }
}

export function urlOf(port: number): string {
  return `nats://127.0.0.1:${port}`;
}

/** As the server names the file: by its program and its number. */
function portsFile(osPid: number): string {
  return `nats-server_${osPid}.ports`;
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof FileError) || error.code !== "file_not_found") throw error;
}
