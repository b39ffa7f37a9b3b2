// What an analysis says: the shapes of findings, of one file's report and of the whole, and the published JSON schema.
import * as z from "zod";
import { FileReview, ModelPart } from "./model-review.ts";
import { analysisTypes, severities } from "./words.ts";

export { analysisTypes, severities };

const Finding = z.strictObject({
  rule: z.string().describe("Stable id of the rule, such as `python/eval`"),
  category: z.enum(analysisTypes),
  severity: z.enum(severities),
  line: z.int().min(1).describe("1-based"),
  column: z.int().min(1).describe("1-based, in UTF-16 code units"),
  endLine: z.int().min(1),
  message: z.string(),
  remedy: z.string(),
});

const FunctionMetrics = z.strictObject({
  name: z.string(),
  line: z.int().min(1),
  lines: z.int().min(1),
  parameters: z.int().min(0),
  cyclomatic: z.int().min(1),
  cognitive: z.int().min(0),
  nesting: z.int().min(0),
});

const FileMetrics = z.strictObject({
  lines: z.int().min(0),
  codeLines: z.int().min(0),
  commentLines: z.int().min(0),
  blankLines: z.int().min(0),
  functions: z.array(FunctionMetrics),
  cyclomatic: z.int().min(0).describe("Sum over the functions"),
  cognitive: z.int().min(0).describe("Sum over the functions"),
  nesting: z.int().min(0).describe("Deepest nesting of control flow"),
});

const FileReport = z.strictObject({
  path: z.string(),
  language: z.string().nullable(),
  status: z
    .enum(["analyzed", "cut_short", "unparsed", "skipped"])
    .describe(
      "cut_short and unparsed files were read as plain text, have no score and make the result partial; skipped files hold nothing to analyze",
    ),
  reason: z.string().nullable().describe("Why the status is not `analyzed`"),
  bytes: z.int().min(0),
  metrics: FileMetrics.nullable(),
  findings: z.array(Finding),
  quality: z.number().min(0).max(1).nullable(),
  quality_score: z.number().min(0).max(10).nullable(),
  model: FileReview.nullable().describe("What a model says of the file; null where none reviewed it"),
});

export const AnalysisReport = z.strictObject({
  schema: z.literal("aiex.analysis/1"),
  type: z.enum([...analysisTypes, "all"]),
  input: z.string(),
  engine: z.literal("static"),
  summary: z.string(),
  complete: z.boolean().describe("False where a file was cut short, unparsed or unreadable"),
  quality: z.number().min(0).max(1).nullable(),
  quality_score: z.number().min(0).max(10).nullable(),
  totals: z.strictObject({
    files: z.int().min(0),
    analyzed: z.int().min(0),
    cut_short: z.int().min(0),
    unparsed: z.int().min(0),
    skipped: z.int().min(0),
    lines: z.int().min(0),
    duplicated_lines: z
      .int()
      .min(0)
      .describe("Lines of code in blocks that stand in more than one place, whatever `type` asks for"),
    import_cycles: z
      .int()
      .min(0)
      .describe("Groups of files that import one another in a circle, whatever `type` asks for"),
    findings: z.strictObject({
      error: z.int().min(0),
      warning: z.int().min(0),
      info: z.int().min(0),
      hint: z.int().min(0),
    }),
  }),
  recommendations: z.array(z.string()),
  files: z.array(FileReport),
  model_score: z
    .number()
    .min(0)
    .max(10)
    .nullable()
    .describe("The model's opinion, the mean of its files weighted by lines of code; no gate looks at it"),
  model: ModelPart.nullable().describe("How the model's review went; null where none was asked for"),
  filtered: z
    .strictObject({
      severity: z.enum(severities).nullable().describe("Findings that are as severe as this, or more so"),
      category: z.enum(analysisTypes).nullable(),
      path: z.string().nullable().describe("Files whose path holds this"),
      language: z.string().nullable(),
      findings_left_out: z.int().min(0).describe("Of the files that are listed; those of a model among them"),
      files_left_out: z.int().min(0),
    })
    .optional()
    .describe(
      "What a pipeline was asked to keep; not there where it is the whole report. Scores are those of the files that are listed, by all of their findings; duplicated_lines, import_cycles and complete are those of the whole",
    ),
});

export type AnalysisType = (typeof analysisTypes)[number] | "all";
export type Severity = (typeof severities)[number];
export type Finding = z.infer<typeof Finding>;
export type FunctionMetrics = z.infer<typeof FunctionMetrics>;
export type FileMetrics = z.infer<typeof FileMetrics>;
export type FileReport = z.infer<typeof FileReport>;
export type AnalysisReport = z.infer<typeof AnalysisReport>;

/** The JSON Schema (2020-12) of the report, as published in `docs/schema/analysis.json`. */
export function analysisJsonSchema(): unknown {
  return z.toJSONSchema(AnalysisReport);
}
