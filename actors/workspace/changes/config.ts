// What a person can configure about changes to files: how long they can be taken back.
import { z } from "zod";
import type { KeepLimits } from "./retention.ts";

export const changesConfiguration = z.strictObject({
  // As long as the runs that made them.
  keep_days: z
    .int()
    .min(0)
    .max(36_500)
    .default(30)
    .describe("Days for which what a run changed can be taken back; 0 keeps nothing"),
  // Sources are small: months of changes in a large project.
  max_mb: z
    .int()
    .min(0)
    .max(1_048_576)
    .default(512)
    .describe(
      "Megabytes of what was changed in one project that are kept, above which the oldest runs are taken out",
    ),
});

export type ChangesConfiguration = z.infer<typeof changesConfiguration>;

/** Environment variables and the keys, below this part, that they set: none yet. */
export const changesVariables = {} as const;

const bytesPerMb = 1024 * 1024;

export function keepLimits({ keep_days: days, max_mb }: ChangesConfiguration): KeepLimits {
  return { days, bytesMax: max_mb * bytesPerMb };
}
