// What a cluster keeps together, on the streams of its broker or of a set of three.
import type { NatsConnection } from "nats";
import {
  type BucketName,
  type DurableNames,
  durableNames,
  type StreamName,
} from "../broker/durable-names.ts";
import type { Journal } from "../journal/journal.ts";
import { JetStreamJournal } from "../journal/journals/jetstream.ts";
import type { World } from "../world.ts";
import { JetStreamBlobs } from "./blobs/jetstream.ts";
import { JetStreamBucket } from "./buckets/jetstream.ts";
import type { ClusterStore } from "./cluster-store.ts";
import { streamLimits } from "./jetstream/limits.ts";
import { Line } from "./jetstream/line.ts";
import { Stream } from "./jetstream/stream.ts";
import { blobSettings, bucketSettings, logSettings } from "./jetstream/stream-settings.ts";

export interface NatsStoreOptions {
  /** Of the carrier; it stays open when the store is closed. */
  readonly connection: NatsConnection;
  readonly cluster: string;
  readonly world: World;
  /** How many brokers keep what is not there yet. Default: three where the broker is one of a set, else one. */
  readonly replicas?: number;
  /** The same for the logs of sessions. Default: as `replicas`. */
  readonly contextReplicas?: number | undefined;
  /** True where the broker is known to have everything on its disk before it acknowledges it (`sync_interval: always`). */
  readonly isSynced?: boolean;
}

/** Works at once, and makes what is missing when it is used for the first time. @throws {UnusableName} of the cluster */
export function natsStore(options: NatsStoreOptions): ClusterStore {
  return new NatsStore(options);
}

class NatsStore implements ClusterStore {
  readonly journal: Journal;
  readonly runs: Journal;
  readonly context: Journal;
  readonly #line: Line;
  readonly #options: NatsStoreOptions;
  readonly #blobs: Stream;
  readonly #buckets = new Map<BucketName, JetStreamBucket>();

  constructor(options: NatsStoreOptions) {
    const { connection, cluster, world, replicas } = options;
    const names = durableNames(cluster);
    this.#options = options;
    this.#line = new Line(connection, world);
    this.journal = this.#journalOn("journal", names);
    this.runs = this.#journalOn("runs", names);
    this.context = this.#journalOn("context", names, options.contextReplicas ?? replicas);
    this.#blobs = new Stream(this.#line, blobSettings(names.objectStore("blobs")), replicas);
  }

  get place(): string {
    return this.#line.place;
  }

  bucket(name: BucketName): JetStreamBucket {
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    const settings = bucketSettings(durableNames(this.#options.cluster).bucket(name));
    const stream = new Stream(this.#line, settings, this.#options.replicas);
    const bucket = new JetStreamBucket(name, stream, (settings.subjects[0] ?? "").slice(0, -1));
    this.#buckets.set(name, bucket);
    return bucket;
  }

  blobs(scope: string): JetStreamBlobs {
    const name = durableNames(this.#options.cluster).objectStore("blobs");
    return new JetStreamBlobs(scope, this.#blobs, `$O.${name}.`);
  }

  /** What is under way may still be acknowledged for a moment. A broker that is silent is not waited for. */
  async close(): Promise<void> {
    for (const bucket of this.#buckets.values()) bucket.close();
    const { timers } = this.#line.world;
    const late = timers.set(streamLimits.closeMs, () => this.#line.close());
    await Promise.all([this.journal.close(), this.runs.close(), this.context.close()]);
    timers.clear(late);
    this.#line.close();
  }

  #journalOn(name: StreamName, names: DurableNames, replicas = this.#options.replicas): Journal {
    const { isSynced = false } = this.#options;
    const subjects = names.streamSubjects(name);
    const settings = logSettings(names.stream(name), subjects);
    const stream = new Stream(this.#line, settings, replicas);
    return new JetStreamJournal({ stream, prefix: subjects.slice(0, -1), isSynced });
  }
}
