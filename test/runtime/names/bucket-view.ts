// One node's way to a bucket that others share, for tests: it can be cut, its watch can lag, and writes can go unacknowledged.
import type { Bucket, BucketEntry, BucketListener, Written } from "../../../runtime/store/bucket.ts";
import { StoreUnavailable } from "../../../runtime/store/failures.ts";

/** `applied`: it is made, and nobody says so. `lost`: it is not. `late`: it is made when the test calls for it. */
export type Unacknowledged = "applied" | "lost" | "late";

export class BucketView implements Bucket {
  readonly name: string;
  readonly #bucket: Bucket;
  /** How the next writes go unacknowledged, in order. */
  readonly unacknowledged: Unacknowledged[] = [];
  /** Has the writes of the kind `late` made. */
  readonly late: (() => Promise<Written>)[] = [];
  reads = 0;
  /** The watch is told of no single changes, only of the whole bucket. */
  skips = false;
  #isCut = false;
  #lags = false;
  #missed: (() => void)[] = [];

  constructor(bucket: Bucket) {
    this.name = bucket.name;
    this.#bucket = bucket;
  }

  /** Nothing can be read or written, and the watch is told later. */
  cut(): void {
    this.#isCut = true;
    this.#lags = true;
  }

  /** The watch is told later. */
  lag(): void {
    this.#lags = true;
  }

  heal(): void {
    this.#isCut = false;
    this.#lags = false;
    for (const tell of this.#missed.splice(0)) tell();
  }

  async read(key: string): Promise<BucketEntry | undefined> {
    this.reads += 1;
    this.#check();
    return this.#bucket.read(key);
  }

  write(key: string, value: Uint8Array, expected: number): Promise<Written> {
    return this.#change(() => this.#bucket.write(key, value, expected));
  }

  remove(key: string, expected: number): Promise<Written> {
    return this.#change(() => this.#bucket.remove(key, expected));
  }

  watch(listener: BucketListener): () => void {
    const tell = (run: () => void): void => {
      if (this.#lags) this.#missed.push(run);
      else run();
    };
    return this.#bucket.watch({
      entries: (entries) => tell(() => listener.entries(entries)),
      changed: (key, value, revision) => {
        if (!this.skips) tell(() => listener.changed(key, value, revision));
      },
    });
  }

  async #change(change: () => Promise<Written>): Promise<Written> {
    this.#check();
    const how = this.unacknowledged.shift();
    if (how === undefined) return change();
    if (how === "applied") await change();
    if (how === "late") this.late.push(change);
    return { kind: "unknown", why: "nobody answered" };
  }

  #check(): void {
    if (this.#isCut) throw new StoreUnavailable("the test's store", "it is cut off");
  }
}
