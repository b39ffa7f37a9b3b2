// What a pipeline is expected to take.
import { describe, expect, it } from "vitest";
import type { Price } from "../../../actors/llm/prices.ts";
import { takesOneFile } from "../../../actors/pipeline/asked-words.ts";
import { assumedInput, estimatePipeline } from "../../../actors/pipeline/estimate.ts";
import { checkSpecification } from "../../../actors/pipeline/language/check.ts";

const price = { inputPerMillion: 1, outputPerMillion: 10 };

function estimate(text: string, input = assumedInput, at: Price | null | "none" = price) {
  const checked = checkSpecification(text);
  if (!checked.ok) throw new Error(text);
  return estimatePipeline(checked.steps, input, {
    price: at === "none" ? undefined : at,
    partsAtOnce: 4,
  });
}

describe("estimatePipeline()", () => {
  it("counts the review of an analysis where somebody is there to be asked", () => {
    const { steps, assumptions } = estimate("analyze", { files: 3, tokens: 3_000 });
    expect(steps[0]).toMatchObject({ requests: 3, cost_usd: expect.any(Number) });
    expect(assumptions[0]).toContain("--no-model leaves out");
  });

  it("asks nobody for what no model does", () => {
    const { requests, cost_usd, seconds } = estimate(
      "analyze | extract_insights | save file:a.md",
      assumedInput,
      "none",
    );
    expect({ requests, cost_usd, seconds }).toEqual({ requests: 0, cost_usd: 0, seconds: 0 });
    expect(estimate("analyze", { files: 1_000, tokens: 1 }, "none")).toMatchObject({
      seconds: 10,
      cost_usd: 0,
    });
  });

  it("asks once for each file where a step is done for each, and once where it makes one of its own", () => {
    const input = { files: 10, tokens: 20_000 };
    const text = "explain | document | document preview | refactor | test_generate | generate requirements:x";
    const { steps } = estimate(text, input);
    expect(steps.map(({ requests }) => requests)).toEqual([10, 10, 10, 10, 10, 1]);
    const checked = checkSpecification(text);
    if (!checked.ok) throw new Error(text);
    for (const [index, step] of checked.steps.entries())
      expect(steps[index]?.requests).toBe(takesOneFile(step) ? input.files : 1);
  });

  it("reckons with parts at work at the same time, but for those whose checks are run", () => {
    const input = { files: 10, tokens: 20_000 };
    const { steps } = estimate("refactor apply | refactor apply verify", input);
    const [beside = 0, behind = 0] = steps.map(({ seconds }) => seconds);
    expect(behind / beside).toBeCloseTo(4, 1);
  });

  it("asks for each part of a split, until they are put together", () => {
    const input = { files: 3, tokens: 6_000 };
    const { steps, assumptions } = estimate(
      "refactor | split by:function | refactor | merge | refactor",
      input,
    );
    expect(steps.map(({ requests }) => requests)).toEqual([3, 0, 24, 0, 3]);
    expect(assumptions).toContain("A file has 8 functions.");
  });

  it("counts what is repeated as often as it may be, and says so", () => {
    const once = estimate("refactor").input_tokens;
    const { input_tokens, assumptions } = estimate("while:files>0 refactor max:5");
    expect(input_tokens).toBe(5 * once);
    expect(assumptions[0]).toContain("as often as it may be");
  });

  it("adds up what its steps take", () => {
    const { steps, cost_usd, input_tokens, output_tokens } = estimate("explain | test_generate");
    expect(steps.map((step) => step.cost_usd ?? 0).reduce((sum, cost) => sum + cost)).toBe(cost_usd);
    expect(cost_usd).toBeCloseTo((input_tokens + 10 * output_tokens) / 1e6, 12);
  });

  it("knows no cost without a price, and says why", () => {
    expect(estimate("explain", assumedInput, null)).toMatchObject({ cost_usd: null });
    expect(estimate("explain", assumedInput, "none").assumptions.join(" ")).toContain("No model is set up");
    expect(estimate("explain", assumedInput, null).assumptions.join(" ")).toContain("price of the model");
  });

  it("says what it cannot see", () => {
    const { assumptions } = estimate("load file:src | explain");
    expect(assumptions).toContain("What load reads is as large as the input.");
  });
});
