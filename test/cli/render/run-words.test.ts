// Words for runs: times and costs at their edges.
import { describe, expect, it } from "vitest";
import { costText, isoTime, modelUse, timeOfDay } from "../../../cli/render/run-words.ts";

describe("isoTime() and timeOfDay()", () => {
  it.each([0, 1, 999, 1_000, 951_782_399_999, 1_795_000_000_123, 253_402_300_799_999])(
    "say %i as dates do",
    (at) => {
      const iso = new Date(at).toISOString();
      expect(isoTime(at)).toBe(iso);
      expect(timeOfDay(at)).toBe(iso.replace("T", " ").replace(/\.\d+/, ""));
    },
  );

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 9e15])(
    "take %d, which is no time, for the beginning",
    (at) => {
      expect(isoTime(at)).toBe("1970-01-01T00:00:00.000Z");
    },
  );
});

describe("costText()", () => {
  it.each([
    [0, "US$ 0"],
    [0.00123, "US$ 0.0012"],
    [12.5, "US$ 12.50"],
    [null, "cost unknown"],
  ])("says %j as %j", (cost, text) => {
    expect(costText(cost)).toBe(text);
  });
});

describe("modelUse()", () => {
  it("says nothing where no model was asked, and what may have been paid in vain", () => {
    expect(modelUse({ tokens: 0, costUsd: 0, interruptedCalls: 0 })).toBeUndefined();
    expect(modelUse({ tokens: 7, costUsd: null, interruptedCalls: 1 })).toBe(
      "7 tokens, cost unknown, 1 request maybe paid in vain",
    );
  });
});
