import { describe, expect, test } from "vitest";
import { type RunCare, summaryIn } from "../../../actors/runs/desk-home.ts";
import type { RunPhase } from "../../../actors/runs/run-summary.ts";
import { summaryOf } from "./stores/run-store-conformance.ts";

const id = "abcdefgh234567ij";

function homeOf(care: RunCare, isWithoutNode = false) {
  return { care: async () => care, isWithoutNode: () => isWithoutNode };
}

describe("How a run stands", () => {
  test.each<[RunPhase, RunCare, boolean, RunPhase]>([
    ["running", "kept", false, "running"],
    ["running", "kept", true, "waiting"],
    ["waiting", "due", true, "waiting"],
    ["running", "left", true, "interrupted"],
    ["queued", "due", true, "queued"],
    ["interrupted", "kept", true, "queued"],
    ["interrupted", "left", true, "interrupted"],
    ["done", "left", true, "done"],
    ["failed", "due", true, "failed"],
    ["cancelled", "kept", true, "cancelled"],
  ])("as %s, %s, without a node: %s, is shown as %s", async (phase, care, isWithoutNode, shown) => {
    const summary = await summaryIn(homeOf(care, isWithoutNode), summaryOf(id, { phase, node: "beta" }));
    expect(summary.phase).toBe(shown);
    expect(summary.waiting?.for).toBe(shown === "waiting" ? "node" : undefined);
    if (shown === "waiting") expect(summary.waiting?.why).toMatch(/"beta"/);
  });
});
