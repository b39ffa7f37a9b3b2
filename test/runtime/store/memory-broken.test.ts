// The rules themselves: buckets that were broken on purpose break the one that is there for it.
import { describe, expect, it } from "vitest";
import type { Bucket, BucketEntry, BucketListener, Written } from "../../../runtime/store/bucket.ts";
import { MemoryBucket } from "../../../runtime/store/buckets/memory.ts";
import { simulatedWorld } from "../../../runtime/worlds/simulated.ts";
import { type BucketBench, BucketRoom, bucketRules } from "./bucket-conformance.ts";

/** A bucket that does as another, but for what a test breaks of it. */
class Broken implements Bucket {
  readonly name = "leases";
  readonly whole: MemoryBucket;
  /** What was read last of each key. */
  readonly seen = new Map<string, BucketEntry | undefined>();
  /** Keys that were removed on either node. */
  readonly removed: Set<string>;

  constructor(whole: MemoryBucket, removed: Set<string>) {
    this.whole = whole;
    this.removed = removed;
  }
  read(key: string): Promise<BucketEntry | undefined> {
    return this.whole.read(key);
  }
  async look(key: string): Promise<BucketEntry | undefined> {
    const entry = await this.whole.read(key);
    this.seen.set(key, entry);
    return entry;
  }
  write(key: string, value: Uint8Array, expected: number): Promise<Written> {
    return this.whole.write(key, value, expected);
  }
  remove(key: string, expected: number): Promise<Written> {
    return this.whole.remove(key, expected);
  }
  watch(listener: BucketListener): () => void {
    return this.whole.watch(listener);
  }
}

type Break = (bucket: Broken) => Partial<Bucket>;

const breaks: readonly (readonly [what: string, rule: string, broken: Break])[] = [
  [
    "that looks at the revision first and writes later",
    "lets one of many win who change a key at once",
    (bucket) => ({
      write: async (key, value, expected) => {
        const entry = await bucket.whole.read(key);
        if ((entry?.revision ?? 0) !== expected) return { kind: "conflict" };
        for (;;) {
          const now = await bucket.whole.read(key);
          const written = await bucket.whole.write(key, value, now?.revision ?? 0);
          if (written.kind === "written") return written;
        }
      },
    }),
  ],
  [
    "that writes whatever is expected",
    "changes nothing for whoever expects another revision",
    (bucket) => ({
      write: async (key, value) =>
        bucket.whole.write(key, value, (await bucket.whole.read(key))?.revision ?? 0),
    }),
  ],
  [
    "that removes whatever is expected",
    "changes nothing for whoever expects another revision",
    (bucket) => ({
      remove: async (key) => bucket.whole.remove(key, (await bucket.whole.read(key))?.revision ?? 0),
    }),
  ],
  [
    "that answers from what it has read before",
    "reads every write at once that was acknowledged, node by node in turn",
    (bucket) => ({
      read: async (key) => bucket.seen.get(key) ?? bucket.look(key),
    }),
  ],
  [
    "that counts the revisions of each key apart",
    "counts the revisions of all its keys together",
    (bucket) => {
      const counts = new Map<string, number>();
      return {
        write: async (key, value, expected) => {
          const written = await bucket.whole.write(key, value, expected);
          if (written.kind !== "written") return written;
          counts.set(key, (counts.get(key) ?? 0) + 1);
          return { kind: "written", revision: counts.get(key) ?? 1 };
        },
      };
    },
  ],
  [
    "that does not take a removed key again",
    "takes a key out, and takes it again as a new one",
    (bucket) => ({
      write: async (key, value, expected) =>
        bucket.removed.has(key) ? { kind: "conflict" } : bucket.whole.write(key, value, expected),
      remove: async (key, expected) => {
        bucket.removed.add(key);
        return bucket.whole.remove(key, expected);
      },
    }),
  ],
  [
    "that takes no bytes for no value",
    "keeps every byte, none, and as many as it says",
    (bucket) => ({
      read: async (key) => {
        const entry = await bucket.whole.read(key);
        return entry?.value.length === 0 ? undefined : entry;
      },
    }),
  ],
  [
    "that tells a value of no bytes as removed",
    "tells a value of no bytes as a value",
    (bucket) =>
      watching(bucket, (key, value, revision) => [key, value?.length ? value : undefined, revision]),
  ],
  [
    "that tells one change in ten to nobody",
    "comes to the same as reading, after many changes at once",
    (bucket) => {
      let count = 0;
      return watching(bucket, (...change) => {
        count += 1;
        return count % 10 === 0 ? undefined : change;
      });
    },
  ],
  [
    "that tells of changes out of their order",
    "comes to the same as reading, after many changes at once",
    (bucket) => {
      let held: Change | undefined;
      return {
        watch: (listener) =>
          bucket.whole.watch({
            entries: (entries) => listener.entries(entries),
            changed: (...change) => {
              if (held === undefined && change[2] % 7 === 3) {
                held = change;
                return;
              }
              listener.changed(...change);
              if (held !== undefined) listener.changed(...held);
              held = undefined;
            },
          }),
      };
    },
  ],
  [
    "that misses what happens while a watch begins",
    "misses nothing between the entries and the changes of a watch that begins amid them",
    (bucket) => ({
      watch: (listener) => {
        let missed = 0;
        return bucket.whole.watch({
          entries: (entries) => listener.entries(entries),
          changed: (...change) => {
            missed += 1;
            if (missed > 2) listener.changed(...change);
          },
        });
      },
    }),
  ],
  [
    "whose watches have removed keys among the entries",
    "begins a watch with all that is there, and without what was removed",
    (bucket) => {
      const gone: BucketEntry[] = [];
      return {
        remove: async (key, expected) => {
          gone.push({ key, value: new Uint8Array(), revision: expected });
          return bucket.whole.remove(key, expected);
        },
        watch: (listener) =>
          bucket.whole.watch({
            entries: (entries) => listener.entries([...entries, ...gone]),
            changed: (...change) => listener.changed(...change),
          }),
      };
    },
  ],
  [
    "whose watches go on when they were stopped",
    "tells a watch that was stopped nothing any more, and the others everything",
    (bucket) => ({
      watch: (listener) => {
        bucket.whole.watch(listener);
        return () => {};
      },
    }),
  ],
  [
    "whose watches do not hear that it was made anew",
    "begins a watch again when the bucket was made anew, with nothing in it",
    (bucket) => ({
      watch: (listener) => {
        let wholes = 0;
        return bucket.whole.watch({
          entries: (entries) => {
            wholes += 1;
            if (wholes === 1) listener.entries(entries);
          },
          changed: (...change) => listener.changed(...change),
        });
      },
    }),
  ],
  [
    "that gives out bytes of its own",
    "has taken the bytes when write returns, and gives everybody bytes of their own",
    (bucket) => ({
      read: async (key) => {
        return bucket.seen.get(key) ?? bucket.look(key);
      },
    }),
  ],
  [
    "that takes any key",
    "refuses keys that it cannot have",
    (bucket) => ({
      read: async (key) => bucket.whole.read(/^\w+$/.test(key) ? key : "other"),
      write: async (key, value, expected) =>
        bucket.whole.write(/^\w+$/.test(key) ? key : "other", value, expected),
    }),
  ],
];

describe("The rules of buckets find one", () => {
  it.each(breaks)("%s: it does not do as one that %s", async (_, name, broken) => {
    const rule = bucketRules.find((each) => each.name === name);
    expect(rule).toBeDefined();
    await expect(rule?.check(new BucketRoom(bench(() => ({}))))).resolves.toBeUndefined();
    await expect(rule?.check(new BucketRoom(bench(broken)))).rejects.toThrow();
  });
});

type Change = readonly [key: string, value: Uint8Array | undefined, revision: number];

function watching(bucket: Broken, as: (...change: Change) => Change | undefined): Partial<Bucket> {
  return {
    watch: (listener) =>
      bucket.whole.watch({
        entries: (entries) => listener.entries(entries),
        changed: (...change) => {
          const told = as(...change);
          if (told !== undefined) listener.changed(...told);
        },
      }),
  };
}

function bench(broken: Break): BucketBench {
  const world = simulatedWorld();
  const whole = new MemoryBucket("leases");
  const removed = new Set<string>();
  const one = new Broken(whole, removed);
  Object.assign(one, broken(one));
  const two = new Broken(whole, removed);
  Object.assign(two, broken(two));
  return {
    one,
    two,
    other: new MemoryBucket("names"),
    until: (promise) => world.until(promise),
    remake: async () => whole.remake(),
    close: async () => {},
  };
}
