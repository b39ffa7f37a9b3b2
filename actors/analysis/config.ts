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
  // Each parser is a process with some 100 MB of grammars; two keep the usual laptop busy without filling it.
  max_parsers: z.int().min(1).max(64).default(2).describe("Parser processes that work at the same time"),
});

export type AnalysisConfiguration = z.infer<typeof analysisConfiguration>;

/** Environment variables and the keys, below this part, that they set: none yet. */
export const analysisVariables = {} as const;
