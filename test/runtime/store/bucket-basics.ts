// The rules of a bucket's reads and changes.
import { expect } from "vitest";
import { Misuse } from "../../../runtime/index.ts";
import type { Bucket, Written } from "../../../runtime/store/bucket.ts";
import { storeLimits } from "../../../runtime/store/limits.ts";
import type { BucketBench, BucketRule } from "./bucket-conformance.ts";
import { bytesOf } from "./told.ts";

const conflict = { kind: "conflict" };
const { keyCharactersMax, valueBytesMax } = storeLimits;

const reading: readonly BucketRule[] = [
  {
    name: "has nothing under a key that nobody wrote",
    async check({ one, two }) {
      expect(await one.read("nobody.was-here")).toBeUndefined();
      expect(await two.read("nobody.was-here")).toBeUndefined();
    },
  },
  {
    name: "reads on every node what was written on one, with the revision that the writer was told",
    async check(room) {
      const revision = await room.put(room.one, "a.b", "hello");
      expect(revision).toBeGreaterThan(0);
      for (const bucket of [room.one, room.two]) {
        expect(await bucket.read("a.b")).toEqual({ key: "a.b", value: bytesOf("hello"), revision });
      }
    },
  },
  {
    name: "reads every write at once that was acknowledged, node by node in turn",
    isTelling: true,
    async check(room) {
      let revision = 0;
      for (let number = 1; number <= 40; number += 1) {
        const [writer, reader] = number % 2 === 0 ? [room.one, room.two] : [room.two, room.one];
        revision = await room.put(writer, "turn", String(number), revision);
        expect(await reader.read("turn")).toEqual({ key: "turn", value: bytesOf(String(number)), revision });
      }
    },
  },
  {
    name: "keeps keys apart that look alike",
    async check(room) {
      const keys = ["a", "A", "a.a", "a.a.a", "a-a", "a_a", "__proto__", "constructor", "0", "-", "_"];
      for (const key of keys) await room.put(room.one, key, `of ${key}`);
      for (const key of keys) expect(await room.value(room.two, key)).toBe(`of ${key}`);
      expect(await room.one.read("a.a.a.a")).toBeUndefined();
    },
  },
  {
    name: "shares nothing with another bucket of the same store",
    async check(room) {
      await room.put(room.one, "key", "here");
      expect(await room.other.read("key")).toBeUndefined();
      await room.put(room.other, "key", "there");
      expect(await room.value(room.one, "key")).toBe("here");
    },
  },
  {
    name: "keeps every byte, none, and as many as it says",
    isTelling: true,
    async check({ one, two }) {
      const values = [
        new Uint8Array(),
        Uint8Array.from({ length: 256 }, (_, byte) => byte),
        new Uint8Array(valueBytesMax).fill(7),
      ];
      for (const [index, value] of values.entries()) {
        expect(await one.write(`bytes.${index}`, value, 0)).toMatchObject({ kind: "written" });
        const entry = await two.read(`bytes.${index}`);
        expect(entry && Buffer.from(entry.value).equals(value)).toBe(true);
      }
    },
  },
  {
    name: "has taken the bytes when write returns, and gives everybody bytes of their own",
    async check({ bench, one }) {
      const given = bytesOf("mine");
      const writing = bench.one.write("key", given, 0);
      given.fill(0);
      expect(await bench.until(writing)).toMatchObject({ kind: "written" });
      const first = await one.read("key");
      expect(first?.value).toEqual(bytesOf("mine"));
      first?.value.fill(0);
      expect((await one.read("key"))?.value).toEqual(bytesOf("mine"));
    },
  },
];

const changing: readonly BucketRule[] = [
  {
    name: "changes a key at its revision, and gives a higher one",
    async check(room) {
      const first = await room.put(room.one, "key", "1");
      const second = await room.put(room.two, "key", "2", first);
      expect(second).toBeGreaterThan(first);
      expect(await room.value(room.one, "key")).toBe("2");
    },
  },
  {
    name: "counts the revisions of all its keys together",
    async check(room) {
      const revisions: number[] = [];
      for (const key of ["a", "b", "c"]) revisions.push(await room.put(room.one, key, key));
      revisions.push(await room.put(room.two, "a", "again", revisions[0]));
      revisions.push(await room.take(room.two, "b", revisions[1] ?? 0));
      expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
    },
  },
  {
    name: "changes nothing for whoever expects another revision",
    isTelling: true,
    async check(room) {
      const first = await room.put(room.one, "key", "1");
      const second = await room.put(room.one, "key", "2", first);
      for (const expected of [0, first, second + 1, second + 1_000_000]) {
        expect(await room.two.write("key", bytesOf("wrong"), expected)).toEqual(conflict);
        expect(await room.two.remove("key", expected)).toEqual(conflict);
      }
      expect(await room.one.read("key")).toEqual({ key: "key", value: bytesOf("2"), revision: second });
    },
  },
  {
    name: "does not take another key's revision for a key's own",
    async check(room) {
      const first = await room.put(room.one, "first", "1");
      const second = await room.put(room.one, "second", "2");
      expect(await room.one.write("first", bytesOf("wrong"), second)).toEqual(conflict);
      expect(await room.one.write("second", bytesOf("wrong"), first)).toEqual(conflict);
      expect(await room.one.write("third", bytesOf("wrong"), second)).toEqual(conflict);
      expect(await room.one.remove("third", second)).toEqual(conflict);
      expect(await room.one.read("third")).toBeUndefined();
    },
  },
  {
    name: "has nothing to remove where nothing is",
    async check(room) {
      expect(await room.one.remove("never", 0)).toEqual(conflict);
      const revision = await room.put(room.one, "gone", "1");
      await room.take(room.one, "gone", revision);
      expect(await room.two.remove("gone", revision)).toEqual(conflict);
      expect(await room.two.remove("gone", 0)).toEqual(conflict);
    },
  },
  {
    name: "takes a key out, and takes it again as a new one",
    isTelling: true,
    async check(room) {
      const first = await room.put(room.one, "key", "1");
      const removed = await room.take(room.two, "key", first);
      expect(removed).toBeGreaterThan(first);
      expect(await room.one.read("key")).toBeUndefined();
      expect(await room.one.write("key", bytesOf("wrong"), first)).toEqual(conflict);
      expect(await room.one.read("key")).toBeUndefined();
      const second = await room.put(room.one, "key", "2");
      expect(second).toBeGreaterThan(removed);
      expect(await room.one.write("key", bytesOf("wrong"), 0)).toEqual(conflict);
      expect(await room.value(room.two, "key")).toBe("2");
    },
  },
  {
    name: "does so again and again",
    async check(room) {
      let last = 0;
      for (let round = 0; round < 10; round += 1) {
        const revision = await room.put(room.one, "key", String(round));
        expect(revision).toBeGreaterThan(last);
        last = await room.take(room.two, "key", revision);
        expect(await room.one.read("key")).toBeUndefined();
      }
    },
  },
  {
    name: "lets one of many win who write a new key at once",
    async check(room) {
      await race(room.bench, (bucket, value) => bucket.write("key", bytesOf(value), 0), "key");
    },
  },
  {
    name: "lets one of many win who change a key at once",
    async check(room) {
      const revision = await room.put(room.one, "key", "first");
      await race(room.bench, (bucket, value) => bucket.write("key", bytesOf(value), revision), "key");
    },
  },
  {
    name: "lets one of many win who write a key at once that was removed",
    isTelling: true,
    async check(room) {
      await room.take(room.one, "key", await room.put(room.one, "key", "first"));
      await race(room.bench, (bucket, value) => bucket.write("key", bytesOf(value), 0), "key");
    },
  },
  {
    name: "lets one of many win who remove a key at once",
    async check(room) {
      const { bench } = room;
      const revision = await room.put(room.one, "key", "first");
      const all = Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? bench.two : bench.one).remove("key", revision),
      );
      const kinds = (await bench.until(Promise.all(all))).map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === "written").length).toBe(1);
      expect(kinds.filter((kind) => kind === "conflict").length).toBe(19);
    },
  },
  {
    name: "loses no step of a counter that many count at once",
    isTelling: true,
    async check({ bench, one }) {
      const count = async (bucket: typeof one): Promise<void> => {
        for (let done = 0; done < 10; ) {
          const entry = await bucket.read("count");
          const next = Number(Buffer.from(entry?.value ?? []).toString("utf8")) + 1;
          const written = await bucket.write("count", bytesOf(String(next)), entry?.revision ?? 0);
          if (written.kind === "written") done += 1;
        }
      };
      await bench.until(Promise.all([bench.one, bench.two, bench.one, bench.two].map(count)));
      expect(Buffer.from((await one.read("count"))?.value ?? []).toString("utf8")).toBe("40");
    },
  },
];

const badKeys: readonly string[] = [
  ...["", ".", "..", ".a", "a.", "a..b", " ", "a b", "*", "a.*", ">", "a.>", "a/b", "a=b", "a:b", "$KV", "ä"],
  ...["a\n", "\0", "a\r\nPUB x 0\r\n", "\ud800", "a".repeat(keyCharactersMax + 1)],
];

const refusing: readonly BucketRule[] = [
  {
    name: "refuses keys that it cannot have",
    async check({ one }) {
      for (const key of badKeys) {
        await expect(one.read(key), JSON.stringify(key)).rejects.toBeInstanceOf(Misuse);
        await expect(one.write(key, bytesOf("x"), 0), JSON.stringify(key)).rejects.toBeInstanceOf(Misuse);
        await expect(one.remove(key, 1), JSON.stringify(key)).rejects.toBeInstanceOf(Misuse);
      }
    },
  },
  {
    name: "takes keys of every letter and of the whole length",
    async check(room) {
      const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
      for (const key of [letters, "k".repeat(keyCharactersMax), "a.".repeat(100).slice(0, -1)]) {
        await room.put(room.one, key, key);
        expect(await room.value(room.two, key)).toBe(key);
      }
    },
  },
  {
    name: "refuses a value that is too large, and changes nothing",
    async check({ one }) {
      const tooLarge = new Uint8Array(valueBytesMax + 1);
      await expect(one.write("large", tooLarge, 0)).rejects.toBeInstanceOf(Misuse);
      expect(await one.read("large")).toBeUndefined();
    },
  },
  {
    name: "refuses a revision that is none",
    async check({ one }) {
      for (const expected of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        await expect(one.write("key", bytesOf("x"), expected)).rejects.toBeInstanceOf(Misuse);
        await expect(one.remove("key", expected)).rejects.toBeInstanceOf(Misuse);
      }
      expect(await one.read("key")).toBeUndefined();
    },
  },
];

export const bucketBasics: readonly BucketRule[] = [...reading, ...changing, ...refusing];

/** Twenty at once, from both nodes: one is told that its change was made, the others that it was not, and its value stands. */
async function race(
  bench: BucketBench,
  write: (bucket: Bucket, value: string) => Promise<Written>,
  key: string,
): Promise<void> {
  const values = Array.from({ length: 20 }, (_, number) => `of ${number}`);
  const writing = values.map((value, number) => write(number % 2 === 0 ? bench.one : bench.two, value));
  const results = await bench.until(Promise.all(writing));
  const winners = values.filter((_, number) => results[number]?.kind === "written");
  expect(winners.length).toBe(1);
  expect(results.filter(({ kind }) => kind === "conflict").length).toBe(19);
  for (const bucket of [bench.one, bench.two]) {
    const entry = await bench.until(bucket.read(key));
    expect(Buffer.from(entry?.value ?? []).toString("utf8")).toBe(winners[0]);
  }
}
