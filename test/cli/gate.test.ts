// What a gate makes of a report, as a decision table.
import { describe, expect, it } from "vitest";
import { judge } from "../../cli/gate.ts";

const whole = true;
const partial = false;

describe("judge()", () => {
  it.each([
    // complete, score, --fail-under, --allow-partial, exit code
    [whole, 8, undefined, false, 0],
    [whole, 0, undefined, false, 0],
    [whole, null, undefined, false, 0],
    [partial, 8, undefined, false, 0],
    [partial, null, undefined, true, 0],
    [whole, 8, 7, false, 0],
    [whole, 7, 7, false, 0],
    [whole, 6.9, 7, false, 4],
    [whole, 0, 0, false, 0],
    [whole, null, 0, false, 4],
    [whole, 8, 7, true, 0],
    [partial, 8, 7, false, 7],
    [partial, 2, 7, false, 7],
    [partial, null, 7, false, 7],
    [partial, 8, 7, true, 0],
    [partial, 2, 7, true, 4],
    [partial, null, 7, true, 4],
  ] as const)(
    "complete %s, score %s, --fail-under %s, --allow-partial %s ends with %i",
    (complete, score, failUnder, allowPartial, code) => {
      expect(judge({ complete, quality_score: score }, { failUnder, allowPartial }).code).toBe(code);
    },
  );

  it("says nothing where there is nothing to say", () => {
    const gate = { failUnder: 7, allowPartial: false };
    expect(judge({ complete: true, quality_score: 8 }, gate).message).toBeUndefined();
  });

  it("says what was found, what was asked and what to do", () => {
    const judged = (complete: boolean, score: number | null, allowPartial = false) =>
      judge({ complete, quality_score: score }, { failUnder: 7, allowPartial }).message;
    expect(judged(true, 5.5)).toMatch(/score is 5\.5, and --fail-under asks for 7/);
    expect(judged(true, null)).toMatch(/there is no quality score/);
    expect(judged(false, 8)).toMatch(/--allow-partial/);
    expect(judged(false, 8, true)).toMatch(/partial/);
  });

  it("mentions a partial result without a gate, too", () => {
    const { message } = judge(
      { complete: false, quality_score: 8 },
      { failUnder: undefined, allowPartial: false },
    );
    expect(message).toMatch(/partial/);
  });
});
