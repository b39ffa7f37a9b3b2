// Suggestions for mistyped words.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editDistance, nearest } from "../../cli/nearest.ts";

const words = ["analyze", "config", "help", "version", "completion", "file", "fail-under"];

describe("nearest()", () => {
  it.each([
    ["anlyze", "analyze"],
    ["anaylze", "analyze"],
    ["analyse", "analyze"],
    ["hlep", "help"],
    ["confg", "config"],
    ["comp", "completion"],
    ["fil", "file"],
    ["fail-undr", "fail-under"],
    ["FILE", "file"],
  ])("takes %s for %s", (word, meant) => {
    expect(nearest(word, words)).toBe(meant);
  });

  it.each(["zzz", "x", "", "deploy", "a".repeat(100_000)])(
    "does not guess what %.10s was meant to be",
    (word) => {
      expect(nearest(word, words)).toBeUndefined();
    },
  );
});

describe("editDistance()", () => {
  it.each([
    ["", "", 0],
    ["abc", "abc", 0],
    ["abc", "", 3],
    ["abc", "acb", 1],
    ["abc", "ab", 1],
    ["abc", "axc", 1],
    ["ca", "abc", 3],
    ["kitten", "sitting", 3],
  ])("between %j and %j is %i", (left, right, distance) => {
    expect(editDistance(left, right)).toBe(distance);
  });

  it("is the same both ways and never above the longer length", () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, (left, right) => {
        const distance = editDistance(left, right);
        expect(distance).toBe(editDistance(right, left));
        expect(distance).toBeLessThanOrEqual(Math.max(left.length, right.length));
        expect(distance === 0).toBe(left === right);
      }),
    );
  });
});
