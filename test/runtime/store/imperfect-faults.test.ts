// The faults of the simulated store: each comes as it was ordered, and none of them lies.
import { describe, expect, it } from "vitest";
import { MemoryLogTable } from "../../../runtime/journal/journals/memory.ts";
import { blobHash } from "../../../runtime/store/blob-guard.ts";
import type { Written } from "../../../runtime/store/bucket.ts";
import { StoreUnavailable } from "../../../runtime/store/failures.ts";
import { imperfectStore } from "../../../runtime/testing/imperfect-store.ts";
import type { AppliedChange, StoreFaults } from "../../../runtime/testing/index.ts";
import { simulatedWorld } from "../../../runtime/worlds/simulated.ts";
import { bytesOf, Told, textOf } from "./told.ts";

function room(faults: StoreFaults = {}, seed = 1) {
  const world = simulatedWorld({ seed });
  const applied: AppliedChange[] = [];
  const logs = new MemoryLogTable();
  const store = imperfectStore(world, { applied: (change) => applied.push(change), logs });
  store.faults(faults);
  const [one, two] = [store.of("one"), store.of("two")];
  const [bucket, other] = [one.bucket("leases"), two.bucket("leases")];
  const watch = (on = bucket): Told => {
    const told = new Told();
    on.watch(told);
    return told;
  };
  const values = (): (string | undefined)[] => applied.map(({ value }) => value && textOf(value));
  return { world, store, one, two, bucket, other, applied, values, watch, logs };
}

/** What became of it so far. */
function outcome<T>(promise: Promise<T>): { value?: T; error?: unknown } {
  const seen: { value?: T; error?: unknown } = {};
  promise.then(
    (value) => {
      seen.value = value;
    },
    (error) => {
      seen.error = error;
    },
  );
  return seen;
}

const unknown = { value: { kind: "unknown", why: "no answer within 1000 ms" } };

describe("A simulated store", () => {
  it("takes its time there and back", async () => {
    const { world, bucket, applied } = room({ latencyMs: [10, 20] });
    const write = outcome(bucket.write("key", bytesOf("1"), 0));
    await world.advance(9);
    expect([applied.length, write]).toEqual([0, {}]);
    await world.advance(10.9);
    expect(applied.length).toBe(1);
    await world.advance(20);
    expect(write).toEqual({ value: { kind: "written", revision: 1 } });
  });

  it("makes a change and does not say so", async () => {
    const { world, bucket, values } = room({ unackedRate: 1 });
    const write = outcome(bucket.write("key", bytesOf("1"), 0));
    await world.advance(999);
    expect([values(), write]).toEqual([["1"], {}]);
    await world.advance(1);
    expect(write).toEqual(unknown);
  });

  it("loses a change", async () => {
    const { world, bucket, values } = room({ lostRate: 1 });
    const write = outcome(bucket.write("key", bytesOf("1"), 0));
    await world.advance(1_000);
    expect(write).toEqual(unknown);
    await world.advance(100_000);
    expect(values()).toEqual([]);
  });

  it("makes a change after it has said that nobody knows", async () => {
    const { world, bucket, values } = room({ lateRate: 1, lateMs: [10, 500] });
    const write = outcome(bucket.write("key", bytesOf("1"), 0));
    await world.advance(1_009);
    expect([values(), write]).toEqual([[], unknown]);
    await world.advance(491);
    expect(values()).toEqual(["1"]);
  });

  it("does not make a late change where somebody else made one meanwhile", async () => {
    const { world, store, bucket, other, values } = room();
    store.faults({ lateRate: 1, lateMs: [10, 500] }, "one");
    const write = outcome(bucket.write("key", bytesOf("late"), 0));
    await world.until(other.write("key", bytesOf("quick"), 0));
    await world.advance(10_000);
    expect([values(), write]).toEqual([["quick"], unknown]);
  });

  it("gives no answer to a read", async () => {
    const { world, bucket } = room({ lostRate: 1, timeoutMs: 300 });
    const read = outcome(bucket.read("key"));
    await world.advance(300);
    expect(read.error).toBeInstanceOf(StoreUnavailable);
    expect(String(read.error)).toContain("no answer within 300 ms");
  });

  it("keeps the faults of one node from the others", async () => {
    const { world, store, bucket, other } = room();
    store.faults({ lostRate: 1 }, "one");
    await world.until(other.write("key", bytesOf("1"), 0));
    expect(await world.until(bucket.write("key", bytesOf("2"), 1))).toEqual(unknown.value);
    store.heal();
    expect(await world.until(bucket.write("key", bytesOf("2"), 1))).toMatchObject({ kind: "written" });
  });
});

describe("A simulated store without a leader", () => {
  it("answers nobody, and goes on when there is one again", async () => {
    const { world, store, bucket, other, values, watch } = room({ latencyMs: [1, 5], watchLagMs: [1, 5] });
    const told = watch();
    await world.until(bucket.write("key", bytesOf("1"), 0));
    await world.until(told.untilValue("key", "1"));
    const underWay = outcome(bucket.write("key", bytesOf("under way"), 1));
    store.elect(5_000);
    const [write, read] = [outcome(other.write("new", bytesOf("1"), 0)), outcome(other.read("key"))];
    await world.advance(4_999);
    expect(values()).toEqual(["1"]);
    expect([underWay, write].map(({ value }) => value?.kind)).toEqual(["unknown", "unknown"]);
    expect(read.error).toBeInstanceOf(StoreUnavailable);
    await world.advance(1);
    expect(await world.until(other.write("key", bytesOf("2"), 1))).toMatchObject({ kind: "written" });
    await world.until(told.untilValue("key", "2"));
    expect(told.wrong).toEqual([]);
  });

  it("does not make a change that comes too late and then", async () => {
    const { world, store, bucket, values } = room({ lateRate: 1, lateMs: [10, 20] });
    const write = outcome(bucket.write("key", bytesOf("1"), 0));
    await world.settle();
    store.elect(1_500);
    await world.advance(10_000);
    expect([values(), write]).toEqual([[], unknown]);
  });

  it("is without one until the last of several elections is over", async () => {
    const { world, store, bucket } = room();
    store.elect(1_000);
    await world.advance(500);
    store.elect(1_000);
    await world.advance(999);
    expect(await world.until(bucket.write("key", bytesOf("1"), 0))).toMatchObject({ kind: "unknown" });
  });
});

describe("A node that is cut off from a simulated store", () => {
  it("is told nothing, while the others go on, and hears everything after", async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const { world, store, bucket, other, watch } = room({ latencyMs: [1, 5], watchLagMs: [1, 5] }, seed);
      const [told, toldOther] = [watch(), watch(other)];
      await world.advance(20);
      store.cut("one");
      await world.until(other.write("key", bytesOf("1"), 0));
      await world.until(toldOther.untilValue("key", "1"));
      await expect(world.until(bucket.read("key"))).rejects.toBeInstanceOf(StoreUnavailable);
      await world.advance(100);
      expect(told.changes).toEqual([]);
      store.heal("one");
      await world.until(told.untilValue("key", "1"));
      expect([told.wrong, await world.until(bucket.read("key"))]).toMatchObject([[], { key: "key" }]);
    }
  });

  it("loses the answer that is under way to it", async () => {
    const { world, store, bucket, values } = room({ latencyMs: [10, 10] });
    const write = outcome(bucket.write("key", bytesOf("1"), 0));
    await world.advance(15);
    store.cut("one");
    await world.advance(10_000);
    expect([values(), write]).toEqual([["1"], unknown]);
  });

  it("may have kept changes that are made when it is back, and are gone with its program", async () => {
    let kept = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const { world, store, one, bucket, values } = room({}, seed);
      store.cut("one");
      expect((await world.until(bucket.write("key", bytesOf("1"), 0))).kind).toBe("unknown");
      await world.advance(60_000);
      expect(values()).toEqual([]);
      if (seed % 2 === 0) await one.close();
      store.heal("one");
      await world.settle();
      if (seed % 2 === 0) expect(values()).toEqual([]);
      kept += values().length;
    }
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(20);
  });

  it("is cut off when it begins again, too", async () => {
    const { world, store } = room();
    store.cut("one");
    const again = store.of("one").bucket("leases");
    await expect(world.until(again.read("key"))).rejects.toBeInstanceOf(StoreUnavailable);
  });
});

describe("A watch of a simulated store", () => {
  it("lags behind", async () => {
    const { world, bucket, watch } = room({ watchLagMs: [50, 100] });
    const told = watch();
    await world.advance(200);
    await world.until(bucket.write("key", bytesOf("1"), 0));
    await world.advance(49);
    expect(told.values()).toEqual({});
    await world.advance(51);
    expect(told.values()).toEqual({ key: "1" });
  });

  it("begins again now and then, and never goes back in between", async () => {
    const { world, bucket, watch } = room({ watchLagMs: [0, 5], rewatchRate: 0.3 });
    const told = watch();
    for (let number = 0; number < 100; number += 1) {
      await world.until(bucket.write("key", bytesOf(String(number)), number));
      await world.advance(2);
    }
    await world.advance(1_000);
    expect(told.values()).toEqual({ key: "99" });
    expect(told.wholes).toBeGreaterThan(5);
    expect(told.changes.length).toBeGreaterThan(20);
    expect(told.wrong).toEqual([]);
  });

  it("may tell the last of several changes alone", async () => {
    const { world, bucket, watch } = room({ watchLagMs: [10, 10], skipRate: 1 });
    const told = watch();
    await world.advance(50);
    for (const number of [0, 1, 2]) await world.until(bucket.write("key", bytesOf(String(number)), number));
    await world.until(bucket.write("other", bytesOf("1"), 0));
    await world.advance(20);
    expect(told.changes).toEqual([
      { key: "key", value: "2", revision: 3 },
      { key: "other", value: "1", revision: 4 },
    ]);
  });

  it("is told of a bucket that was made anew when it can be, and of all that came after", async () => {
    const { world, store, bucket, other, watch } = room();
    await world.until(other.write("old", bytesOf("1"), 0));
    const told = watch();
    await world.settle();
    store.cut("one");
    store.remake();
    await world.until(other.write("new", bytesOf("1"), 0));
    await world.advance(1_000);
    expect(told.values()).toEqual({ old: "1" });
    store.heal("one");
    await world.settle();
    expect([told.values(), told.revisionOf("new"), told.wrong]).toEqual([{ new: "1" }, 1, []]);
    expect(await world.until(bucket.read("old"))).toBeUndefined();
    expect(store.entries("leases").map(({ key }) => key)).toEqual(["new"]);
  });
});

describe("The power cut of a simulated store", () => {
  it("takes what was not on the disks, and leaves everything that was acknowledged", async () => {
    const { world, store, one, bucket, values } = room({ commitMs: [10, 10] });
    const append = { kind: "event", epoch: 1, payload: bytesOf("x") } as const;
    const first = await world.until(one.journal.append("log", { ...append, id: "first", expected: 0 }));
    expect(first).toEqual({ kind: "appended", position: 1, isRepeat: false });
    await world.until(bucket.write("key", bytesOf("1"), 0));
    const lost = outcome(one.journal.append("log", { ...append, id: "second", expected: 1 }));
    const lostWrite = outcome(bucket.write("key", bytesOf("2"), 1));
    await world.advance(9);
    // The brokers are back before the change would have been on the disks.
    store.powerCut(0.5);
    await world.advance(2_000);
    expect([lost.value?.kind, lostWrite.value?.kind]).toEqual(["unknown", "unknown"]);
    expect(values()).toEqual(["1"]);
    expect(await world.until(one.journal.end("log"))).toEqual({ position: 1, epoch: 1 });
  });

  it("lets an append be made again that nobody knows of", async () => {
    const { world, store, one } = room({ unackedRate: 1 });
    const append = { kind: "event", epoch: 1, id: "once", payload: bytesOf("x"), expected: 0 } as const;
    expect((await world.until(one.journal.append("log", append))).kind).toBe("unknown");
    store.heal();
    const again = await world.until(one.journal.append("log", append));
    expect(again).toEqual({ kind: "appended", position: 1, isRepeat: true });
  });

  it("lets who reads a log know that nobody can", async () => {
    const { world, store, one } = room();
    store.powerCut(60_000);
    const { journal } = one;
    const asked: readonly (() => Promise<unknown>)[] = [
      () => journal.end("log"),
      () => journal.read("log", 0),
      () => journal.snapshot("log"),
      () => journal.truncate("log", 1),
      () => journal.repair("log"),
    ];
    for (const ask of asked) await expect(world.until(ask())).rejects.toBeInstanceOf(StoreUnavailable);
  });
});

describe("A program on a simulated store", () => {
  it("hears nothing while it stands still, and all of it after, in order", async () => {
    const { world, store, other } = room();
    let held: (() => void)[] | undefined;
    const store3 = store.of("three", (run) => (held === undefined ? run() : held.push(run)));
    const [bucket, told] = [store3.bucket("leases"), new Told()];
    bucket.watch(told);
    await world.settle();
    held = [];
    const write = outcome(bucket.write("own", bytesOf("1"), 0));
    for (const number of [0, 1, 2])
      await world.until(other.write("key", bytesOf(String(number)), number && number + 1));
    await world.advance(60_000);
    expect([told.changes, write]).toEqual([[], {}]);
    for (const run of held) run();
    await world.settle();
    expect(write).toEqual({ value: { kind: "written", revision: 1 } });
    expect([told.changes.length, told.wrong]).toEqual([4, []]);
  });

  it("hears nothing of its watches once its store is closed, and can ask for nothing", async () => {
    const { world, one, bucket, other, watch } = room();
    const told = watch();
    await world.settle();
    await one.close();
    await world.until(other.write("key", bytesOf("1"), 0));
    await world.advance(1_000);
    expect(told.changes).toEqual([]);
    expect(watch().wholes).toBe(0);
    await expect(world.until(bucket.read("key"))).rejects.toBeInstanceOf(StoreUnavailable);
    const written: Written = await world.until(bucket.write("key", bytesOf("2"), 1));
    expect(written).toEqual({ kind: "unknown", why: "it was closed before" });
  });
});

describe("The blobs of a simulated store", () => {
  const bytes = bytesOf("kept");
  const hash = blobHash(bytes);

  it("are kept and not told of, or not kept and not told of, and can be put again", async () => {
    for (const faults of [{ unackedRate: 1 }, { lostRate: 1 }]) {
      const { world, store, one } = room(faults);
      const put = outcome(one.blobs("run/a").put(bytes));
      await world.advance(1_000);
      expect(put.error).toBeInstanceOf(StoreUnavailable);
      expect(await store.blobs("run/a").has(hash)).toBe(faults.unackedRate === 1);
      store.heal();
      expect(await world.until(one.blobs("run/a").put(bytes))).toBe(hash);
      expect(await world.until(one.blobs("run/a").list())).toHaveLength(1);
    }
  });

  it("come late, after whoever put them has heard that nobody knows", async () => {
    const { world, store, one } = room({ lateRate: 1, lateMs: [10, 10] });
    const put = outcome(one.blobs("run/a").put(bytes));
    await world.advance(1_009);
    expect([put.error instanceof StoreUnavailable, await store.blobs("run/a").has(hash)]).toEqual([
      true,
      false,
    ]);
    await world.advance(1);
    expect(await store.blobs("run/a").has(hash)).toBe(true);
  });

  it("are gone with the power where they were not on the disks, which nobody was told", async () => {
    const { world, store, one, two } = room({ commitMs: [10, 10] });
    await world.until(one.blobs("run/a").put(bytesOf("before")));
    const put = outcome(one.blobs("run/a").put(bytes));
    await world.advance(5);
    store.powerCut(20);
    await world.advance(2_000);
    expect(put.error).toBeInstanceOf(StoreUnavailable);
    expect((await world.until(two.blobs("run/a").list())).map((each) => each.bytes)).toEqual([6]);
  });

  it("cannot be told of by who reaches nobody", async () => {
    const { world, store, one } = room();
    await world.until(one.blobs("run/a").put(bytes));
    store.cut("one");
    const asked = [one.blobs("run/a").get(hash), one.blobs("run/a").has(hash), one.blobs("run/a").list()];
    const outcomes = asked.map((each) => outcome<unknown>(each));
    await world.advance(1_000);
    for (const { error } of outcomes) expect(error).toBeInstanceOf(StoreUnavailable);
  });
});
