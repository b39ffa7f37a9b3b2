// Random trees, exits, failing and slow starts and requests in between: the runtime must do what the reference model says.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { play } from "./model/arbitrary.ts";
import { perform } from "./model/perform.ts";
import { predict } from "./model/reference.ts";

/** Enough to meet every rule many times, few enough for every run of the tests. */
const runsDefault = 300;
const { AIEX_PROPERTY_RUNS: runs = String(runsDefault), AIEX_PROPERTY_SEED: seed } = process.env;

describe("a tree of supervisors", () => {
  test(
    "reports, answers and ends as the reference model says, and leaves nothing behind",
    async () => {
      const property = fc.asyncProperty(play, async (given) => {
        const { hasTie, ...expected } = predict(given);
        fc.pre(!hasTie);
        const { left, ...actual } = await perform(given);
        expect(actual).toEqual(expected);
        expect(left).toEqual([]);
      });
      await fc.assert(property, {
        numRuns: Number(runs),
        ...(seed === undefined ? {} : { seed: Number(seed) }),
      });
    },
    Math.max(60_000, Number(runs) * 1_000),
  );
});
