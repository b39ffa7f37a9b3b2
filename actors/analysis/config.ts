// What a person can configure about the static analysis.
import { z } from "zod";

export const analysisConfiguration = z.strictObject({
  // A megabyte of honest source parses in well under a second; what takes longer than this has hung.
  parser_timeout_ms: z
    .int()
    .min(100)
    .max(600_000)
    .default(10_000)
    .describe("Milliseconds that the parser may take for one file before it is stopped"),
  max_parsers: z
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe("Parser processes that work at the same time; one for each core, up to 8, where it is not set"),
  // What 50,000 files of the usual size come to.
  cache_max_mb: z
    .int()
    .min(0)
    .max(65_536)
    .default(256)
    .describe("Megabytes of parsers' answers kept on disk for unchanged files; 0 keeps none"),
});

export type AnalysisConfiguration = z.infer<typeof analysisConfiguration>;

/** Environment variables and the keys, below this part, that they set: none yet. */
export const analysisVariables = {} as const;
