// Any result of an operation for people, as text and as Markdown, by the schema that it names. What nobody knows is shown as data.
import { escapeJson } from "../../runtime/observe/sanitize.ts";
import type { AnalysisReport } from "../analysis/report.ts";
import type { Documentation } from "../operations/document.ts";
import type { CommentsWritten } from "../operations/document-comments.ts";
import type { Explanation } from "../operations/explain.ts";
import type { Generation } from "../operations/generate.ts";
import type { Refactoring } from "../operations/refactor.ts";
import type { TestGeneration } from "../operations/test-generate.ts";
import { renderDocumentationMarkdown, renderDocumentationText } from "./documentation.ts";
import { renderEditsMarkdown, renderEditsText } from "./edits.ts";
import { renderExplanationMarkdown, renderExplanationText } from "./explanation.ts";
import { fencedBlock } from "./fenced-block.ts";
import { renderTestsMarkdown, renderTestsText } from "./generated-tests.ts";
import { renderGenerationMarkdown, renderGenerationText } from "./generation.ts";
import { plainText } from "./printable.ts";
import { renderReportMarkdown } from "./report-markdown.ts";
import { renderReportText } from "./report-text.ts";
import { reportFile, type Terminal } from "./terminal.ts";

/** A result as its JSON Schema has it: its first key is `schema`, such as "aiex.explanation/1". */
type Result = Readonly<Record<string, unknown>>;

/** A page that ends with a line feed. It comes from a run, so it has the form that its schema says. */
export function markdownOf(result: Result): string {
  return rendererOf(result)?.markdown(result) ?? `${fencedBlock(dataOf(result), "json")}\n`;
}

/** As `markdownOf`, for a terminal or, where none is given, for a file. */
export function textOf(result: Result, terminal: Terminal = reportFile): string {
  return rendererOf(result)?.text(result, terminal) ?? `${plainText(dataOf(result), terminal)}\n`;
}

interface Renderer {
  readonly text: (result: Result, terminal: Terminal) => string;
  readonly markdown: (result: Result) => string;
}

const renderers: ReadonlyMap<unknown, Renderer> = new Map([
  renderer<AnalysisReport>("aiex.analysis/1", renderReportText, renderReportMarkdown),
  renderer<Explanation>("aiex.explanation/1", renderExplanationText, renderExplanationMarkdown),
  renderer<Refactoring>("aiex.refactoring/1", renderEditsText, renderEditsMarkdown),
  renderer<CommentsWritten>("aiex.comments/1", renderEditsText, renderEditsMarkdown),
  renderer<Generation>("aiex.generation/1", renderGenerationText, renderGenerationMarkdown),
  renderer<TestGeneration>("aiex.test_generation/1", renderTestsText, renderTestsMarkdown),
  renderer<Documentation>("aiex.documentation/1", renderDocumentationText, renderDocumentationMarkdown),
]);

function renderer<Shown extends { readonly schema: string }>(
  schema: Shown["schema"],
  text: (shown: Shown, terminal: Terminal) => string,
  markdown: (shown: Shown) => string,
): readonly [string, Renderer] {
  return [
    schema,
    {
      text: (result, terminal) => text(result as Shown, terminal),
      markdown: (result) => markdown(result as Shown),
    },
  ];
}

function rendererOf({ schema }: Result): Renderer | undefined {
  return renderers.get(schema);
}

function dataOf(result: Result): string {
  return escapeJson(JSON.stringify(result, null, 2));
}
