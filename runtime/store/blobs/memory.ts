// Blobs in this program's memory: for tests, for simulated nodes, and for a node that is to keep nothing.
import type { Clock } from "../../world.ts";
import { blobHash, checkBlob, wholeBlob } from "../blob-guard.ts";
import type { BlobInfo, Blobs } from "../blobs.ts";

interface Stored {
  readonly bytes: Uint8Array;
  readonly at: number;
}

export class MemoryBlobs implements Blobs {
  readonly place = "memory";
  readonly #clock: Pick<Clock, "wallTime">;
  readonly #stored = new Map<string, Stored>();

  constructor(clock: Pick<Clock, "wallTime">) {
    this.#clock = clock;
  }

  async put(bytes: Uint8Array): Promise<string> {
    checkBlob(bytes);
    const hash = blobHash(bytes);
    const stored = this.#stored.get(hash);
    if (wholeBlob(hash, stored?.bytes) === undefined) this.replace(hash, bytes);
    return hash;
  }

  async get(hash: string): Promise<Uint8Array | undefined> {
    const stored = this.#stored.get(hash);
    return wholeBlob(hash, stored && Uint8Array.from(stored.bytes));
  }

  async has(hash: string): Promise<boolean> {
    return this.#stored.has(hash);
  }

  async remove(hash: string): Promise<void> {
    this.#stored.delete(hash);
  }

  async clear(): Promise<void> {
    this.#stored.clear();
  }

  async list(): Promise<readonly BlobInfo[]> {
    return [...this.#stored].map(([hash, { bytes, at }]) => ({ hash, bytes: bytes.length, at }));
  }

  /** Puts bytes under a hash, right or not: for who wants to damage them. */
  replace(hash: string, bytes: Uint8Array): void {
    this.#stored.set(hash, { bytes: Uint8Array.from(bytes), at: this.#clock.wallTime() });
  }
}
