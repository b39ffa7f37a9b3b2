// One file under review: which answers are asked for, paid for and counted, also where the step is lost in the middle of it.
import { describe, expect, test } from "vitest";
import { type ReviewFileInput, reviewFile } from "../../../actors/operations/review-file.ts";
import type { StepContext } from "../../../actors/pipeline/plan.ts";
import { materialOf } from "../../../actors/review/material.ts";
import type { FileOutcome } from "../../../actors/review/merge.ts";
import { fileReport } from "../../cli/fixtures.ts";
import { besideCoordinator, fails, type Script, says } from "./scripted-coordinator.ts";
import { Lost, StepStage } from "./step-stage.ts";

const good = { summary: "Counts.", score: 7, findings: [] };
const price = { inputPerMillion: 1, outputPerMillion: 10 };
const input: ReviewFileInput = { path: "a.py", provider: "work", price };
const step = "review:a.py";

function staged(options: ConstructorParameters<typeof StepStage>[0] = {}): StepStage {
  const stage = new StepStage(options);
  const materials = [materialOf(fileReport({ path: "a.py" }), "x = 1", "all")];
  stage.outputs.set("review.prepare", { materials, tokens: 1, costMaxUsd: 0, leftOut: [] });
  return stage;
}

async function outcomeOf(context: StepContext): Promise<FileOutcome> {
  return (await reviewFile(input, context)).output as FileOutcome;
}

/** The outcome of one attempt, and what the coordinator was asked. */
async function reviewed(script: Script, stage = staged(), attempt = 1) {
  let outcome: FileOutcome | undefined;
  const orders = await besideCoordinator(script, async () => {
    outcome = await outcomeOf(stage.context(step, attempt));
  });
  return { outcome, orders, stage };
}

describe("the review of a file", () => {
  test("asks once, counts what that cost, and makes a review of the answer", async () => {
    const { outcome, orders, stage } = await reviewed(() => says(good));
    expect(orders).toMatchObject([{ provider: "work", paid_attempts: 2, run: "run", user: "me@here" }]);
    // What nobody bounds may be asked of those whose price is not known.
    expect(orders[0]).not.toHaveProperty("cost_max_usd");
    expect(outcome).toMatchObject({
      ok: true,
      requests: 1,
      inVain: 0,
      repaired: false,
      model: "model-1-2026",
    });
    const counted = { provider: "work", model: "model-1-2026", inputTokens: 100, outputTokens: 20 };
    expect(stage.used).toEqual([{ ...counted, costUsd: (100 + 200) / 1e6 }]);
    expect([...stage.effects.keys()]).toEqual([`${step}/first answer`]);
  });

  test("asks once more where the answer is no review, and counts both", async () => {
    const { outcome, orders, stage } = await reviewed((_, index) => says(index === 0 ? "Well." : good));
    expect(orders.map(({ paid_attempts }) => paid_attempts)).toEqual([2, 1]);
    expect(outcome).toMatchObject({ ok: true, requests: 2, repaired: true, usage: { input_tokens: 200 } });
    expect(stage.used).toHaveLength(2);
  });

  test("pays for no answer twice that an earlier attempt has written down", async () => {
    let losses = 1;
    const stage = staged({ loses: (effect) => effect.endsWith("second answer") && losses-- > 0 });
    const script: Script = (_, index) => says(index === 0 ? "Well." : good);
    const orders = await besideCoordinator(script, async () => {
      await expect(outcomeOf(stage.context(step, 1))).rejects.toThrow(Lost);
    });
    expect(orders).toHaveLength(2);
    const again = await reviewed(() => says(good), stage, 2);
    expect(again.orders).toEqual([]);
    expect(stage.performed.map((effect) => effect.split("/")[1])).toEqual([
      "first answer",
      "second answer",
      "second answer",
    ]);
    // Of the two answers that may be paid for, one was no review and the other is lost.
    expect(again.outcome).toMatchObject({ ok: false, requests: 2, inVain: 1, usage: { input_tokens: 100 } });
  });

  test("asks again for an answer that was lost, and never more often than what was said that it may cost", async () => {
    let losses = 2;
    const stage = staged({ loses: () => losses-- > 0 });
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      await besideCoordinator(
        () => says(good),
        async () => {
          await expect(outcomeOf(stage.context(step, attempt))).rejects.toThrow(Lost);
        },
      );
    }
    const { outcome, orders } = await reviewed(() => says(good), stage, 2);
    expect(orders).toEqual([]);
    expect(outcome).toMatchObject({ ok: false, requests: 2, inVain: 2 });
    expect(outcome).toMatchObject({ reason: expect.stringContaining("no further one is made") });
  });

  test("counts what may have been paid in vain, and knows no price for it", async () => {
    const { outcome, stage } = await reviewed(() => fails("protocol", { requests: 3, inVain: 2 }));
    expect(outcome).toMatchObject({ ok: false, requests: 3, inVain: 2, reason: "It said protocol." });
    expect(stage.used).toMatchObject([{ costUsd: null, inputTokens: null }]);
  });

  test("asks nobody for another file once a person has to act first", async () => {
    const { orders, stage } = await reviewed(() => fails("auth"));
    expect(orders).toHaveLength(1);
    const second = new StepStage();
    for (const [key, value] of stage.notes) second.notes.set(key, value);
    second.outputs.set("review.prepare", stage.outputs.get("review.prepare"));
    const other = await reviewed(() => says(good), second);
    expect(other.orders).toEqual([]);
    expect(other.outcome).toMatchObject({ ok: false, reason: "It said auth." });
  });

  test("waits for a rate that renews itself, and counts what was asked until then and not what was not", async () => {
    for (const [attempt, tries] of [
      [1, { requests: 0, inVain: 0 }],
      // However often it has waited before.
      [3, { requests: 1, inVain: 1 }],
    ] as const) {
      const stage = staged();
      const waits = fails("limited", tries, { retryAfterMs: 1_000 });
      await besideCoordinator(
        () => waits,
        async () => {
          await expect(outcomeOf(stage.context(step, attempt))).rejects.toMatchObject({ waitsFor: "limit" });
        },
      );
      expect(stage.used).toHaveLength(tries.inVain);
      const { outcome } = await reviewed(() => says(good), stage, attempt + 1);
      expect(outcome).toMatchObject({ ok: true, requests: tries.requests + 1, inVain: tries.inVain });
    }
  });

  test("takes no part of an answer for one", async () => {
    const failure = { code: "connection", message: "It broke.", retryable: true } as const;
    const part = { ...says("{", { finish: "partial" }), failure } as ReturnType<typeof says>;
    const { outcome, orders, stage } = await reviewed(() => part);
    expect(orders).toHaveLength(1);
    expect(outcome).toMatchObject({ ok: false, reason: "It broke.", requests: 1 });
    expect(stage.used).toHaveLength(1);
  });

  test("asks again where the coordinator was lost, and says so in the end", async () => {
    const { outcome, orders } = await reviewed(() => "lost");
    expect(outcome).toMatchObject({ ok: false, requests: 1, inVain: 1 });
    expect(orders).toHaveLength(1);
  });

  test("is an outcome, and no end of the run, when it fails for the last time", async () => {
    const stage = staged();
    const broken = { ...stage.context(step, 1), effect: () => Promise.reject(new Error("It broke.")) };
    await expect(reviewFile(input, broken)).rejects.toThrow("It broke.");
    const last = await reviewFile(input, { ...broken, attempt: 3 });
    expect(last.output).toMatchObject({ ok: false, path: "a.py", reason: "It broke.", requests: 0 });
  });
});
