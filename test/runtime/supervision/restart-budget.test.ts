// The restart budget against a plain list of times.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { problemOfBudget, RestartBudget } from "../../../runtime/supervision/restart-budget.ts";

describe("RestartBudget", () => {
  test("spends, counts and has left what a plain list of the times says", () => {
    const gaps = fc.array(fc.oneof(fc.integer({ min: 0, max: 60 }), fc.constant(0)), {
      maxLength: 60,
      size: "max",
    });
    const property = fc.property(
      fc.integer({ min: 0, max: 8 }),
      fc.integer({ min: 1, max: 100 }),
      gaps,
      (maxRestarts, withinMs, between) => {
        const budget = new RestartBudget(maxRestarts, withinMs);
        let times: number[] = [];
        let now = 1_000;
        const found: unknown[] = [];
        const expected: unknown[] = [];
        for (const gap of between) {
          now += gap;
          times = times.filter((time) => time >= now - withinMs);
          const isAllowed = times.length < maxRestarts;
          if (isAllowed) times.push(now);
          found.push([budget.spend(now), budget.count, budget.left]);
          expected.push([isAllowed, times.length, maxRestarts - times.length]);
        }
        expect(found).toEqual(expected);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  test("counts a restart that is exactly as old as the window, and not one that is older", () => {
    const exact = new RestartBudget(1, 100);
    expect([exact.spend(0), exact.spend(100)]).toEqual([true, false]);
    const older = new RestartBudget(1, 100);
    expect([older.spend(0), older.spend(100.001)]).toEqual([true, true]);
  });

  test("takes no memory for what was not spent", () => {
    const budget = new RestartBudget(Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY);
    expect([budget.spend(1), budget.left]).toEqual([true, Number.MAX_SAFE_INTEGER - 1]);
  });
});

describe("problemOfBudget()", () => {
  test.each([
    [{}, undefined],
    [{ maxRestarts: 0, withinMs: 0.1 }, undefined],
    [{ withinMs: Number.POSITIVE_INFINITY }, undefined],
    [{ maxRestarts: -1 }, "given was -1"],
    [{ maxRestarts: Number.POSITIVE_INFINITY }, "given was Infinity"],
    [{ maxRestarts: "3" as unknown as number }, "given was 3"],
    [{ withinMs: 0 }, "given was 0"],
    [{ withinMs: Number.NaN }, "given was NaN"],
  ])("judges %j", (flags, problem) => {
    const found = problemOfBudget(flags);
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(problem);
  });
});
