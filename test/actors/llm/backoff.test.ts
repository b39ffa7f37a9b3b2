import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backoffMs } from "../../../actors/llm/backoff.ts";

describe("backoffMs()", () => {
  test.each([
    [1, 0, 250],
    [1, 0.999_999, 500],
    [2, 0, 500],
    [3, 0.5, 1_500],
    [7, 0, 15_000],
    [30, 0.999_999, 30_000],
  ])("before retry %i with chance %d is %i ms", (retry, random, expected) => {
    expect(backoffMs(retry, random)).toBe(expected);
  });

  test("is never shorter than the provider asked for, and spreads those who were asked alike", () => {
    expect(backoffMs(1, 0, 20_000)).toBe(20_000);
    expect(backoffMs(1, 0.5, 20_000)).toBe(20_125);
  });

  test("stays between half its ceiling and its ceiling", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (retry, random) => {
          const ceiling = Math.min(30_000, 500 * 2 ** (retry - 1));
          expect(backoffMs(retry, random)).toBeGreaterThanOrEqual(ceiling / 2);
          expect(backoffMs(retry, random)).toBeLessThanOrEqual(ceiling);
        },
      ),
    );
  });
});
