// What a person can configure about running pipelines.
import { z } from "zod";

export const pipelineConfiguration = z.strictObject({
  // Two for each of eight parsers: one that is parsed, and one that is read meanwhile.
  max_parallel_steps: z
    .int()
    .min(1)
    .max(256)
    .default(16)
    .describe("Steps of one run that work at the same time"),
  // Enough for some nodes to be busy, and few enough for one model on one's own machine to keep up with.
  max_parallel_parts: z
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe(
      "Files or functions that one step of a pipeline is done for at the same time, each as a run of its own",
    ),
  // A step that brought its process down this often will do so again.
  max_restarts: z
    .int()
    .min(0)
    .max(1_000)
    .default(5)
    .describe("Restarts of one step within restart_window_ms before its run fails"),
  restart_window_ms: z
    .int()
    .min(100)
    .max(3_600_000)
    .default(30_000)
    .describe("Milliseconds over which restarts are counted"),
});

export type PipelineConfiguration = z.infer<typeof pipelineConfiguration>;

/** Environment variables and the keys, below this part, that they set: none yet. */
export const pipelineVariables = {} as const;
