// What the tests of pipelines share: steps that were done, and results of every kind as operations make them.
import type { ResultDocument, StepRecord } from "../../../actors/pipeline/record.ts";

export function record(made: Partial<StepRecord> = {}): StepRecord {
  return {
    ...{ step: 1, word: "analyze", status: "done", reason: null, code: null, result: null, rounds: 1 },
    ...{ parts: [], warnings: [], flow: { target: { kind: "path", path: "." }, texts: {}, found: [] } },
    ...made,
  };
}

export const analysed = record({ result: analysis() });

interface FindingMade {
  readonly severity?: string;
  readonly category?: string;
  readonly line?: number;
  readonly message?: string;
  readonly rule?: string;
}

export function finding({
  severity = "warning",
  category = "quality",
  line = 3,
  message = "This is long.",
  rule = "typescript/long",
}: FindingMade = {}): Readonly<Record<string, unknown>> {
  return { rule, category, severity, line, column: 1, endLine: line, message, remedy: "Divide it." };
}

interface FileMade {
  readonly path?: string;
  readonly language?: string;
  readonly quality?: number;
  readonly codeLines?: number;
  readonly findings?: readonly Readonly<Record<string, unknown>>[];
  readonly model?: Readonly<Record<string, unknown>> | null;
}

export function file({
  path = "src/a.ts",
  language = "typescript",
  quality = 0.75,
  codeLines = 100,
  findings = [finding()],
  model = null,
}: FileMade = {}): Readonly<Record<string, unknown>> {
  const lines = { lines: codeLines, codeLines, commentLines: 0, blankLines: 0 };
  return {
    ...{ path, language, status: "analyzed", reason: null, bytes: 1_000 },
    metrics: { ...lines, functions: [], cyclomatic: 1, cognitive: 0, nesting: 1 },
    ...{ findings, quality, quality_score: quality * 10, model },
  };
}

export function analysis(files: readonly Readonly<Record<string, unknown>>[] = [file()]): ResultDocument {
  const counts = { error: 0, warning: 0, info: 0, hint: 0 };
  for (const { findings } of files)
    for (const { severity } of findings as readonly { readonly severity: keyof typeof counts }[])
      counts[severity] += 1;
  const score = files.length === 0 ? null : Number(files[0]?.quality);
  return {
    ...{ schema: "aiex.analysis/1", type: "all", input: "src", engine: "static" },
    ...{ summary: `Read ${files.length} files.`, complete: true },
    ...{ quality: score, quality_score: score === null ? null : score * 10 },
    totals: {
      ...{ files: files.length, analyzed: files.length, cut_short: 0, unparsed: 0, skipped: 0, lines: 100 },
      ...{ duplicated_lines: 4, import_cycles: 1, findings: counts },
    },
    ...{ recommendations: ["Divide it."], files, model_score: null, model: null },
  };
}

const model = {
  ...{ provider: "scripted", kind: "openai", model: "gpt", prompt: "explain@1", rounds: 1, requests: 1 },
  ...{ masked: 0, input_tokens: 10, output_tokens: 10, cost_usd: 0 },
};

export function explanation(made: ResultDocument = {}): ResultDocument {
  return {
    ...{ schema: "aiex.explanation/1", file: "src/a.ts", language: "typescript", lines: 40 },
    ...{ level: "intermediate", focus: "comprehensive", summary: "It adds numbers." },
    claims: [{ title: "Adding", text: "Two numbers become one.", from_line: 3, to_line: 5 }],
    ...{ dropped: 0, complete: true, model, ...made },
  };
}

export function refactoring(made: ResultDocument = {}): ResultDocument {
  const diff = "--- a/src/a.ts\n+++ b/src/a.ts\n@@ -1,2 +1,3 @@\n one\n-two\n+2\n+3\n";
  return {
    ...{ schema: "aiex.refactoring/1", input: "src/a.ts", type: "all", mode: "preview" },
    remarks: "It reads better so.",
    files: [{ path: "src/a.ts", language: "typescript", diff, added: 2, removed: 1, applied: false }],
    ...{ left_out: [], run: null, verification: null, model, ...made },
  };
}

export function tests(made: ResultDocument = {}): ResultDocument {
  return {
    ...{ schema: "aiex.test_generation/1", file: "src/a.ts", language: "typescript", framework: "vitest" },
    ...{ place: "test/a.test.ts", coverage: null, path: null, code: 'it("adds", () => {});\n' },
    ...{ remarks: "They are few.", run: null, verification: null, model, ...made },
  };
}

export function generation(made: ResultDocument = {}): ResultDocument {
  return {
    ...{ schema: "aiex.generation/1", type: "module", language: "python", path: null, code: "a = 1\n" },
    ...{ remarks: "", run: null, verification: null, model, ...made },
  };
}

export function documentation(made: ResultDocument = {}): ResultDocument {
  return {
    ...{ schema: "aiex.documentation/1", file: "src/a.ts", language: "typescript", title: "Adding" },
    sections: ["add"],
    markdown: "# Adding\n\n## `add`\n\nAdds.\n\n```ts\nadd(1, 2);\n```\n",
    ...{ complete: true, model, ...made },
  };
}

export function parts(
  ...made: readonly (readonly [name: string, result: ResultDocument | null])[]
): ResultDocument {
  return {
    schema: "aiex.parts/1",
    parts: made.map(([name, result]) => ({
      ...{ name, status: result === null ? "failed" : "done" },
      ...{ reason: result === null ? "The model did not answer." : null, result },
    })),
  };
}
