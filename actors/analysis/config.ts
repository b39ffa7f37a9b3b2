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
  // What a person reads of a review; the files with the most findings come first.
  review_max_files: z
    .int()
    .min(1)
    .max(10_000)
    .default(20)
    .describe("Files that a model reviews in one analysis"),
  // Ten files of the largest size that is sent, or some fifty of the usual one.
  review_max_tokens: z
    .int()
    .min(1_000)
    .max(1_000_000_000)
    .default(200_000)
    .describe("Tokens that are sent to a model for one analysis, as estimated"),
  // Some 2,000 lines: what models see of longer texts is patchy.
  review_max_file_tokens: z
    .int()
    .min(1_000)
    .max(10_000_000)
    .default(20_000)
    .describe("Tokens of one file that is sent to a model, as estimated"),
  // Twenty files at the price of a large model, if every answer were as long as it may be and had to be repaired.
  review_max_cost_usd: z
    .number()
    .min(0)
    .max(100_000)
    .default(5)
    .describe("US dollars that the review of one analysis may cost at most, where the price is known"),
});

export type AnalysisConfiguration = z.infer<typeof analysisConfiguration>;

/** Environment variables and the keys, below this part, that they set: none yet. */
export const analysisVariables = {} as const;
