// Suggestions for mistyped words.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editDistance, nearest } from "../../runtime/nearest.ts";

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

const keys = ["timeout_ms", "max_retries", "max_restarts", "model", "kind"];

describe("nearest(), for keys of the configuration,", () => {
  it.each([
    ["timeout", "timeout_ms"],
    ["TIMEOUT-MS", "timeout_ms"],
    ["max_retires", "max_retries"],
    ["modle", "model"],
    ["kid", "kind"],
    ["model_name", "model"],
  ])("takes %s for %s", (given, meant) => {
    expect(nearest(given, keys)).toBe(meant);
  });

  it.each(["", "x", "zzzzzz", "secret", "m".repeat(100_000)])("takes %s for nothing", (given) => {
    expect(nearest(given, keys)).toBeUndefined();
  });
});
