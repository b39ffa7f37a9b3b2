// Runs of a cluster: their logs and blobs where it keeps its own, and a bucket that says of each what a list shows.
import type { Bucket, BucketEntry } from "../../../runtime/store/bucket.ts";
import type { ClusterStore } from "../../../runtime/store/cluster-store.ts";
import { encodeToken } from "../../../runtime/wire/token.ts";
import type { RunPlace, RunStore } from "../run-store.ts";
import type { RunSummary } from "../run-summary.ts";
import { runLogName } from "./run-log-name.ts";
import { decodeSummary, encodeSummary, isNewer } from "./summary-codec.ts";

/** Whoever opened the cluster's store closes it. */
export function clusterRunStore(store: ClusterStore): RunStore {
  return new ClusterRunStore(store);
}

class ClusterRunStore implements RunStore {
  readonly #store: ClusterStore;
  readonly #bucket: Bucket;
  readonly #known = new Map<string, BucketEntry>();
  /** What each says: few of them have changed since a list was wanted last. */
  readonly #summaries = new WeakMap<BucketEntry, RunSummary>();
  /** Of keys that were changed here, a revision: what the watch tells of them from before it is older than what is known. */
  readonly #since = new Map<string, number>();
  /** Keys of which nobody has said whether they are there: they are asked for when a list is wanted. */
  readonly #doubtful = new Set<string>();
  readonly #begun: Promise<void>;
  readonly #stop: () => void;

  constructor(store: ClusterStore) {
    this.#store = store;
    this.#bucket = store.bucket("runs");
    let begin: () => void = () => {};
    this.#begun = new Promise((resolve) => {
      begin = resolve;
    });
    this.#stop = this.#bucket.watch({
      entries: (entries) => {
        const before = new Map(this.#known);
        this.#known.clear();
        for (const entry of entries)
          if (!this.#isOld(entry.key, entry.revision)) this.#known.set(entry.key, entry);
        // What was written here a moment ago may not be among them yet, or somebody has taken it out.
        for (const key of this.#since.keys())
          if (before.has(key) && !this.#known.has(key)) this.#doubtful.add(key);
        begin();
      },
      changed: (key, value, revision) => {
        if (this.#isOld(key, revision)) return;
        // They come in order: what was changed here before is among what was told.
        for (const [changed, since] of this.#since) if (since <= revision) this.#since.delete(changed);
        if (value === undefined) this.#known.delete(key);
        // What was written here is known already.
        else if (this.#known.get(key)?.revision !== revision) this.#known.set(key, { key, value, revision });
      },
    });
  }

  get place(): string {
    return this.#store.place;
  }

  /** One that is not there reads as an empty log. Nobody holds a run here: whoever claims its log ends every owner before. */
  async open(id: string): Promise<RunPlace> {
    const log = runLogName(id);
    return { journal: this.#store.runs, log, blobs: this.#store.blobs(log), close: async () => {} };
  }

  /** What was noted and removed here is there, and is not, at once. @throws {StoreUnavailable} nobody has said yet what there is */
  async list(): Promise<readonly RunSummary[]> {
    await this.#allKnown();
    return [...this.#known.values()].flatMap((entry) => this.#summaryOf(entry) ?? []);
  }

  /** @throws as `list` */
  async isListed(id: string): Promise<boolean> {
    await this.#allKnown();
    const entry = this.#known.get(encodeToken(id));
    return entry !== undefined && this.#summaryOf(entry) !== undefined;
  }

  /** Resolves when what is known is all that there is. @throws {StoreUnavailable} */
  async #allKnown(): Promise<void> {
    // Says so where nobody can be reached; the watch begins as soon as somebody can.
    if (this.#known.size === 0) await this.#bucket.read("any");
    await this.#begun;
    for (const key of this.#doubtful) {
      const entry = await this.#bucket.read(key);
      this.#doubtful.delete(key);
      if (entry !== undefined) this.#learn(key, entry.revision, entry.value);
    }
  }

  async note(summary: RunSummary): Promise<boolean> {
    const key = encodeToken(summary.id);
    const value = encodeSummary(summary);
    try {
      let entry = this.#known.get(key);
      for (let tries = 0; tries < triesMax; tries += 1) {
        const known = entry && this.#summaryOf(entry);
        if (!isNewer(summary, known)) return true;
        if (entry === undefined && !(await this.#isThere(summary.id))) return true;
        const written = await this.#bucket.write(key, value, entry?.revision ?? 0);
        if (written.kind === "written") {
          this.#learn(key, written.revision, value);
          return true;
        }
        entry = await this.#bucket.read(key);
      }
    } catch {
      // The next one says all that this one would have.
    }
    return false;
  }

  /** What a list shows goes last: cut off before that, it can be found and removed again. */
  async remove(id: string): Promise<void> {
    const log = runLogName(id);
    await this.#store.runs.remove(log);
    await this.#store.blobs(log).clear();
    const key = encodeToken(id);
    let since = (this.#known.get(key)?.revision ?? 0) + 1;
    for (;;) {
      const entry = await this.#bucket.read(key);
      if (entry === undefined) break;
      const removed = await this.#bucket.remove(key, entry.revision);
      since = removed.kind === "written" ? removed.revision : entry.revision + 1;
    }
    this.#learn(key, since, undefined);
  }

  #summaryOf(entry: BucketEntry): RunSummary | undefined {
    const known = this.#summaries.get(entry) ?? decodeSummary(entry.value);
    if (known !== undefined) this.#summaries.set(entry, known);
    return known;
  }

  /** A change that was made here: the watch tells it a moment later, and may tell earlier ones until then. */
  #learn(key: string, revision: number, value: Uint8Array | undefined): void {
    if ((this.#known.get(key)?.revision ?? 0) > revision || this.#isOld(key, revision)) return;
    this.#since.set(key, revision);
    if (value === undefined) this.#known.delete(key);
    else this.#known.set(key, { key, value, revision });
  }

  #isOld(key: string, revision: number): boolean {
    return revision < (this.#since.get(key) ?? 0);
  }

  async close(): Promise<void> {
    this.#stop();
  }

  /** A run that was removed is not put on the list again by an owner that does not know it yet. */
  async #isThere(id: string): Promise<boolean> {
    return (await this.#store.runs.end(runLogName(id))).position > 0;
  }
}

/** Each time that it fails, somebody else wrote of the same run: one of them is its owner. */
const triesMax = 4;
