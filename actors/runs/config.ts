// What a person can configure about runs.
import { z } from "zod";

export const runsConfiguration = z.strictObject({
  // Long enough to look up last week's, and to go on with what was interrupted before a holiday.
  keep_days: z
    .int()
    .min(0)
    .max(36_500)
    .default(30)
    .describe("Days for which a run is kept once it is over, or was interrupted; 0 keeps none"),
  // A list that a person still finds something in.
  keep_max: z.int().min(0).max(100_000).default(1_000).describe("Runs that are over and are kept at most"),
  keep_mb: z
    .int()
    .min(0)
    .max(1_048_576)
    .default(2_048)
    .describe("Megabytes of what is written of runs, above which those that ended first are taken out"),
});

export type RunsConfiguration = z.infer<typeof runsConfiguration>;

/** Environment variables and the keys, below this part, that they set: none yet. */
export const runsVariables = {} as const;
