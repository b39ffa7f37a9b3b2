import { describe, expect, test } from "vitest";
import { Figures } from "../../../actors/llm/figures.ts";
import { figuresMax, figuresWindowMs } from "../../../actors/llm/limits.ts";
import type { AttemptReport } from "../../../actors/llm/request-report.ts";

function report(tookMs: number, over: Partial<AttemptReport> = {}): AttemptReport {
  return {
    ...{ entry: "one", node: undefined, code: null, tookMs, firstMs: tookMs / 2 },
    usage: { input_tokens: 2, output_tokens: 1 },
    costUsd: 0.25,
    ...over,
  };
}

/** Those of reports that came at once. */
function figuresOf(reports: readonly AttemptReport[]): Figures {
  const figures = new Figures();
  for (const one of reports) figures.add(one, 0);
  return figures;
}

describe("the figures of an entry", () => {
  test("are those of its requests, failed ones apart", () => {
    const tooks = Array.from({ length: 100 }, (_, index) => report(index + 1));
    const failed = report(9_999, { code: "timeout", usage: undefined, costUsd: null });
    expect(figuresOf([...tooks, failed]).at(0)).toEqual([
      {
        ...{ entry: "one", node: null, requests: 101, errors: 1, errorsByCode: { timeout: 1 } },
        tookMs: { p50: 50, p95: 95 },
        firstMs: { p50: 25, p95: 47.5 },
        ...{ inputTokens: 200, outputTokens: 100, costUsd: 25 },
      },
    ]);
  });

  test("are kept apart by node", () => {
    const figures = figuresOf([report(1), report(2, { node: "far" })]);
    expect(figures.at(0).map(({ node, tookMs }) => [node, tookMs?.p50])).toEqual([
      [null, 1],
      ["far", 2],
    ]);
  });

  test("forget what is old, and keep no more than so many", () => {
    const old = figuresOf([report(1)]);
    expect(old.at(figuresWindowMs - 1)).toHaveLength(1);
    expect(old.at(figuresWindowMs)).toEqual([]);
    const many = figuresOf(Array.from({ length: figuresMax + 1 }, (_, index) => report(index)));
    expect(many.at(0)).toMatchObject([{ requests: figuresMax, tookMs: { p95: figuresMax * 0.95 } }]);
  });

  test("say nothing of how long it takes where nothing was answered", () => {
    const figures = figuresOf([report(5, { code: "auth", firstMs: undefined })]);
    expect(figures.at(0)).toMatchObject([{ tookMs: null, firstMs: null, errors: 1 }]);
  });
});
