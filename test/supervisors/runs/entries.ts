// Runs for tests of those who read them: entries with their numbers, and a place that gives them page by page.
import type { RunPage } from "../../../actors/runs/run-desk-protocol.ts";
import type { RunEntry, RunFact } from "../../../actors/runs/run-entry.ts";
import { RunState } from "../../../actors/runs/run-state.ts";

export const accepted: RunFact = {
  type: "accepted",
  steps: 1,
  spec: {
    id: "abcdefgh22223333",
    kind: "test",
    title: "A test",
    plan: { value: { steps: [], result: "" } },
    workspace: undefined,
    onUnknown: "ask",
    deadlineAt: undefined,
    costUsdMax: undefined,
    asks: true,
    by: "tester@here",
    createdAt: 1_000,
    request: null,
    forkedFrom: undefined,
  },
};

export const owned: RunFact = { type: "owned", epoch: 1, reason: "start" };

export function entries(...facts: readonly RunFact[]): RunEntry[] {
  return facts.map((fact, index) => ({ ...fact, n: index + 1, at: 1_000 + index, node: "alpha" }));
}

/** What a desk gives of these entries, at most `entriesMax` at a time. */
export function pageOf(all: readonly RunEntry[], from: number, entriesMax = 2): RunPage {
  const state = new RunState();
  for (const entry of all) state.apply(entry);
  const summary = state.summary(100);
  if (summary === undefined) throw new Error("A run begins with what was asked for.");
  const page = all.slice(from - 1, from - 1 + entriesMax);
  return { entries: page, next: from + page.length, summary };
}
