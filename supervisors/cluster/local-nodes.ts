// The nodes of this machine: each has a socket in the user's runtime folder, and beside it a file that says what it is.
import { join } from "node:path";
import { AiexError } from "../../runtime/errors.ts";
import { FileError, type FileSystem } from "../../runtime/file-system.ts";
import { encodeToken } from "../../runtime/wire/token.ts";
import { clusterLimits } from "./limits.ts";

/** What a node says of itself. Whether it lives, only its socket tells. */
export interface NodeRecord {
  readonly name: string;
  readonly incarnation: number;
  readonly osPid: number;
  readonly host: string;
  readonly cluster: string;
  /** Without credentials; null for a node that is in no cluster. */
  readonly url: string | null;
  /** Of the program. */
  readonly version: string;
}

export interface LocalNode extends NodeRecord {
  /** The path of its socket. */
  readonly socket: string;
}

export class LocalNodes {
  readonly #files: FileSystem;
  readonly #folder: string;

  /** @param folder absolute; it need not exist */
  constructor(files: FileSystem, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  socketOf(name: string): string {
    return join(this.#folder, `${encodeToken(name)}.sock`);
  }

  /** Every node that has left its file here, by name; of those that were killed some may be there no more. */
  async list(): Promise<readonly LocalNode[]> {
    const found: LocalNode[] = [];
    try {
      for await (const { name } of this.#files.readDirectory(this.#folder)) {
        if (!name.endsWith(".json")) continue;
        const node = await this.#read(join(this.#folder, name));
        if (node !== undefined) found.push({ ...node, socket: this.socketOf(node.name) });
        if (found.length >= clusterLimits.localNodesMax) break;
      }
    } catch (error) {
      if (!(error instanceof FileError) || error.code !== "file_not_found") throw error;
    }
    return found.sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  async find(name: string): Promise<LocalNode | undefined> {
    return (await this.list()).find((node) => node.name === name);
  }

  /** The folder is there as soon as the socket is. */
  async write(node: NodeRecord): Promise<void> {
    const bytes = new TextEncoder().encode(`${JSON.stringify(node)}\n`);
    await this.#files.writeFile(this.#file(node.name), bytes, { mode: 0o600, durable: false });
  }

  /** Takes the file of a node away; one that is not there is none to take away. */
  async remove(name: string): Promise<void> {
    await this.#files.remove(this.#file(name)).catch((error: unknown) => {
      if (!(error instanceof FileError) || error.code !== "file_not_found") throw error;
    });
  }

  #file(name: string): string {
    return join(this.#folder, `${encodeToken(name)}.json`);
  }

  /** Undefined for what is no node's file, or is another's than its name says. */
  async #read(path: string): Promise<NodeRecord | undefined> {
    try {
      const bytes = await this.#files.readFile(path, { bytesMax: clusterLimits.recordBytesMax });
      const read = recordOf(JSON.parse(new TextDecoder().decode(bytes)));
      return read !== undefined && this.#file(read.name) === path ? read : undefined;
    } catch (error) {
      // It may have gone meanwhile, or be cut off; nobody but its user writes here.
      if (error instanceof FileError || error instanceof SyntaxError || error instanceof AiexError)
        return undefined;
      throw error;
    }
  }
}

/** Undefined for what is none. By hand: to load a schema takes longer than most commands. */
function recordOf(value: unknown): NodeRecord | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { name, incarnation, osPid, host, cluster, url, version } = value as Partial<NodeRecord>;
  if (typeof name !== "string" || name === "" || name.length > clusterLimits.nameCharactersMax)
    return undefined;
  if (typeof incarnation !== "number" || typeof osPid !== "number") return undefined;
  if (typeof host !== "string" || typeof cluster !== "string" || typeof version !== "string")
    return undefined;
  return url === null || typeof url === "string"
    ? { name, incarnation, osPid, host, cluster, url, version }
    : undefined;
}
