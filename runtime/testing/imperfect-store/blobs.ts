// The blobs of a simulated store as one node has them: kept whole or not at all, and whoever asks may not hear so.
import { blobHash, checkBlob } from "../../store/blob-guard.ts";
import type { BlobInfo, Blobs } from "../../store/blobs.ts";
import type { Line } from "./line.ts";

export class ImperfectBlobs implements Blobs {
  readonly place: string;
  readonly #line: Line;
  readonly #scope: string;

  constructor(line: Line, scope: string) {
    this.place = line.place;
    this.#line = line;
    this.#scope = scope;
  }

  async put(bytes: Uint8Array): Promise<string> {
    checkBlob(bytes);
    const taken = bytes.slice();
    await this.#ask((blobs) => blobs.put(taken), true);
    return blobHash(taken);
  }

  async get(hash: string): Promise<Uint8Array | undefined> {
    return this.#ask((blobs) => blobs.get(hash), false);
  }

  async has(hash: string): Promise<boolean> {
    return this.#ask((blobs) => blobs.has(hash), false);
  }

  async remove(hash: string): Promise<void> {
    return this.#ask((blobs) => blobs.remove(hash), true);
  }

  async clear(): Promise<void> {
    return this.#ask((blobs) => blobs.clear(), true);
  }

  async list(): Promise<readonly BlobInfo[]> {
    return this.#ask((blobs) => blobs.list(), false);
  }

  #ask<T>(work: (blobs: Blobs) => Promise<T>, isChange: boolean): Promise<T> {
    return this.#line.ask(() => work(this.#line.leader.blobs(this.#scope)), isChange);
  }
}
