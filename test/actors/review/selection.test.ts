// Which files are sent, in which order, and what is left out for which limit.
import { describe, expect, test } from "vitest";
import { costMaxOf, costOf } from "../../../actors/review/cost.ts";
import {
  byWorth,
  type ReviewLimits,
  reasonBefore,
  type Taken,
  take,
} from "../../../actors/review/selection.ts";
import { fileReport, finding } from "../../cli/fixtures.ts";

const limits: ReviewLimits = { filesMax: 2, tokensMax: 1_000, fileTokensMax: 600, costUsdMax: 1 };
const none: Taken = { files: 0, tokens: 0, costMaxUsd: 0 };
const price = { inputPerMillion: 3, outputPerMillion: 15 };

describe("byWorth()", () => {
  const metrics = fileReport().metrics;
  const sized = (codeLines: number) => (metrics === null ? null : { ...metrics, codeLines });

  test("puts the most points first, then the most code, then the path", () => {
    const files = [
      fileReport({ path: "d", metrics: sized(5) }),
      fileReport({ path: "c", metrics: sized(5) }),
      fileReport({ path: "b", metrics: sized(9) }),
      fileReport({ path: "a", metrics: sized(1), findings: [finding()] }),
    ];
    expect(byWorth({ files }).map(({ path }) => path)).toEqual(["a", "b", "c", "d"]);
  });

  test("leaves out what was skipped or could not be read", () => {
    const files = [
      fileReport({ status: "skipped" }),
      fileReport({ status: "unparsed", metrics: null }),
      fileReport({ path: "text", status: "unparsed" }),
    ];
    expect(byWorth({ files }).map(({ path }) => path)).toEqual(["text"]);
  });
});

describe("reasonBefore()", () => {
  test.each<[string, Partial<Taken>, Parameters<typeof reasonBefore>[0], RegExp | undefined]>([
    ["has no objection", {}, { status: "analyzed", bytes: 100 }, undefined],
    ["reads what could not be parsed", {}, { status: "unparsed", bytes: 100 }, undefined],
    ["refuses a part of a file", {}, { status: "cut_short", bytes: 100 }, /cut short/],
    ["keeps the number of files", { files: 2 }, { status: "analyzed", bytes: 100 }, /review_max_files is 2/],
    [
      "does not read what is too large",
      {},
      { status: "analyzed", bytes: 9_000 },
      /review_max_file_tokens is 600/,
    ],
  ])("%s", (_, taken, file, reason) => {
    const given = reasonBefore(file, { ...none, ...taken }, limits);
    if (reason === undefined) expect(given).toBeUndefined();
    else expect(given).toMatch(reason);
  });
});

/** Nothing is sent beside the file. */
function both(tokens: number) {
  return { ofFile: tokens, tokens };
}

describe("take()", () => {
  test("adds files, tokens and what they may cost", () => {
    const once = take(none, both(400), price, limits);
    expect(once).toEqual({ taken: { files: 1, tokens: 400, costMaxUsd: costMaxOf(400, price) } });
  });

  test.each<[string, Partial<Taken>, number, RegExp]>([
    ["of one file", {}, 601, /about 601 tokens, and analysis.review_max_file_tokens is 600/],
    ["of all files", { tokens: 500 }, 501, /review_max_tokens allows \(1000 in all\)/],
    ["of what it may cost", { costMaxUsd: 0.9 }, 400, /review_max_cost_usd allows \(1 in all\)/],
  ])("keeps the limit %s", (_, taken, tokens, reason) => {
    const result = take({ ...none, ...taken }, both(tokens), price, limits);
    expect("reason" in result ? result.reason : "").toMatch(reason);
  });

  test("counts what is sent beside a file with all that is sent, and not with the file", () => {
    expect(take(none, { ofFile: 600, tokens: 900 }, price, limits)).toMatchObject({ taken: { tokens: 900 } });
    const next = take({ ...none, tokens: 200 }, { ofFile: 600, tokens: 900 }, price, limits);
    expect("reason" in next ? next.reason : "").toMatch(/review_max_tokens allows/);
  });

  test("has no limit of cost where the price is not known", () => {
    const unknown: Taken = { files: 0, tokens: 0, costMaxUsd: null };
    expect(take(unknown, both(400), null, { ...limits, costUsdMax: 0 })).toEqual({
      taken: { files: 1, tokens: 400, costMaxUsd: null },
    });
  });

  test("takes what costs nothing when nothing may be spent", () => {
    const free = { inputPerMillion: 0, outputPerMillion: 0 };
    expect(take(none, both(400), free, { ...limits, costUsdMax: 0 })).toMatchObject({
      taken: { costMaxUsd: 0 },
    });
  });
});

describe("costMaxOf()", () => {
  test("is more than two requests with the longest answers cost", () => {
    const least = costOf({ input_tokens: 2 * 10_000, output_tokens: 2 * 8_192 }, price) ?? 0;
    expect(costMaxOf(10_000, price)).toBeGreaterThan(least);
    expect(costMaxOf(10_000, null)).toBeNull();
  });
});
