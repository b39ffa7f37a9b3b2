// The rules of what a bucket's watches tell.
import { expect } from "vitest";
import type { BucketRoom, BucketRule } from "./bucket-conformance.ts";
import { bytesOf, Told } from "./told.ts";

const beginning: readonly BucketRule[] = [
  {
    name: "tells a watch of an empty bucket that it is empty",
    async check(room) {
      const told = await room.watch(room.one);
      expect(told.values()).toEqual({});
      expect(told.changes).toEqual([]);
    },
  },
  {
    name: "begins a watch with all that is there, and without what was removed",
    isTelling: true,
    async check(room) {
      const a = await room.put(room.one, "a", "1");
      const b = await room.put(room.two, "b.b", "");
      await room.take(room.one, "gone", await room.put(room.one, "gone", "1"));
      const changed = await room.put(room.two, "a", "2", a);
      await room.put(room.other, "elsewhere", "1");
      for (const bucket of [room.one, room.two]) {
        const told = await room.watch(bucket);
        expect(told.values()).toEqual({ a: "2", "b.b": "" });
        expect([told.revisionOf("a"), told.revisionOf("b.b")]).toEqual([changed, b]);
        expect(told.wrong).toEqual([]);
      }
    },
  },
  {
    name: "begins a watch with a thousand keys",
    async check(room) {
      const keys = Array.from({ length: 1_000 }, (_, number) => `key.${number}`);
      const writing = keys.map((key) => room.bench.one.write(key, bytesOf(key), 0));
      await room.bench.until(Promise.all(writing));
      const told = await room.watch(room.two);
      expect(told.size).toBe(1_000);
      expect(told.wholes).toBe(1);
    },
  },
];

const following: readonly BucketRule[] = [
  {
    name: "tells each change of each node, with its revision and in order",
    async check(room) {
      const told = [await room.watch(room.one), await room.watch(room.two)];
      const expected: object[] = [];
      const seen = async (key: string, value: string | undefined, revision: number): Promise<void> => {
        expected.push({ key, value, revision });
        for (const each of told) await room.told(each, key, value);
      };
      const a = await room.put(room.one, "a", "1");
      await seen("a", "1", a);
      const b = await room.put(room.two, "b", "1");
      await seen("b", "1", b);
      const again = await room.put(room.two, "a", "2", a);
      await seen("a", "2", again);
      await seen("a", undefined, await room.take(room.one, "a", again));
      await seen("a", "3", await room.put(room.one, "a", "3"));
      for (const each of told) {
        expect(each.changes).toEqual(expected);
        expect(each.wholes).toBe(1);
        expect(each.wrong).toEqual([]);
      }
    },
  },
  {
    name: "tells a value of no bytes as a value",
    async check(room) {
      const told = await room.watch(room.two);
      const revision = await room.put(room.one, "empty", "");
      await room.told(told, "empty", "");
      await room.take(room.one, "empty", revision);
      await room.told(told, "empty", undefined);
      expect(told.changes.map(({ value }) => value)).toEqual(["", undefined]);
    },
  },
  {
    name: "gives each watch bytes of its own",
    async check(room) {
      const spoil = {
        entries: (entries: readonly { value: Uint8Array }[]) => {
          for (const { value } of entries) value.fill(0);
        },
        changed: (_key: string, value: Uint8Array | undefined) => value?.fill(0),
      };
      await room.put(room.one, "early", "1");
      room.one.watch(spoil);
      const told = await room.watch(room.one);
      await room.put(room.one, "late", "1");
      await room.told(told, "late", "1");
      expect(told.values()).toEqual({ early: "1", late: "1" });
      expect([await room.value(room.one, "early"), await room.value(room.one, "late")]).toEqual(["1", "1"]);
    },
  },
  {
    name: "tells nothing of a change that was not made",
    async check(room) {
      const told = await room.watch(room.two);
      const revision = await room.put(room.one, "key", "1");
      await room.told(told, "key", "1");
      await room.one.write("key", bytesOf("wrong"), 0);
      await room.one.remove("key", revision + 1);
      await room.put(room.one, "key", "2", revision);
      await room.told(told, "key", "2");
      expect(told.changes.map(({ value }) => value)).toEqual(["1", "2"]);
    },
  },
  {
    name: "comes to the same as reading, after many changes at once",
    isTelling: true,
    async check(room) {
      const told = [await room.watch(room.one), await room.watch(room.two)];
      await churn(room, 5, 40);
      await agree(room, told);
      for (const each of told) expect(each.wholes).toBe(1);
    },
  },
  {
    name: "misses nothing between the entries and the changes of a watch that begins amid them",
    async check(room) {
      const told: Told[] = [];
      for (let round = 0; round < 5; round += 1) {
        const keys = Array.from({ length: 20 }, (_, number) => `round.${round}.${number}`);
        const writing = keys.map((key) => room.bench.two.write(key, bytesOf(key), 0));
        await room.bench.until(Promise.resolve(writing[round]));
        const each = new Told();
        told.push(each);
        (round % 2 === 0 ? room.one : room.two).watch(each);
        const behind = keys.map((key) => room.bench.one.write(`behind.${key}`, bytesOf(key), 0));
        await room.bench.until(Promise.all([...writing, ...behind]));
      }
      for (const each of told) await room.bench.until(each.until(() => each.size === 200));
      await agree(room, told);
    },
  },
];

const stopping: readonly BucketRule[] = [
  {
    name: "tells a watch that was stopped nothing any more, and the others everything",
    async check(room) {
      const [kept, stopped] = [await room.watch(room.one), new Told()];
      const stop = room.one.watch(stopped);
      await room.bench.until(stopped.until(() => stopped.wholes > 0));
      stop();
      stop();
      await room.put(room.two, "key", "1");
      await room.told(kept, "key", "1");
      expect(stopped.changes).toEqual([]);
    },
  },
  {
    name: "can be stopped before it has told anything",
    async check(room) {
      const told = new Told();
      room.one.watch(told)();
      await room.watch(room.one);
      await room.put(room.two, "key", "1");
      const later = await room.watch(room.one);
      await room.told(later, "key", "1");
      expect([told.wholes, told.changes.length]).toEqual([0, 0]);
    },
  },
  {
    name: "can be stopped from within",
    async check(room) {
      const told = await room.watch(room.one);
      let changes = 0;
      const stop = room.one.watch({
        entries: () => {},
        changed: () => {
          changes += 1;
          stop();
        },
      });
      // Whether it has begun shows by nothing else than its first change, so there is one until it comes.
      let revision = 0;
      for (let number = 0; changes === 0; number += 1) {
        revision = await room.put(room.two, "key", String(number), revision);
        await room.told(told, "key", String(number));
      }
      await room.put(room.two, "key", "after", revision);
      await room.told(told, "key", "after");
      expect(changes).toBe(1);
    },
  },
  {
    name: "keeps two watches of one listener apart",
    async check(room) {
      const told = new Told();
      const stop = room.one.watch(told);
      await room.bench.until(told.until(() => told.wholes > 0));
      room.one.watch(told);
      await room.bench.until(told.until(() => told.wholes > 1));
      stop();
      await room.put(room.two, "key", "1");
      await room.told(told, "key", "1");
      expect(told.changes.length).toBe(1);
    },
  },
];

const returning: readonly BucketRule[] = [
  {
    name: "begins a watch again when the bucket was made anew, with nothing in it",
    isTelling: true,
    needs: "remake",
    async check(room) {
      const revision = await filled(room);
      const told = [await room.watch(room.one), await room.watch(room.two)];
      await room.bench.remake?.();
      for (const each of told) await room.told(each, "key", undefined);
      for (const each of told) expect([each.wholes > 1, each.values()]).toEqual([true, {}]);
      expect(await room.one.read("key")).toBeUndefined();
      expect(await room.two.write("key", bytesOf("wrong"), revision)).toEqual({ kind: "conflict" });
      const first = await room.put(room.two, "key", "anew");
      expect(first).toBeLessThan(revision);
      for (const each of told) await room.told(each, "key", "anew");
      await agree(room, told);
    },
  },
  {
    name: "tells after an interruption how things are by then",
    isTelling: true,
    needs: "interrupt",
    async check(room) {
      const removed = await room.put(room.one, "removed", "1");
      const changed = await room.put(room.one, "changed", "1");
      await room.put(room.one, "kept", "1");
      const told = await room.watch(room.one);
      await room.bench.interrupt?.(async () => {
        await room.take(room.two, "removed", removed);
        await room.put(room.two, "changed", "2", changed);
        await room.put(room.two, "new", "1");
      });
      await room.told(told, "new", "1");
      await room.told(told, "removed", undefined);
      await agree(room, [told]);
      const after = await room.put(room.one, "after", "1");
      await room.told(told, "after", "1");
      expect(told.revisionOf("after")).toBe(after);
    },
  },
  {
    name: "begins a watch as soon as it can be read",
    needs: "interrupt",
    async check(room) {
      await room.put(room.two, "key", "1");
      const told = new Told();
      await room.bench.interrupt?.(async () => {
        room.one.watch(told);
      });
      await room.told(told, "key", "1");
    },
  },
];

export const bucketWatches: readonly BucketRule[] = [...beginning, ...following, ...stopping, ...returning];

const churned = ["a", "b", "c.c"];

/** Several who read, write and remove the same few keys, without any order between them. */
async function churn({ bench }: BucketRoom, workers: number, rounds: number): Promise<void> {
  const work = async (worker: number): Promise<void> => {
    const bucket = worker % 2 === 0 ? bench.one : bench.two;
    for (let round = 0; round < rounds; round += 1) {
      const key = churned[(worker + round) % churned.length] ?? "a";
      const revision = (await bucket.read(key))?.revision ?? 0;
      if (revision > 0 && round % 4 === 3) await bucket.remove(key, revision);
      else await bucket.write(key, bytesOf(`${worker} ${round}`), revision);
    }
  };
  await bench.until(Promise.all(Array.from({ length: workers }, (_, worker) => work(worker))));
}

/** Writes one more key, and compares what stands in the bucket with what each watch has told up to that. */
async function agree(room: BucketRoom, told: readonly Told[]): Promise<void> {
  const mark = (await room.one.read("mark"))?.revision ?? 0;
  const value = `mark ${mark}`;
  await room.put(room.one, "mark", value, mark);
  const keys = new Set(["mark", ...churned, ...told.flatMap((each) => Object.keys(each.values()))]);
  for (const each of told) {
    await room.told(each, "mark", value);
    for (const key of keys) {
      const entry = await room.one.read(key);
      expect([key, each.values()[key], each.revisionOf(key)]).toEqual([
        key,
        entry === undefined ? undefined : Buffer.from(entry.value).toString("utf8"),
        entry?.revision,
      ]);
    }
    expect(each.wrong).toEqual([]);
  }
}

async function filled(room: BucketRoom): Promise<number> {
  let revision = await room.put(room.one, "key", "0");
  for (let number = 1; number < 10; number += 1)
    revision = await room.put(room.one, "key", String(number), revision);
  return revision;
}
