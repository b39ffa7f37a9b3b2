// The power goes at every write of a run: what was not on a disk is gone, and nothing of it was acknowledged.
import { describe, expect, test } from "vitest";
import type { Operations, Plan } from "../../../actors/pipeline/plan.ts";
import { unpackBatch } from "../../../actors/runs/entry-codec.ts";
import type { RunFact } from "../../../actors/runs/run-entry.ts";
import { RunState } from "../../../actors/runs/run-state.ts";
import { clusterRunStore } from "../../../actors/runs/stores/cluster.ts";
import { simulatedWorld, startNode } from "../../../runtime/index.ts";
import { imperfectStore } from "../../../runtime/testing/index.ts";
import { stageOf, step } from "./run-stage.ts";

const operations: Operations = {
  fan: async (count: number) => ({
    output: "x".repeat(40_000),
    steps: Array.from({ length: count }, (_, index) => step(`n${index}`, "number", index)),
  }),
  number: async (value: number, context) => {
    await context.write(`number ${value}\n`);
    await context.note("noted", value);
    return { output: value };
  },
  sum: async (_, context) => {
    const numbers = [...context.outputs().values()].filter((value) => typeof value === "number");
    return { output: numbers.reduce((total, value) => total + value, 0) };
  },
};

const plan: Plan = { steps: [step("fan", "fan", 4), step("sum", "sum", null, "rest")], result: "sum" };

/** More than the run has writes. */
const cuts = Array.from({ length: 24 }, (_, index) => index + 1);

describe("A power cut (fault row 29)", () => {
  test.each(cuts)(
    "at write %i of a run takes nothing that was acknowledged, and the run goes on",
    async (at) => {
      const world = simulatedWorld({ seed: at });
      const power = imperfectStore(world);
      power.faults({ latencyMs: [0, 4], commitMs: [1, 9] });
      const node = startNode({ world, name: "alpha" });
      await world.until(
        (async () => {
          const store = clusterRunStore(power.of("alpha"));
          const stage = stageOf({ world, node, store, operations });
          await stage.begin(plan);
          const acknowledged: RunFact[] = [];
          const first = await stage.start();
          const ended = stage.ended(first);
          let writes = 0;
          let batch: readonly RunFact[] = [];
          stage.onAppend = async ({ kind, payload }) => {
            writes += 1;
            batch = kind === "event" ? (unpackBatch(payload)?.facts ?? []) : [];
            if (writes !== at) return undefined;
            // In the middle of the write, with whatever program was waiting for it.
            power.powerCut(50);
            stage.node.exit(first, "kill");
            return undefined;
          };
          stage.onAppended = () => acknowledged.push(...batch);
          await ended;
          await stage.pass(5_000);
          stage.onAppend = undefined;
          stage.onAppended = undefined;
          const second = await stage.start("node_down");
          expect(await stage.ended(second)).toBe("normal");
          const entries = await stage.entries();
          const state = new RunState();
          for (const entry of entries) expect(state.apply(entry)).toBe(true);
          expect(state).toMatchObject({ phase: "done", output: { value: 6 } });
          const kept = entries.map(({ n, at: when, node: by, ...fact }) => fact);
          for (const fact of acknowledged) expect(kept).toContainEqual(fact);
        })(),
      );
    },
  );
});
