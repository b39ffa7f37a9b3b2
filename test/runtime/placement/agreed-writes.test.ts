// Changes that others may have made before, and whose answers come late: what is known of them afterwards.
import { describe, expect, test } from "vitest";
import { AgreedWrites } from "../../../runtime/placement/agreed-writes.ts";
import type { Bucket, Written } from "../../../runtime/store/bucket.ts";
import { MemoryBucket } from "../../../runtime/store/buckets/memory.ts";

const [old, own, other] = [1, 2, 3].map((byte) => Uint8Array.of(byte)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

function room() {
  const bucket = new MemoryBucket("placement");
  const known: (readonly [value: number | undefined, revision: number])[] = [];
  let era = 0;
  const writes = new AgreedWrites(
    () => era,
    () => {},
  );
  /** What happens between the making of a change and its answer. */
  let meanwhile = async (): Promise<void> => {};
  const slow: Bucket = {
    name: bucket.name,
    read: (key) => bucket.read(key),
    write: async (...change): Promise<Written> => {
      const written = await bucket.write(...change);
      await meanwhile();
      return written;
    },
    remove: (...change) => bucket.remove(...change),
    watch: (listener) => bucket.watch(listener),
  };
  const write = (expected: number): Promise<boolean> =>
    writes.write(slow, { key: "key", value: own, expected }, (value, revision) =>
      known.push([value?.[0], revision]),
    );
  const during = (run: () => Promise<unknown>): void => {
    meanwhile = async () => {
      await run();
      era += 1;
    };
  };
  return { bucket, known, write, during };
}

describe("A change that is agreed on", () => {
  test("is known at once, and where somebody else was quicker, what that one has written", async () => {
    const { bucket, known, write } = room();
    expect(await write(0)).toBe(true);
    await bucket.write("key", other, 1);
    expect(await write(1)).toBe(false);
    expect(known).toEqual([
      [2, 1],
      [3, 2],
    ]);
  });

  test("is read once more where everything was told anew before its answer", async () => {
    const { known, write, during } = room();
    during(async () => {});
    expect(await write(0)).toBe(true);
    expect(known).toEqual([[2, 1]]);
  });

  test("is not taken for one of the bucket that was made anew before its answer", async () => {
    const { bucket, known, write, during } = room();
    for (let revision = 0; revision < 5; revision += 1) await bucket.write("key", old, revision);
    during(async () => {
      bucket.remake();
      await bucket.write("key", other, 0);
    });
    await write(5);
    expect(known).toEqual([[3, 1]]);
  });
});
