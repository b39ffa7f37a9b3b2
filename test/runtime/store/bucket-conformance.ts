// What every bucket has to do, whatever it is made of: the same rules for all of them, for tests and for those who break one on purpose.
import { afterEach, beforeEach, describe, it } from "vitest";
import type { Bucket } from "../../../runtime/store/bucket.ts";
import { bucketBasics } from "./bucket-basics.ts";
import { bucketWatches } from "./bucket-watches.ts";
import { Told } from "./told.ts";

/** One bucket as two nodes have it, a second bucket of the same store, and what a rule may do to them. All are empty at first. */
export interface BucketBench {
  readonly one: Bucket;
  readonly two: Bucket;
  readonly other: Bucket;
  /** Lets time go on until the promise settles. @throws where that takes too long */
  until<T>(promise: Promise<T>): Promise<T>;
  /** Takes the bucket away with all that is in it, and makes it again. Done when both nodes can read it. */
  readonly remake?: () => Promise<void>;
  /** Takes the line of `one` away, and gives it back after `during`. Done when `one` can read. */
  readonly interrupt?: (during: () => Promise<void>) => Promise<void>;
  /** Nothing is left behind. Watches may still be running. */
  close(): Promise<void>;
}

export interface BucketRule {
  /** It completes the sentence "A bucket ...". */
  readonly name: string;
  readonly needs?: "remake" | "interrupt";
  /** What kinds and versions of the same broker have shown to differ in: the least that each of them is asked. */
  readonly isTelling?: true;
  check(room: BucketRoom): Promise<void>;
}

/** A bench as rules want it: every promise already waited for. */
export class BucketRoom {
  readonly bench: BucketBench;
  readonly one: Bucket;
  readonly two: Bucket;
  readonly other: Bucket;

  constructor(bench: BucketBench) {
    this.bench = bench;
    this.one = waited(bench, bench.one);
    this.two = waited(bench, bench.two);
    this.other = waited(bench, bench.other);
  }

  /** The revision of a change that has to succeed. */
  async put(bucket: Bucket, key: string, value: string, expected = 0): Promise<number> {
    const written = await bucket.write(key, new Uint8Array(Buffer.from(value, "utf8")), expected);
    if (written.kind !== "written")
      throw new Error(`${key} could not be written: ${JSON.stringify(written)}`);
    return written.revision;
  }

  async take(bucket: Bucket, key: string, expected: number): Promise<number> {
    const written = await bucket.remove(key, expected);
    if (written.kind !== "written")
      throw new Error(`${key} could not be removed: ${JSON.stringify(written)}`);
    return written.revision;
  }

  /** The value as text, and undefined where none is there. */
  async value(bucket: Bucket, key: string): Promise<string | undefined> {
    const entry = await bucket.read(key);
    return entry === undefined ? undefined : Buffer.from(entry.value).toString("utf8");
  }

  /** A watch that has told its first entries. */
  async watch(bucket: Bucket): Promise<Told> {
    const told = new Told();
    bucket.watch(told);
    await this.bench.until(told.until(() => told.wholes > 0));
    return told;
  }

  told(told: Told, key: string, value: string | undefined): Promise<void> {
    return this.bench.until(told.untilValue(key, value));
  }
}

export const bucketRules: readonly BucketRule[] = [...bucketBasics, ...bucketWatches];

export const tellingRules: readonly BucketRule[] = bucketRules.filter(({ isTelling }) => isTelling);

export function itIsABucket(name: string, open: () => Promise<BucketBench>, rules = bucketRules): void {
  describe(name, () => {
    let bench: BucketBench;
    beforeEach(async () => {
      bench = await open();
    });
    afterEach(() => bench.close());

    for (const rule of rules) {
      it(rule.name, async ({ skip }) => {
        if (rule.needs !== undefined && bench[rule.needs] === undefined) return skip();
        await rule.check(new BucketRoom(bench));
      });
    }
  });
}

function waited(bench: BucketBench, bucket: Bucket): Bucket {
  return {
    name: bucket.name,
    read: (key) => bench.until(bucket.read(key)),
    write: (key, value, expected) => bench.until(bucket.write(key, value, expected)),
    remove: (key, expected) => bench.until(bucket.remove(key, expected)),
    watch: (listener) => bucket.watch(listener),
  };
}
