// How reviews come into a report: scores, sums, and which part is missing for which reason.
import { describe, expect, test } from "vitest";
import type { Prepared } from "../../../actors/review/disclosure.ts";
import { type FileOutcome, mergeReview } from "../../../actors/review/merge.ts";
import type { Reviewer } from "../../../actors/review/reviewer.ts";
import { fileReport, report } from "../../cli/fixtures.ts";

const reviewer: Reviewer = {
  provider: "openai",
  kind: "openai",
  model: "model-1",
  host: "api.openai.com",
  place: "network",
  price: { inputPerMillion: 1, outputPerMillion: 10 },
};
const prepared = (over: Partial<Prepared> = {}): Prepared => ({
  materials: [],
  tokens: 0,
  costMaxUsd: 0,
  leftOut: [],
  ...over,
});
const asked = {
  requests: 1,
  inVain: 0,
  usage: { input_tokens: 1_000, output_tokens: 100 },
  model: "model-1-2026",
};
const reviewed = (path: string, score = 5): FileOutcome => ({
  path,
  ...asked,
  ok: true,
  repaired: path === "b",
  review: { score, summary: "s", findings: [], confirmed: [], merged: 2, dropped: 1, masked: 3 },
});
const failed = (path: string, reason: string): FileOutcome => ({
  path,
  requests: 1,
  inVain: 0,
  usage: null,
  model: null,
  ok: false,
  reason,
});
const base = report({
  files: [fileReport({ path: "a" }), fileReport({ path: "b" }), fileReport({ path: "c" })],
});
const merged = (outcomes: readonly FileOutcome[], over: Partial<Prepared> = {}) =>
  mergeReview(base, reviewer, prepared(over), outcomes).model;

describe("mergeReview()", () => {
  test("adds up what the reviews of the files came to and leaves the static part alone", () => {
    const whole = mergeReview(base, reviewer, prepared(), [reviewed("a", 4), reviewed("b", 8)]);
    expect(whole.model).toEqual({
      provider: "openai",
      kind: "openai",
      model: "model-1-2026",
      status: "complete",
      reason: null,
      files: { reviewed: 2, missing: 0, left_out: 0 },
      missing: [],
      left_out: [],
      dropped: 2,
      merged: 4,
      repaired: 1,
      masked: 6,
      requests: 2,
      input_tokens: 2_000,
      output_tokens: 200,
      cost_usd: 0.004,
    });
    expect(whole.model_score).toBe(6);
    expect(whole.files.map(({ model }) => model?.score)).toEqual([4, 8, undefined]);
    const withoutModel = { ...whole, model: null, model_score: null };
    expect({ ...withoutModel, files: whole.files.map((file) => ({ ...file, model: null })) }).toEqual(base);
  });

  test("weighs the score of a file by its lines of code", () => {
    const large = fileReport({ path: "a" });
    const files = [
      { ...large, metrics: large.metrics && { ...large.metrics, codeLines: 30 } },
      { ...large, path: "b", metrics: large.metrics && { ...large.metrics, codeLines: 10 } },
    ];
    const outcomes = [reviewed("a", 8), reviewed("b", 4)];
    expect(mergeReview(report({ files }), reviewer, prepared(), outcomes).model_score).toBe(7);
  });

  test.each<[string, readonly FileOutcome[], Partial<Prepared>, string, RegExp]>([
    [
      "partial",
      [reviewed("a"), failed("b", "Late.")],
      {},
      "partial",
      /^1 of 2 files have no review: Late\.$/,
    ],
    ["partial", [reviewed("a")], { leftOut: [{ path: "b", reason: "Large." }] }, "partial", /1 of 2.*Large/],
    ["missing", [failed("a", "Late.")], {}, "missing", /^Late\.$/],
    [
      "missing",
      [failed("a", "Late."), failed("b", "Late.")],
      {},
      "missing",
      /^None of 2 files was reviewed: Late\.$/,
    ],
    ["missing", [], { leftOut: [{ path: "a", reason: "Secret." }] }, "missing", /^Secret\.$/],
    ["missing", [], {}, "missing", /no file to review/],
    [
      "partial",
      [reviewed("a"), failed("b", "Late."), failed("c", "No."), failed("d", "Late.")],
      {},
      "partial",
      /3 of 4 files have no review: Late\. \(2 of them; the others for other reasons\)/,
    ],
  ])("says %s for %j", (_, outcomes, over, status, reason) => {
    const model = merged(outcomes, over);
    expect(model?.status).toBe(status);
    expect(model?.reason).toMatch(reason);
  });

  test("knows no cost where an answer was not counted or the price is not known", () => {
    expect(merged([{ ...reviewed("a"), usage: null }])?.cost_usd).toBeNull();
    const unknown = mergeReview(base, { ...reviewer, price: null }, prepared(), [reviewed("a")]);
    expect(unknown.model?.cost_usd).toBeNull();
    expect(merged([], { leftOut: [{ path: "a", reason: "r" }] })?.cost_usd).toBe(0);
  });

  test("tells no cost where an attempt may have cost something that nobody counted", () => {
    const one = { ...reviewed("a"), requests: 2, inVain: 1 };
    expect(merged([one])).toMatchObject({ requests: 2, input_tokens: 1_000, cost_usd: null });
  });
});
