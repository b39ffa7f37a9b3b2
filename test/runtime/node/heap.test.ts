// The levels of the heap, and the reading of this program's own.
import { describe, expect, test } from "vitest";
import { givenLimitBytes, type HeapLevel, heapLevel, readHeap } from "../../../runtime/node/heap.ts";

describe("heapLevel()", () => {
  test.each<readonly [HeapLevel, number, HeapLevel]>([
    ["fine", 0, "fine"],
    ["fine", 79.9, "fine"],
    ["fine", 80, "high"],
    ["fine", 90, "full"],
    ["fine", 95, "exhausted"],
    ["fine", 120, "exhausted"],
    ["high", 70, "high"],
    ["high", 69.9, "fine"],
    ["high", 89.9, "high"],
    ["full", 80, "full"],
    ["full", 79.9, "high"],
    ["full", 69.9, "fine"],
    ["full", 95, "exhausted"],
    ["exhausted", 94.9, "full"],
    ["exhausted", 75, "high"],
    ["exhausted", 10, "fine"],
  ])("goes from %s at %d %% to %s", (before, percent, after) => {
    expect(heapLevel({ usedBytes: percent * 10, limitBytes: 1_000 }, before)).toBe(after);
  });
});

describe("readHeap()", () => {
  test("counts what is kept, up to the limit that Node.js was given", () => {
    const before = readHeap();
    const kept = Array.from({ length: 500 }, () => new Array(20_000).fill(7));
    const after = readHeap();
    // Of 80 MB some are still counted among the young, and what was garbage before may be gone.
    expect(after.usedBytes - before.usedBytes).toBeGreaterThan(kept.length * 80_000);
    expect(after.limitBytes).toBe(before.limitBytes);
    expect(after.usedBytes).toBeLessThan(after.limitBytes);
  });
});

describe("givenLimitBytes()", () => {
  const megabyte = 1024 * 1024;

  test.each<readonly [string | undefined, readonly string[], number | undefined]>([
    [undefined, [], undefined],
    ["", ["--expose-gc", "--max-semi-space-size=16"], undefined],
    [undefined, ["--max-old-space-size=512"], 512 * megabyte],
    ["--trace-warnings  --max_old_space_size=256", [], 256 * megabyte],
    ["--max-old-space-size=256", ["--max-old-space-size=512", "--max-old-space-size=64"], 64 * megabyte],
    [undefined, ["--max-old-space-size=much", "x--max-old-space-size=1"], undefined],
  ])("of NODE_OPTIONS %j and %j is %j", (options, words, expected) => {
    expect(givenLimitBytes(options, words)).toBe(expected);
  });
});
