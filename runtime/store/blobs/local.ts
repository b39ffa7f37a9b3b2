// Blobs of a node that is alone, in LMDB beside its journal: kept in one change, in pieces, once they are on the disk.
import { crc32 } from "node:zlib";
import { checkLog } from "../../journal/journal-guard.ts";
import type { OrderedTable, TableHome } from "../../journal/journals/ordered-table.ts";
import { readWhole, writeWhole } from "../../journal/record-format.ts";
import type { Clock } from "../../world.ts";
import { blobHash, checkBlob, isBlobHash, wholeBlob } from "../blob-guard.ts";
import type { BlobInfo, Blobs } from "../blobs.ts";
import { localUnavailable } from "../failures.ts";
import { storeLimits } from "../limits.ts";

interface Head {
  readonly bytes: number;
  readonly at: number;
}

/** The first byte of a key; logs and buckets of the same table have others. */
const headKind = 5;
const chunkKind = 6;
const hashBytes = 32;
const indexBytes = 4;
const headLength = 16;
const checksumBytes = 4;

export class LocalBlobs implements Blobs {
  readonly #environment: TableHome;
  readonly #clock: Pick<Clock, "wallTime">;
  readonly #scope: string;

  /** @throws {Misuse} of the scope */
  constructor(scope: string, environment: TableHome, clock: Pick<Clock, "wallTime">) {
    checkLog(scope);
    this.#scope = scope;
    this.#environment = environment;
    this.#clock = clock;
  }

  get place(): string {
    return this.#environment.place;
  }

  async put(bytes: Uint8Array): Promise<string> {
    checkBlob(bytes);
    const hash = blobHash(bytes);
    // It is written later, and the caller may go on with its bytes.
    const own = Uint8Array.from(bytes);
    await this.#environment.write(own.length, (table) => this.#keep(table, hash, own));
    return hash;
  }

  async get(hash: string): Promise<Uint8Array | undefined> {
    return this.#read((table) => {
      const head = this.#head(table, hash);
      return head && wholeBlob(hash, this.#joined(table, hash, head.bytes));
    });
  }

  async has(hash: string): Promise<boolean> {
    return this.#read((table) => this.#head(table, hash) !== undefined);
  }

  async remove(hash: string): Promise<void> {
    if (isBlobHash(hash)) await this.#takeOut(this.#key(headKind, hash), this.#key(chunkKind, hash));
  }

  async clear(): Promise<void> {
    await this.#takeOut(this.#key(headKind), this.#key(chunkKind));
  }

  async list(): Promise<readonly BlobInfo[]> {
    return this.#read((table) => {
      const found: BlobInfo[] = [];
      const start = this.#key(headKind);
      for (const { key, value } of table.forwards(start, endOf(start))) {
        const hash = Buffer.from(key.subarray(start.length)).toString("hex");
        const head = decodeHead(key, value);
        if (head !== undefined) found.push({ hash, ...head });
      }
      return found;
    });
  }

  #keep(table: OrderedTable, hash: string, bytes: Uint8Array): void {
    for (const [index, chunk] of chunksOf(bytes).entries()) {
      const key = this.#key(chunkKind, hash, index);
      const there = table.get(key);
      if (there === undefined || Buffer.compare(there, chunk) !== 0) table.put(key, chunk);
    }
    if (this.#head(table, hash)?.bytes === bytes.length) return;
    const key = this.#key(headKind, hash);
    table.put(key, encodeHead(key, { bytes: bytes.length, at: this.#clock.wallTime() }));
  }

  #head(table: OrderedTable, hash: string): Head | undefined {
    if (!isBlobHash(hash)) return undefined;
    const key = this.#key(headKind, hash);
    const value = table.get(key);
    return value && decodeHead(key, value);
  }

  #joined(table: OrderedTable, hash: string, bytes: number): Uint8Array | undefined {
    const whole = new Uint8Array(bytes);
    const { blobChunkBytesMax } = storeLimits;
    for (let at = 0; at < bytes; at += blobChunkBytesMax) {
      const chunk = table.get(this.#key(chunkKind, hash, at / blobChunkBytesMax));
      if (chunk?.length !== Math.min(blobChunkBytesMax, bytes - at)) return undefined;
      whole.set(chunk, at);
    }
    return whole;
  }

  async #takeOut(...prefixes: readonly Uint8Array[]): Promise<void> {
    try {
      await this.#environment.write(0, (table) => {
        for (const prefix of prefixes)
          for (const key of [...table.keys(prefix, endOf(prefix))]) table.remove(key);
      });
    } catch (error) {
      throw localUnavailable(this.place, error);
    }
  }

  async #read<Result>(work: (table: OrderedTable) => Result): Promise<Result> {
    try {
      return await this.#environment.read(work);
    } catch (error) {
      throw localUnavailable(this.place, error);
    }
  }

  /** The length comes before the scope, so that none is in the range of another. */
  #key(kind: number, hash = "", index?: number): Uint8Array {
    const scope = Buffer.from(this.#scope);
    const parts = [Buffer.of(kind, scope.length), scope, Buffer.from(hash, "hex")];
    if (index === undefined) return Buffer.concat(parts);
    const number = Buffer.alloc(indexBytes);
    number.writeUInt32BE(index);
    return Buffer.concat([...parts, number]);
  }
}

/** Behind everything that begins so. */
function endOf(prefix: Uint8Array): Uint8Array {
  return Buffer.concat([prefix, Buffer.alloc(hashBytes + indexBytes + 1, 0xff)]);
}

function chunksOf(bytes: Uint8Array): Uint8Array[] {
  const { blobChunkBytesMax } = storeLimits;
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += blobChunkBytesMax)
    chunks.push(bytes.subarray(at, at + blobChunkBytesMax));
  return chunks;
}

/** Size, time, and a checksum over both and the key. */
function encodeHead(key: Uint8Array, { bytes, at }: Head): Uint8Array {
  const value = Buffer.alloc(headLength + checksumBytes);
  writeWhole(value, bytes, 0);
  writeWhole(value, Math.max(0, Math.floor(at)), 8);
  value.writeUInt32BE(crc32(value.subarray(0, headLength), crc32(key)), headLength);
  return value;
}

/** Undefined where the bytes are not what was written. */
function decodeHead(key: Uint8Array, given: Uint8Array): Head | undefined {
  if (given.length !== headLength + checksumBytes) return undefined;
  const value = Buffer.from(given.buffer, given.byteOffset, given.length);
  if (value.readUInt32BE(headLength) !== crc32(value.subarray(0, headLength), crc32(key))) return undefined;
  return { bytes: readWhole(value, 0), at: readWhole(value, 8) };
}
