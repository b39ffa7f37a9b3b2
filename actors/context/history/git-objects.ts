// Reads commits and folders of a Git repository out of its files: loose ones, and those in packs.
// Formats: git's documentation, gitformat-pack (packs of version 2 and 3, their indexes of version 2) and gitrepository-layout.
import { inflateSync } from "node:zlib";
import { applyDelta } from "./git-delta.ts";
import type { GitFiles } from "./git-files.ts";
import { historyLimits as limits } from "./limits.ts";
import { indexedAt, type PackEntry, packEntryAt, packIndexCount } from "./pack-format.ts";

/** What a history needs to know: what files hold is never unpacked. */
export interface GitObject {
  readonly type: "commit" | "tree";
  readonly data: Buffer;
}

export interface GitObjectsOptions {
  readonly files: GitFiles;
  /** True from when nothing more is to be read. */
  readonly isOver: () => boolean;
  /** Gives others their turns. */
  readonly turn: () => Promise<void>;
}

interface Pack {
  readonly name: string;
  readonly index: Buffer;
  readonly count: number;
  /** Undefined until it is needed; of undefined where it cannot be had. */
  bytes: Promise<Buffer | undefined> | undefined;
}

/**
 * Objects by their hashes of 40 hexadecimal digits. What is damaged, too large, elsewhere (alternates) or not there (shallow and
 * partial clones) is not there. That an object has the hash that it goes by is not checked: nothing but an order depends on it.
 */
export class GitObjects {
  readonly #options: GitObjectsOptions;
  readonly #held = new HeldObjects();
  readonly #wanted = new Map<string, Promise<GitObject | undefined>>();
  #packs: Promise<readonly Pack[]> | undefined;
  #packRead: Promise<unknown> = Promise.resolve();
  #readBytes = 0;
  #unpackedBytes = 0;
  #objects = 0;

  constructor(options: GitObjectsOptions) {
    this.#options = options;
  }

  /** Undefined also where it is of another type, or no more is to be read. */
  async read(hash: string, type: GitObject["type"]): Promise<Buffer | undefined> {
    if (this.#options.isOver()) return undefined;
    const found = this.#held.get(hash) ?? (await this.#once(hash));
    if (found === undefined || found.type !== type) return undefined;
    this.#held.set(hash, found);
    return found.data;
  }

  /** Several look for the same one at the same time. */
  async #once(hash: string): Promise<GitObject | undefined> {
    const finding = this.#wanted.get(hash) ?? this.#find(hash);
    this.#wanted.set(hash, finding);
    try {
      return await finding;
    } finally {
      this.#wanted.delete(hash);
    }
  }

  async #find(hash: string): Promise<GitObject | undefined> {
    this.#objects += 1;
    if (this.#objects % limits.objectsPerTurn === 0) await this.#options.turn();
    this.#packs ??= this.#packsThere();
    for (const pack of await this.#packs) {
      const at = indexedAt(pack.index, pack.count, Buffer.from(hash, "hex"));
      if (at === undefined) continue;
      const found = await this.#packed(pack, at);
      if (found !== undefined) return found;
    }
    return this.#loose(hash);
  }

  async #packsThere(): Promise<readonly Pack[]> {
    const names = await this.#options.files.names("objects/pack", limits.packNamesMax);
    const packs: Pack[] = [];
    const indexes = names.filter((name) => /^pack-[0-9a-f]{40}\.idx$/.test(name)).sort();
    for (const name of indexes.slice(0, limits.packsMax)) {
      if (this.#options.isOver()) break;
      const index = await this.#file(`objects/pack/${name}`, limits.packIndexBytesMax);
      const count = index === undefined ? undefined : packIndexCount(index);
      if (index !== undefined && count !== undefined)
        packs.push({ name: name.replace(/\.idx$/, ".pack"), index, count, bytes: undefined });
    }
    return packs;
  }

  async #file(path: string, bytesMax: number): Promise<Buffer | undefined> {
    const left = Math.max(0, limits.readBytesMax - this.#readBytes);
    const bytes = await this.#options.files.read(path, Math.min(bytesMax, left));
    this.#readBytes += bytes?.length ?? 0;
    return bytes;
  }

  /** One after the other: together they might be more than may be held. */
  #pack(name: string): Promise<Buffer | undefined> {
    const reading = this.#packRead.then(() => this.#file(`objects/pack/${name}`, limits.packBytesMax));
    this.#packRead = reading.catch(() => undefined);
    return reading;
  }

  async #loose(hash: string): Promise<GitObject | undefined> {
    const file = await this.#file(`objects/${hash.slice(0, 2)}/${hash.slice(2)}`, limits.looseBytesMax);
    const all = file === undefined ? undefined : this.#unpacked(file, limits.objectBytesMax);
    if (all === undefined) return undefined;
    const [header, type, size] = /^(commit|tree) (\d{1,9})\0/.exec(all.toString("latin1", 0, 32)) ?? [];
    const data = all.subarray(header?.length ?? 0);
    if ((type !== "commit" && type !== "tree") || data.length !== Number(size)) return undefined;
    return { type, data };
  }

  /** Undefined for what is no whole stream of zlib, or is longer than that. */
  #unpacked(bytes: Buffer, bytesMax: number): Buffer | undefined {
    if (this.#unpackedBytes + bytesMax > limits.unpackedBytesMax) return undefined;
    try {
      // A copy: what is short would hold on to all the room that it was unpacked in.
      const data = Buffer.from(inflateSync(bytes, { maxOutputLength: Math.max(1, bytesMax) }));
      this.#unpackedBytes += data.length;
      return data;
    } catch {
      // What is too long was unpacked all the same, as far as that.
      this.#unpackedBytes += bytesMax;
      return undefined;
    }
  }

  async #packed(pack: Pack, start: number): Promise<GitObject | undefined> {
    pack.bytes ??= this.#pack(pack.name);
    const bytes = await pack.bytes;
    if (bytes?.toString("latin1", 0, 4) !== "PACK") return undefined;
    const deltas: { readonly at: number; readonly delta: Buffer }[] = [];
    let deltaBytes = 0;
    for (let at = start; deltas.length <= limits.deltasMax && !this.#options.isOver(); ) {
      const held = this.#held.get(`${pack.name}:${at}`);
      if (held !== undefined) return this.#applied(pack, held, deltas);
      const entry = packEntryAt(bytes, at);
      if (entry === undefined || entry.size > limits.objectBytesMax) return undefined;
      const data = this.#unpacked(bytes.subarray(entry.dataAt), entry.size);
      if (data?.length !== entry.size) return undefined;
      if (entry.kind === "commit" || entry.kind === "tree") {
        const object: GitObject = { type: entry.kind, data };
        this.#held.set(`${pack.name}:${at}`, object);
        return this.#applied(pack, object, deltas);
      }
      deltaBytes += data.length;
      if (deltaBytes > limits.deltaBytesMax) return undefined;
      deltas.push({ at, delta: data });
      const base = baseOf(pack, entry);
      if (base === undefined) return undefined;
      at = base;
    }
    return undefined;
  }

  /** The last difference comes first. */
  #applied(
    { name }: Pack,
    base: GitObject,
    deltas: readonly { readonly at: number; readonly delta: Buffer }[],
  ): GitObject | undefined {
    let object = base;
    for (const { at, delta } of deltas.toReversed()) {
      const left = limits.unpackedBytesMax - this.#unpackedBytes;
      const data = applyDelta(object.data, delta, Math.min(limits.objectBytesMax, left));
      if (data === undefined || this.#options.isOver()) return undefined;
      this.#unpackedBytes += data.length;
      object = { type: base.type, data };
      this.#held.set(`${name}:${at}`, object);
    }
    return object;
  }
}

function baseOf({ index, count }: Pack, entry: PackEntry): number | undefined {
  if (entry.kind === "offset") return entry.base;
  return entry.kind === "hash" ? indexedAt(index, count, entry.base) : undefined;
}

/** What was unpacked last: folders are packed as differences from each other, and every commit looks at those of the one before. */
class HeldObjects {
  readonly #objects = new Map<string, GitObject>();
  #bytes = 0;

  get(key: string): GitObject | undefined {
    const found = this.#objects.get(key);
    if (found === undefined) return undefined;
    this.#objects.delete(key);
    this.#objects.set(key, found);
    return found;
  }

  set(key: string, object: GitObject): void {
    const had = this.#objects.get(key);
    if (had !== undefined) return;
    this.#objects.set(key, object);
    this.#bytes += object.data.length + entryBytes;
    for (const [oldest, { data }] of this.#objects) {
      if (this.#bytes <= limits.heldBytesMax) return;
      this.#objects.delete(oldest);
      this.#bytes -= data.length + entryBytes;
    }
  }
}

/** What an object takes beside its data, as far as that is known. */
const entryBytes = 200;
