// What transformers are given in tests, and that what they make has the form that is published.
import { expect } from "vitest";
import { AnalysisReport } from "../../../../actors/analysis/report.ts";
import { pipelineDocuments } from "../../../../actors/pipeline/documents.ts";
import type { ResultDocument, StepRecord } from "../../../../actors/pipeline/record.ts";
import { transformerOf } from "../../../../actors/pipeline/transformers/table.ts";
import type { Given, Transformed } from "../../../../actors/pipeline/transformers/transformer.ts";
import { record } from "../records.ts";

export interface Asked {
  readonly parameters?: Given["parameters"];
  /** Before the latest. */
  readonly records?: readonly StepRecord[];
  readonly latest?: Partial<StepRecord>;
  readonly flow?: Partial<Given["flow"]>;
}

export function transformed(word: string, result: ResultDocument | null, asked: Asked = {}): Transformed {
  const transform = transformerOf(word);
  if (transform === undefined) throw new Error(`${word} is no transformer.`);
  const { parameters = {}, records = [], latest: of = {} } = asked;
  const latest = record({ step: records.length + 1, ...of, result });
  return transform({
    ...{ latest, records: [...records, latest], parameters, flow: { ...latest.flow, ...asked.flow } },
  });
}

/** Fails where it was refused, or where what it made has not its form. */
export function resultOf(word: string, result: ResultDocument, asked: Asked = {}): ResultDocument {
  const made = transformed(word, result, asked);
  if (!made.ok) throw new Error(made.message);
  expectPublished(made.result);
  return made.result;
}

export function expectPublished(document: ResultDocument): void {
  const shapes = [AnalysisReport, ...Object.values(pipelineDocuments)];
  const problems = shapes.map((shape) => shape.safeParse(document).error?.message);
  if (shapes.some((shape) => shape.shape.schema.value === document.schema))
    expect(problems).toContain(undefined);
}

/** What nobody should give to a transformer, and what they are given nevertheless: by nodes of other versions, say. */
export const odd: readonly (readonly [name: string, result: ResultDocument])[] = [
  ["nothing", {}],
  ["a schema that is none", { schema: 3 }],
  ["a later version", { schema: "aiex.analysis/2", files: [] }],
  ["an analysis without anything", { schema: "aiex.analysis/1" }],
  ["an analysis of other types", { schema: "aiex.analysis/1", files: 3, totals: "x", recommendations: {} }],
  [
    "an explanation of other types",
    { schema: "aiex.explanation/1", summary: 3, claims: [null, 1, { text: [] }] },
  ],
  [
    "a refactoring of other types",
    { schema: "aiex.refactoring/1", files: [null, { path: 3, diff: {} }], remarks: [] },
  ],
  ["tests of other types", { schema: "aiex.test_generation/1", code: 3, coverage: 1, verification: "x" }],
  ["a file of other types", { schema: "aiex.generation/1", code: ["x"], language: null }],
  ["documentation of other types", { schema: "aiex.documentation/1", markdown: 3, sections: "a" }],
  ["code of other types", { schema: "aiex.code/1", parts: [null, { code: 3 }] }],
  [
    "points of other types",
    { schema: "aiex.insights/1", insights: [null, { kind: "x" }, { kind: "claim", text: 3 }] },
  ],
  ["a page of other types", { schema: "aiex.page/1", markdown: null }],
  ["parts of other types", { schema: "aiex.parts/1", parts: { a: 1 } }],
  ["parts of odd things", { schema: "aiex.parts/1", parts: [null, 3, [], { name: 3, result: "x" }] }],
  ["what holds nothing", { schema: "aiex.combined/1", results: [] }],
  [
    "a pipeline of odd things",
    { schema: "aiex.pipeline/1", steps: [3, { step: "x", result: { schema: [] } }] },
  ],
  ["what was loaded", { schema: "aiex.loaded/1", path: "src", kind: "directory", files: 3 }],
  ["what was saved", { schema: "aiex.saved/1", path: "a.md", bytes: 10, run: null }],
];
