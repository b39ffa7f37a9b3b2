// What a model says of the code, beside what the static engine says: the shapes of its part of a report.
import * as z from "zod";
import { analysisTypes, severities } from "./words.ts";

const ModelFinding = z.strictObject({
  category: z.enum(analysisTypes),
  severity: z.enum(severities),
  line: z.int().min(1).describe("1-based"),
  endLine: z.int().min(1),
  quote: z.string().describe("Text of the line, secrets masked, that shows what is meant"),
  message: z.string(),
  remedy: z.string(),
});

export const FileReview = z.strictObject({
  score: z.number().min(0).max(10),
  summary: z.string(),
  findings: z.array(ModelFinding),
  confirmed: z
    .array(z.strictObject({ rule: z.string(), line: z.int().min(1) }))
    .describe("Findings of the static engine that the model made too"),
  merged: z.int().min(0).describe("Findings of the model that the static engine had made already"),
  dropped: z
    .int()
    .min(0)
    .describe("Findings of the model that quoted what is not on their line, or said the same again"),
  masked: z.int().min(0).describe("Secrets that were masked in what the model was shown"),
});

const Unreviewed = z.strictObject({ path: z.string(), reason: z.string() });

export const ModelPart = z.strictObject({
  provider: z.string().describe("The entry of llm.providers that was asked"),
  kind: z.string(),
  model: z.string().nullable().describe("Null where it was left to the provider and none answered"),
  status: z
    .enum(["complete", "partial", "missing"])
    .describe("Whether every file that could be reviewed was, some were, or none"),
  reason: z.string().nullable().describe("Why the status is not `complete`"),
  files: z.strictObject({
    reviewed: z.int().min(0),
    missing: z.int().min(0),
    left_out: z.int().min(0),
  }),
  missing: z.array(Unreviewed).describe("Files that the model was asked about in vain"),
  left_out: z.array(Unreviewed).describe("Files that were not sent"),
  dropped: z.int().min(0),
  merged: z.int().min(0),
  repaired: z
    .int()
    .min(0)
    .describe("Files whose first answer was not in the form asked for and whose second was"),
  masked: z.int().min(0),
  requests: z
    .int()
    .min(0)
    .describe("Answers that were asked for; what the connection repeats is not counted"),
  input_tokens: z.int().min(0),
  output_tokens: z.int().min(0),
  cost_usd: z.number().min(0).nullable().describe("Null where a price or a count of tokens is not known"),
});

export type ModelFinding = z.infer<typeof ModelFinding>;
export type FileReview = z.infer<typeof FileReview>;
export type ModelPart = z.infer<typeof ModelPart>;
