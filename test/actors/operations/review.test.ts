// The plans of a review: what is asked when, and by which names.
import { describe, expect, test } from "vitest";
import { pathOfReviewStep, planOfReview } from "../../../actors/operations/review.ts";
import { problemOfSteps } from "../../../actors/pipeline/plan.ts";
import { materialOf } from "../../../actors/review/material.ts";
import { fileReport } from "../../cli/fixtures.ts";

const materials = ["a.py", "b.py", "c.py"].map((path) => materialOf(fileReport({ path }), "x = 1", "all"));
const prepared = { materials, tokens: 0, costMaxUsd: null, leftOut: [] };
const operations = {
  "review.file": async () => ({ output: 1 }),
  "review.combine": async () => ({ output: 1 }),
};

describe("planOfReview()", () => {
  test("asks about all files at the same time, and combines at the end", () => {
    const { steps, result } = planOfReview(prepared, { provider: "work", inTurn: false });
    expect(problemOfSteps(steps, new Set(), operations)).toBeUndefined();
    expect(steps.map(({ id, after }) => [pathOfReviewStep(id), after])).toEqual([
      ["a.py", undefined],
      ["b.py", undefined],
      ["c.py", undefined],
      [undefined, "rest"],
    ]);
    expect(steps.at(-1)?.id).toBe(result);
  });

  test("asks about one file after the other where that is wanted", () => {
    const { steps } = planOfReview(prepared, { provider: "work", inTurn: true });
    expect(problemOfSteps(steps, new Set(), operations)).toBeUndefined();
    expect(steps.slice(0, 3).map(({ after }) => after)).toEqual([undefined, [steps[0]?.id], [steps[1]?.id]]);
  });

  test("pins every file to the entry, and to the model that is asked for", () => {
    const { steps } = planOfReview(prepared, { provider: "work", model: "m", inTurn: false });
    expect(steps.slice(0, 3).map(({ input }) => input)).toMatchObject(
      Array(3).fill({ provider: "work", model: "m" }),
    );
  });
});
