// The pipeline's tree: runs under a supervisor of their own, and the runner that has them started.

import type { PipelineConfiguration } from "../../actors/pipeline/config.ts";
import type { Operations } from "../../actors/pipeline/plan.ts";
import { pipelineRunner } from "../../actors/pipeline/runner.ts";
import { child, dynamicSupervisor, named, type SupervisorLogic, supervisor } from "../../runtime/index.ts";
import type { Clock } from "../../runtime/world.ts";

/** The names that the pipeline's processes hold. */
export const pipelineNames = { runs: "pipeline.runs", runner: "pipeline.runner" } as const;

/** The runner asks the supervisor of runs for every run, so it starts after it and again with it: rest_for_one. */
export function pipelineTree(
  operations: Operations,
  configuration: PipelineConfiguration,
  clock: Clock,
): SupervisorLogic {
  const limits = {
    parallelMax: configuration.max_parallel_steps,
    retriesMax: configuration.max_restarts,
    windowMs: configuration.restart_window_ms,
  };
  const runner = pipelineRunner({ supervisor: named(pipelineNames.runs), operations, limits, clock });
  return supervisor("pipeline", {
    strategy: "rest_for_one",
    children: [
      child(dynamicSupervisor(pipelineNames.runs), { name: pipelineNames.runs }),
      child(runner, { name: pipelineNames.runner }),
    ],
  });
}
