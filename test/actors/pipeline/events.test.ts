import { describe, expect, test } from "vitest";
import type { Operations, Plan } from "../../../actors/pipeline/plan.ts";
import type { PipelineRunner } from "../../../actors/pipeline/run-desk.ts";
import { call, named, type Pid, self, simulatedWorld, sleep, startNode } from "../../../runtime/index.ts";
import { pipelineTree } from "../../../supervisors/trees/pipeline.ts";

const runner = named<PipelineRunner>("pipeline.runner");
const configuration = { max_parallel_steps: 2, max_restarts: 1, restart_window_ms: 60_000 };
const plan: Plan = { steps: [{ id: "a", operation: "work", input: null }], result: "a" };

async function toldOf(operations: Operations, endAfterMs?: number): Promise<string[]> {
  const world = simulatedWorld();
  const node = startNode({ world });
  const told: string[] = [];
  node.subscribe(({ name, data }) => {
    if (name.startsWith("pipeline.")) told.push(`${name} ${"step" in data ? data.step : ""}`.trim());
  });
  await world.until(node.spawn(pipelineTree(operations, configuration, world.clock)));
  const reader = await world.until(
    node.spawn(async () => {
      await call(runner, "run", { id: "r", plan, reader: self() as Pid }, { timeoutMs: 10_000 });
    }),
  );
  if (endAfterMs !== undefined) {
    await world.advance(endAfterMs);
    node.exit(reader, "kill");
  }
  await world.advance(20_000);
  return told;
}

describe("A run", () => {
  test("tells of itself and its steps", async () => {
    expect(await toldOf({ work: async () => ({ output: 1 }) })).toEqual([
      "pipeline.run_began",
      "pipeline.step_began a",
      "pipeline.step_finished a",
      "pipeline.run_finished",
    ]);
  });

  test("tells of every try of a step, and that it was given up", async () => {
    const work = async (): Promise<never> => {
      throw new Error("no");
    };
    expect(await toldOf({ work })).toEqual([
      "pipeline.run_began",
      "pipeline.step_began a",
      "pipeline.step_failed a",
      "pipeline.step_began a",
      "pipeline.step_failed a",
      "pipeline.run_failed a",
    ]);
  });

  test("tells that nobody wants its result any more", async () => {
    const work = async () => {
      await sleep(5_000);
      return { output: 1 };
    };
    expect(await toldOf({ work }, 100)).toEqual([
      "pipeline.run_began",
      "pipeline.step_began a",
      "pipeline.run_cancelled",
    ]);
  });
});
