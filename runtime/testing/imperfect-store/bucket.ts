// A simulated bucket as one node has it.
import type { Bucket, BucketEntry, BucketListener, Written } from "../../store/bucket.ts";
import { checkKey, checkRevision, checkValue } from "../../store/bucket-guard.ts";
import type { BucketTable } from "../../store/buckets/bucket-table.ts";
import { StoreUnavailable } from "../../store/failures.ts";
import type { Line } from "./line.ts";
import { ImperfectWatch } from "./watch.ts";

export class ImperfectBucket implements Bucket {
  readonly name: string;
  readonly #line: Line;
  readonly #table: BucketTable;
  readonly #watches = new Set<ImperfectWatch>();

  constructor(name: string, line: Line, table: BucketTable) {
    this.name = name;
    this.#line = line;
    this.#table = table;
  }

  async read(key: string): Promise<BucketEntry | undefined> {
    checkKey(key);
    return this.#line.ask(() => this.#table.read(key), false);
  }

  async write(key: string, value: Uint8Array, expected: number): Promise<Written> {
    checkKey(key);
    checkValue(key, value);
    checkRevision(expected);
    const taken = value.slice();
    return this.#change(() => this.#table.write(key, taken, expected));
  }

  async remove(key: string, expected: number): Promise<Written> {
    checkKey(key);
    checkRevision(expected);
    return this.#change(() => this.#table.remove(key, expected));
  }

  watch(listener: BucketListener): () => void {
    if (this.#line.isClosed) return () => {};
    const watch = new ImperfectWatch(this.#line, this.#table, listener);
    this.#watches.add(watch);
    return () => {
      watch.stop();
      this.#watches.delete(watch);
    };
  }

  close(): void {
    for (const watch of this.#watches) watch.stop();
    this.#watches.clear();
  }

  async #change(work: () => Written): Promise<Written> {
    try {
      return await this.#line.ask(work, true);
    } catch (error) {
      if (error instanceof StoreUnavailable) return { kind: "unknown", why: String(error.details.why) };
      throw error;
    }
  }
}
