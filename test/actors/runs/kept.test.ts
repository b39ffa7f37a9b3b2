import { describe, expect, test } from "vitest";
import { decodeValue, encodeValue, KeptMissing, keep, unkeep } from "../../../actors/runs/kept.ts";
import { MemoryBlobs } from "../../../runtime/store/blobs/memory.ts";

const blobs = () => new MemoryBlobs({ wallTime: () => 0 });

describe("A value of a run", () => {
  test("stands in the log where it is small, and beside it where it is large", async () => {
    const store = blobs();
    expect(await keep(store, { small: true })).toEqual({ value: { small: true } });
    const large = { text: "x".repeat(20_000), bytes: new Uint8Array(10) };
    const kept = await keep(store, large);
    expect(kept).toMatchObject({ blob: expect.any(String) });
    expect(JSON.stringify(kept).length).toBeLessThan(200);
    expect(await unkeep(store, kept)).toEqual(large);
    expect(await unkeep(store, { value: undefined })).toBeUndefined();
  });

  test("larger than what nodes send each other is kept all the same", async () => {
    const store = blobs();
    const many = Array.from({ length: 300_000 }, (_, index) => ({ index }));
    expect(await unkeep(store, await keep(store, many))).toEqual(many);
  });

  test("is refused in words where it is no plain data, or has bytes and is too large", async () => {
    const store = blobs();
    await expect(keep(store, () => 1)).rejects.toThrow(/no plain data/);
    await expect(keep(store, new Map())).rejects.toThrow(/no plain data/);
    const circle: { self?: unknown } = {};
    circle.self = circle;
    await expect(keep(store, circle)).rejects.toThrow(/no plain data/);
    await expect(keep(store, new Uint8Array(17 * 1024 * 1024))).rejects.toThrow(/16 MiB/);
  });

  test("that is gone or damaged is told as missing, by its hash", async () => {
    const store = blobs();
    await expect(unkeep(store, { blob: "00".repeat(32), bytes: 3 })).rejects.toThrow(KeptMissing);
    const hash = await store.put(Uint8Array.of(0, 0xc1));
    await expect(unkeep(store, { blob: hash, bytes: 2 })).rejects.toThrow(/cannot be read/);
    for (const bytes of [[], [9, 1], [1, 0x7b], [0, 1, 1]])
      expect(decodeValue(Uint8Array.from(bytes))).toBeUndefined();
    expect(decodeValue(encodeValue(null))).toEqual({ value: null });
  });
});
