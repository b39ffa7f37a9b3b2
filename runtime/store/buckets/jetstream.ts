// A bucket on a broker's stream: its last message of a subject is the key's value.
import type { Bucket, BucketEntry, BucketListener, Written } from "../bucket.ts";
import { checkKey, checkRevision, checkValue } from "../bucket-guard.ts";
import { isRemoval, removalHeaders } from "../jetstream/key-value.ts";
import { KeyWatch } from "../jetstream/key-watch.ts";
import type { Stored, Stream } from "../jetstream/stream.ts";

export class JetStreamBucket implements Bucket {
  readonly name: string;
  readonly #stream: Stream;
  readonly #prefix: string;
  readonly #watches = new Set<KeyWatch>();

  /** @param prefix of the stream's subjects, up to the key */
  constructor(name: string, stream: Stream, prefix: string) {
    this.name = name;
    this.#stream = stream;
    this.#prefix = prefix;
  }

  async read(key: string): Promise<BucketEntry | undefined> {
    checkKey(key);
    const message = await this.#stream.last(this.#prefix + key);
    if (message === undefined || isRemoval(message.header)) return undefined;
    return { key, value: message.payload, revision: message.position };
  }

  async write(key: string, value: Uint8Array, expected: number): Promise<Written> {
    checkKey(key);
    checkValue(key, value);
    checkRevision(expected);
    const subject = this.#prefix + key;
    const payload = new Uint8Array(value);
    const stored = await this.#stream.store({ subject, payload, expected });
    if (stored.kind !== "wrong_position" || expected !== 0) return written(stored);
    const removed = await this.#removal(subject);
    if (typeof removed !== "number") return removed;
    return written(await this.#stream.store({ subject, payload, expected: removed }));
  }

  async remove(key: string, expected: number): Promise<Written> {
    checkKey(key);
    checkRevision(expected);
    // Nothing is there to remove.
    if (expected === 0) return { kind: "conflict" };
    const subject = this.#prefix + key;
    const payload = new Uint8Array();
    return written(await this.#stream.store({ subject, payload, expected, headers: removalHeaders }));
  }

  watch(listener: BucketListener): () => void {
    const watch = new KeyWatch(this.#stream, this.#prefix, listener);
    this.#watches.add(watch);
    return () => {
      this.#watches.delete(watch);
      watch.stop();
    };
  }

  close(): void {
    for (const watch of this.#watches) watch.stop();
    this.#watches.clear();
  }

  /** Where the mark stands with which the key was removed; what to answer where there is none. */
  async #removal(subject: string): Promise<number | Written> {
    try {
      const message = await this.#stream.last(subject);
      if (message !== undefined && isRemoval(message.header)) return message.position;
      return { kind: "conflict" };
    } catch (error) {
      return { kind: "unknown", why: error instanceof Error ? error.message : String(error) };
    }
  }
}

function written(stored: Stored): Written {
  switch (stored.kind) {
    case "stored":
      return { kind: "written", revision: stored.position };
    case "wrong_position":
      return { kind: "conflict" };
    case "refused":
    case "unknown":
      return { kind: "unknown", why: stored.why };
  }
}
