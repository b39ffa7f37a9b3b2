import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { useIn } from "../../../../actors/llm/gate/account.ts";
import { budgetsOf, dayOf, lastDays, nanoOf } from "../../../../actors/llm/gate/spending.ts";

describe("dayOf()", () => {
  test("says the day in UTC, as a Date does", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (wallMs) => {
        expect(dayOf(wallMs)).toBe(new Date(wallMs).toISOString().slice(0, 10));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each(["2024-02-29", "2026-02-28", "2026-03-01", "2026-12-31", "2100-02-28", "2000-02-29"])(
    "knows %s",
    (day) => {
      expect(dayOf(Date.parse(`${day}T23:59:59.999Z`))).toBe(day);
    },
  );

  test("counts back over months", () => {
    expect(lastDays(Date.parse("2026-03-01T12:00:00Z"), 3)).toEqual([
      "2026-03-01",
      "2026-02-28",
      "2026-02-27",
    ]);
  });
});

describe("budgetsOf()", () => {
  const noon = Date.parse("2026-11-23T18:00:00Z");
  const all = { per_run_usd: 1, per_day_usd: 2, per_user_day_usd: 3, cluster_day_usd: 4 };

  test("names the accounts that a request counts against, the narrowest first", () => {
    const budgets = budgetsOf(all, { node: "a@b.c", run: "R/1", user: "ann" }, noon);
    expect(budgets.map(({ what, retryInMs }) => [what, retryInMs])).toEqual([
      ["llm.budgets.per_run_usd", null],
      ["llm.budgets.per_user_day_usd", 6 * 3_600_000],
      ["llm.budgets.per_day_usd", 6 * 3_600_000],
      ["llm.budgets.cluster_day_usd", 6 * 3_600_000],
    ]);
    for (const { account } of budgets) expect(account).toMatch(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/);
    expect(budgets[1]?.account).not.toContain("ann");
  });

  test("leaves out what is not configured, and of whom nothing is known", () => {
    expect(budgetsOf({}, { node: undefined, run: "r", user: "u" }, noon)).toEqual([]);
    expect(
      budgetsOf(all, { node: undefined, run: undefined, user: undefined }, noon).map(
        ({ account }) => account,
      ),
    ).toEqual(["day.2026-11-23", "cluster.2026-11-23"]);
  });
});

test("nanoOf() reserves no less than the price", () => {
  expect([nanoOf(0), nanoOf(1), nanoOf(1e-10), nanoOf(0.1 + 0.2)]).toEqual([0, 1e9, 1, 300_000_001]);
});

test.each([null, 7, "x", [], { entry: 1, model: "m" }, { entry: "e" }])(
  "useIn() takes nothing from %j",
  (value) => {
    expect(useIn(value)).toBeUndefined();
  },
);
