// The rates that all nodes of a cluster share, in the bucket `limits`.
import { outsideProcesses } from "../../../runtime/process/current.ts";
import type { Bucket, BucketListener } from "../../../runtime/store/bucket.ts";
import { StoreUnavailable } from "../../../runtime/store/failures.ts";
import type { World } from "../../../runtime/world.ts";
import type { ToldLimits } from "../provider.ts";
import { ClusterRate } from "./cluster-rate.ts";
import { storePauseMs } from "./limits.ts";
import { everyEntry, lesser, type Quota, type Share, type Want } from "./quota.ts";
import { type Amounts, nothing, type Rates } from "./rate.ts";

export interface ClusterQuotaOptions {
  readonly world: World;
  readonly bucket: Bucket;
  /** By entry, and for all of them together under `everyEntry`. */
  readonly rates: ReadonlyMap<string, Rates>;
  /** Nobody else in the cluster is called the same. */
  readonly writer: string;
}

export class ClusterQuota implements Quota {
  readonly #options: ClusterQuotaOptions;
  readonly #shared = new Map<string, ClusterRate>();
  readonly #unwatch: () => void;

  constructor(options: ClusterQuotaOptions) {
    this.#options = options;
    // Known from now on: what comes in is counted from when a node has heard how a rate stands.
    for (const entry of [everyEntry, ...options.rates.keys()]) this.#rate(entry);
    this.#unwatch = watched(options.bucket, {
      entries: (entries) => {
        const told = new Map(entries.map((entry) => [entry.key, entry]));
        for (const [key, rate] of this.#shared) {
          const entry = told.get(key);
          if (entry === undefined) rate.forget();
          else rate.learn(entry);
        }
      },
      changed: (key, value, revision) => {
        const rate = this.#shared.get(key);
        if (value === undefined) rate?.forget();
        else rate?.learn({ value, revision });
      },
    });
  }

  take(entry: string, wants: readonly Want[]): Share | Promise<Share> {
    const [own, every] = [this.#rate(entry), this.#rate(everyEntry)];
    if (!own.isLimited && !every.isLimited) return { count: wants.length, retryInMs: 0, what: "" };
    return this.#both(own, every, wants);
  }

  done(entry: string, permit: string, used: Amounts | undefined): void {
    for (const key of [entry, everyEntry]) this.#rate(key).done(permit, used);
  }

  told(entry: string, limits: ToldLimits): void {
    this.#rate(entry).told(limits);
  }

  /** Whether something is to be written that nobody waits for. */
  get hasNews(): boolean {
    return [...this.#shared.values()].some((rate) => rate.hasNews);
  }

  /** Writes that; what cannot be written now is written with what is taken next. */
  async flush(): Promise<void> {
    for (const rate of this.#shared.values()) {
      if (!rate.hasNews) continue;
      try {
        await rate.flush();
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
      }
    }
  }

  close(): void {
    this.#unwatch();
  }

  async #both(own: ClusterRate, every: ClusterRate, wants: readonly Want[]): Promise<Share> {
    const first = await taking(own, wants);
    if (first.count === 0) return first;
    const second = await taking(every, wants.slice(0, first.count));
    // What may not go for want of the other goes back.
    for (const { permit } of wants.slice(second.count, first.count)) own.done(permit, nothing);
    return lesser(first, second);
  }

  #rate(entry: string): ClusterRate {
    const { world, bucket, rates, writer } = this.#options;
    const key = entry === everyEntry ? "all" : `entry.${entry}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const rate = new ClusterRate({ world, bucket, key, entry, configured: rates.get(entry) ?? {}, writer });
    this.#shared.set(key, rate);
    return rate;
  }
}

/** It goes on whatever becomes of the process that began it, until it is stopped. */
function watched(bucket: Bucket, listener: BucketListener): () => void {
  return outsideProcesses(() => bucket.watch(listener));
}

async function taking(rate: ClusterRate, wants: readonly Want[]): Promise<Share> {
  if (!rate.isLimited) return { count: wants.length, retryInMs: 0, what: "" };
  try {
    return await rate.take(wants);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    // What nobody has configured is the provider's to see to: it says so once more.
    if (!rate.isConfigured) return { count: wants.length, retryInMs: 0, what: "" };
    return {
      count: 0,
      retryInMs: storePauseMs,
      what: "what the cluster keeps of rates, which cannot be reached",
    };
  }
}
