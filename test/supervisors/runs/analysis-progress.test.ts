import { describe, expect, test } from "vitest";
import type { RunFact } from "../../../actors/runs/run-entry.ts";
import { AnalysisCount } from "../../../supervisors/runs/analysis-progress.ts";
import { accepted, entries, owned } from "./entries.ts";

const finished = (step: string, added = 0): RunFact => ({
  type: "step_finished",
  step,
  output: { value: null },
  added,
});

function counted(...facts: readonly RunFact[]) {
  const count = new AnalysisCount();
  return entries(accepted, owned, ...facts).flatMap((entry) => count.take(entry) ?? []);
}

describe("the progress of an analysis", () => {
  test("counts files once it is known how many there are", () => {
    expect(
      counted(finished("list", 2), finished("file:a.ts"), finished("file:b.ts"), finished("combine")),
    ).toEqual([
      { done: 0, total: 2, path: "" },
      { done: 1, total: 2, path: "a.ts" },
      { done: 2, total: 2, path: "b.ts" },
    ]);
  });

  test("of a text counts it alone", () => {
    expect(counted(finished("file:stdin"), finished("combine"))).toEqual([
      { done: 1, total: 1, path: "stdin" },
    ]);
  });

  test("counts anew what is reviewed", () => {
    const review = [finished("review.prepare", 1), finished("review.disclose", 3), finished("review:a.ts")];
    expect(
      counted(finished("list", 1), finished("file:a.ts"), ...review, finished("review:b.ts")).slice(2),
    ).toEqual([
      { done: 1, total: 2, path: "a.ts" },
      { done: 2, total: 2, path: "b.ts" },
    ]);
  });

  test("says nothing of steps that begin, fail or wait", () => {
    const facts: RunFact[] = [
      { type: "step_started", step: "file:a.ts", operation: "analyze.file", attempt: 1 },
      { type: "step_failed", step: "file:a.ts", attempt: 1, reason: "killed" },
      { type: "waiting", for: "limit", why: "It is busy." },
    ];
    expect(counted(...facts)).toEqual([]);
  });
});
