// What transformers and utilities of a pipeline make: their shapes, as published in `docs/schema/`.
import { z } from "zod";
import { analysisTypes, severities } from "../analysis/words.ts";

const anyResult = z
  .record(z.string(), z.unknown())
  .describe("A result of any operation: its `schema` says of which");

export const codeDocument = z.object({
  schema: z.literal("aiex.code/1"),
  parts: z.array(
    z.object({
      path: z.string().nullable().describe("Where it stands or belongs; null where nobody said"),
      language: z.string().nullable().describe("Such as typescript, or diff; null where nobody said"),
      code: z.string(),
    }),
  ),
});

export const insightKinds = ["summary", "finding", "claim", "recommendation", "remark"] as const;

const insight = z.object({
  kind: z
    .enum(insightKinds)
    .describe("A claim is a model's about code, and a remark what it says of its own change"),
  text: z.string(),
  path: z.string().nullable(),
  line: z.int().min(1).nullable().describe("1-based"),
  severity: z.enum(severities).nullable().describe("Of findings"),
  category: z.enum(analysisTypes).nullable().describe("Of findings"),
});

export const insightsDocument = z.object({
  schema: z.literal("aiex.insights/1"),
  insights: z.array(insight),
  left_out: z.int().min(0).describe("Insights that are not among them: too many, or not asked for"),
});

export const pageDocument = z.object({
  schema: z.literal("aiex.page/1"),
  title: z.string(),
  markdown: z
    .string()
    .describe("The page with its title; images, HTML and links to other places are escaped in it"),
});

export const combinedDocument = z.object({
  schema: z.literal("aiex.combined/1"),
  results: z.array(
    z.object({
      step: z.int().min(1).nullable().describe("The step that made it, from 1"),
      operation: z.string().nullable(),
      name: z
        .string()
        .nullable()
        .describe("The part that it is about, such as a path; null where it is no part"),
      result: anyResult,
    }),
  ),
  failed: z
    .array(z.object({ name: z.string(), reason: z.string().nullable() }))
    .describe("Parts that have no result"),
});

const partsDocument = z.object({
  schema: z.literal("aiex.parts/1"),
  parts: z.array(
    z.object({
      name: z.string().describe("A path, or a path with the name of a function"),
      status: z.enum(["done", "failed"]),
      reason: z.string().nullable().describe("Why it failed, or was done without a result; else null"),
      result: anyResult.nullable(),
    }),
  ),
});

export const loadedDocument = z.object({
  schema: z.literal("aiex.loaded/1"),
  path: z.string(),
  kind: z.enum(["file", "directory"]),
  files: z.int().min(0),
});

export const savedDocument = z.object({
  schema: z.literal("aiex.saved/1"),
  path: z.string(),
  bytes: z.int().min(0),
  run: z.string().nullable().describe("The run whose change `aiex undo` takes back"),
});

export type CodeDocument = z.infer<typeof codeDocument>;
export type CodePart = CodeDocument["parts"][number];
export type Insight = z.infer<typeof insight>;
export type InsightsDocument = z.infer<typeof insightsDocument>;
export type PageDocument = z.infer<typeof pageDocument>;
export type CombinedDocument = z.infer<typeof combinedDocument>;
export type PartsDocument = z.infer<typeof partsDocument>;
export type LoadedDocument = z.infer<typeof loadedDocument>;
export type SavedDocument = z.infer<typeof savedDocument>;

/** By the name of the file that each is published as. */
export const pipelineDocuments = {
  code: codeDocument,
  insights: insightsDocument,
  page: pageDocument,
  combined: combinedDocument,
  parts: partsDocument,
  loaded: loadedDocument,
  saved: savedDocument,
} as const;

/** Their JSON Schemas (2020-12), as published in `docs/schema/`. */
export function pipelineResultSchemas(): readonly (readonly [string, unknown])[] {
  return Object.entries(pipelineDocuments).map(([name, shape]) => [name, z.toJSONSchema(shape)]);
}
