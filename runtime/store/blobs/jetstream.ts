// Blobs on the stream of a broker's object store: each piece is the last message of a subject, and its head comes last.
import { JournalFailed } from "../../journal/failures.ts";
import { checkLog } from "../../journal/journal-guard.ts";
import { blobHash, checkBlob, isBlobHash, wholeBlob } from "../blob-guard.ts";
import type { BlobInfo, Blobs } from "../blobs.ts";
import { StoreUnavailable } from "../failures.ts";
import { isRecord } from "../jetstream/broker-answer.ts";
import { streamLimits } from "../jetstream/limits.ts";
import { logTokens } from "../jetstream/log-subject.ts";
import type { Stream } from "../jetstream/stream.ts";
import { storeLimits } from "../limits.ts";

/** Named as every client's object store has it, so that the broker's own tools show what is there. */
interface Head {
  readonly size: number;
  readonly chunks: number;
  readonly at: number;
}

export class JetStreamBlobs implements Blobs {
  readonly #stream: Stream;
  readonly #scope: string;
  readonly #heads: string;
  readonly #chunks: string;

  /**
   * @param prefix of the stream's subjects, up to what tells heads and pieces apart
   * @throws {Misuse} of the scope
   */
  constructor(scope: string, stream: Stream, prefix: string) {
    checkLog(scope);
    this.#scope = scope;
    this.#stream = stream;
    this.#heads = `${prefix}M.${logTokens(scope)}.`;
    this.#chunks = `${prefix}C.${logTokens(scope)}.`;
  }

  get place(): string {
    return this.#stream.place;
  }

  /** What is there already, of an earlier try or of somebody else, is looked at: a damaged piece is written anew. */
  async put(bytes: Uint8Array): Promise<string> {
    checkBlob(bytes);
    const hash = blobHash(bytes);
    const own = Uint8Array.from(bytes);
    if ((await this.get(hash)) !== undefined) return hash;
    const chunkBytes = Math.min(
      streamLimits.blobChunkBytesMax,
      this.#stream.line.payloadBytesMax - streamLimits.messageHeadBytesMax,
    );
    let chunks = 0;
    for (let at = 0; at < own.length; at += chunkBytes) {
      await this.#keep(`${this.#chunks}${hash}.${chunks}`, own.subarray(at, at + chunkBytes));
      chunks += 1;
    }
    await this.#keep(this.#heads + hash, this.#encodeHead(hash, own.length, chunks));
    return hash;
  }

  async get(hash: string): Promise<Uint8Array | undefined> {
    const head = await this.#head(hash);
    if (head === undefined) return undefined;
    const { blobReadsMax } = streamLimits;
    const chunks: Uint8Array[] = [];
    for (let from = 0; from < head.chunks; from += blobReadsMax) {
      const count = Math.min(blobReadsMax, head.chunks - from);
      const subjects = Array.from({ length: count }, (_, index) => `${this.#chunks}${hash}.${from + index}`);
      for (const message of await Promise.all(subjects.map((subject) => this.#stream.last(subject)))) {
        if (message === undefined) return undefined;
        chunks.push(message.payload);
      }
    }
    const whole = Buffer.concat(chunks);
    return wholeBlob(hash, new Uint8Array(whole.buffer, whole.byteOffset, whole.length));
  }

  async has(hash: string): Promise<boolean> {
    return (await this.#head(hash)) !== undefined;
  }

  /** The head first: cut off behind that, nothing is there to be read. */
  async remove(hash: string): Promise<void> {
    if (!isBlobHash(hash)) return;
    await this.#stream.takeOutAll(this.#heads + hash);
    await this.#stream.takeOutAll(`${this.#chunks}${hash}.*`);
  }

  async clear(): Promise<void> {
    await this.#stream.takeOutAll(`${this.#heads}*`);
    await this.#stream.takeOutAll(`${this.#chunks}*.*`);
  }

  async list(): Promise<readonly BlobInfo[]> {
    const found: BlobInfo[] = [];
    for (let position = 0; ; ) {
      const message = await this.#stream.next(`${this.#heads}*`, position + 1);
      if (message === undefined) return found;
      position = message.position;
      const hash = message.subject.slice(this.#heads.length);
      const head = decodeHead(message.payload);
      if (isBlobHash(hash) && head !== undefined) found.push({ hash, bytes: head.size, at: head.at });
    }
  }

  async #head(hash: string): Promise<Head | undefined> {
    if (!isBlobHash(hash)) return undefined;
    const message = await this.#stream.last(this.#heads + hash);
    return message && decodeHead(message.payload);
  }

  /** @throws {JournalFailed} the broker is full; {StoreUnavailable} */
  async #keep(subject: string, payload: Uint8Array): Promise<void> {
    let expected = 0;
    let why = "others wrote the same piece each time";
    for (let tries = 0; tries < triesMax; tries += 1) {
      const stored = await this.#stream.store({ subject, payload, expected });
      if (stored.kind === "stored") return;
      if (stored.kind === "refused") throw new JournalFailed(this.place, stored.why);
      if (stored.kind === "unknown") why = stored.why;
      // What is there tells what became of it.
      const there = await this.#stream.last(subject);
      if (there !== undefined && Buffer.compare(there.payload, payload) === 0) return;
      expected = there?.position ?? 0;
    }
    throw new StoreUnavailable(this.place, why);
  }

  #encodeHead(hash: string, size: number, chunks: number): Uint8Array {
    const at = Math.max(0, Math.floor(this.#stream.line.world.clock.wallTime()));
    const digest = `SHA-256=${Buffer.from(hash, "hex").toString("base64url")}`;
    const head = { name: `${this.#scope}/${hash}`, size, chunks, at, digest };
    return new TextEncoder().encode(JSON.stringify(head));
  }
}

/** Undefined for what is no head, or one of more than is ever kept. */
function decodeHead(bytes: Uint8Array): Head | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { size, chunks, at } = value;
  if (!isCount(size, storeLimits.blobBytesMax) || !isCount(chunks, size)) return undefined;
  return isCount(at, Number.MAX_SAFE_INTEGER) ? { size, chunks, at } : undefined;
}

function isCount(value: unknown, max: number): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= max;
}

/** Each time, somebody else wrote the same piece, or nobody said what became of it. */
const triesMax = 4;
