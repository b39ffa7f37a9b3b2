// Any result of an operation or a pipeline for people, as text and as Markdown, by the schema that it names. What nobody knows is data.
import { escapeJson, sanitizeData, sanitizeLine } from "../../runtime/observe/sanitize.ts";
import type { AnalysisReport } from "../analysis/report.ts";
import type { Documentation } from "../operations/document.ts";
import type { CommentsWritten } from "../operations/document-comments.ts";
import type { Explanation } from "../operations/explain.ts";
import type { Generation } from "../operations/generate.ts";
import type { Refactoring } from "../operations/refactor.ts";
import type { TestGeneration } from "../operations/test-generate.ts";
import { type Contained, containedIn, heldBy } from "../pipeline/contained.ts";
import type {
  CodeDocument,
  InsightsDocument,
  LoadedDocument,
  PageDocument,
  SavedDocument,
} from "../pipeline/documents.ts";
import { nestedResultsMax } from "../pipeline/limits.ts";
import type { ResultDocument } from "../pipeline/record.ts";
import { renderDocumentationMarkdown, renderDocumentationText } from "./documentation.ts";
import { renderEditsMarkdown, renderEditsText } from "./edits.ts";
import { renderExplanationMarkdown, renderExplanationText } from "./explanation.ts";
import { fencedBlock } from "./fenced-block.ts";
import { renderTestsMarkdown, renderTestsText } from "./generated-tests.ts";
import { renderGenerationMarkdown, renderGenerationText } from "./generation.ts";
import { demoted } from "./markdown-page.ts";
import {
  renderCodeMarkdown,
  renderCodeText,
  renderInsightsMarkdown,
  renderInsightsText,
  renderLoadedMarkdown,
  renderLoadedText,
  renderPageMarkdown,
  renderPageText,
  renderSavedMarkdown,
  renderSavedText,
} from "./pipeline-results.ts";
import { plainText, printable } from "./printable.ts";
import { codeSpan, escapeMarkdown, renderReportMarkdown } from "./report-markdown.ts";
import { renderReportText } from "./report-text.ts";
import { reportFile, type Terminal } from "./terminal.ts";
import { heading } from "./text-parts.ts";

/** A page that ends with a line feed. It comes from a run, so it has the form that its schema says, or is shown as data. */
export function markdownOf(result: ResultDocument): string {
  return markdownWithin(result, 0);
}

/** As `markdownOf`, for a terminal or, where none is given, for a file. */
export function textOf(result: ResultDocument, terminal: Terminal = reportFile): string {
  return textWithin(result, terminal, 0);
}

interface Renderer {
  readonly text: (result: ResultDocument, terminal: Terminal) => string;
  readonly markdown: (result: ResultDocument) => string;
}

const renderers: ReadonlyMap<unknown, Renderer> = new Map([
  renderer<AnalysisReport>("aiex.analysis/1", renderReportText, renderReportMarkdown),
  renderer<Explanation>("aiex.explanation/1", renderExplanationText, renderExplanationMarkdown),
  renderer<Refactoring>("aiex.refactoring/1", renderEditsText, renderEditsMarkdown),
  renderer<CommentsWritten>("aiex.comments/1", renderEditsText, renderEditsMarkdown),
  renderer<Generation>("aiex.generation/1", renderGenerationText, renderGenerationMarkdown),
  renderer<TestGeneration>("aiex.test_generation/1", renderTestsText, renderTestsMarkdown),
  renderer<Documentation>("aiex.documentation/1", renderDocumentationText, renderDocumentationMarkdown),
  renderer<CodeDocument>("aiex.code/1", renderCodeText, renderCodeMarkdown),
  renderer<InsightsDocument>("aiex.insights/1", renderInsightsText, renderInsightsMarkdown),
  renderer<PageDocument>("aiex.page/1", renderPageText, renderPageMarkdown),
  renderer<LoadedDocument>("aiex.loaded/1", renderLoadedText, renderLoadedMarkdown),
  renderer<SavedDocument>("aiex.saved/1", renderSavedText, renderSavedMarkdown),
]);

function renderer<Shown extends { readonly schema: string }>(
  schema: Shown["schema"],
  text: (shown: Shown, terminal: Terminal) => string,
  markdown: (shown: Shown) => string,
): readonly [string, Renderer] {
  return [
    schema,
    {
      text: (result, terminal) => text(result as unknown as Shown, terminal),
      markdown: (result) => markdown(result as unknown as Shown),
    },
  ];
}

function markdownWithin(result: ResultDocument, depth: number): string {
  if (heldBy(result) !== undefined)
    return depth < nestedResultsMax ? heldMarkdown(result, depth) : `${tooDeep}\n`;
  const known = renderers.get(result.schema);
  const data = (): string => `${fencedBlock(dataOf(result), "json")}\n`;
  return known === undefined ? data() : soundOr(() => known.markdown(result), data);
}

function textWithin(result: ResultDocument, terminal: Terminal, depth: number): string {
  if (heldBy(result) !== undefined)
    return depth < nestedResultsMax ? heldText(result, terminal, depth) : `${tooDeep}\n`;
  const known = renderers.get(result.schema);
  const data = (): string => `${plainText(dataOf(result), terminal)}\n`;
  return known === undefined ? data() : soundOr(() => known.text(result, terminal), data);
}

/** A result of another version may lack what its renderer reads. */
function soundOr(render: () => string, data: () => string): string {
  try {
    return render();
  } catch (thrown) {
    if (thrown instanceof TypeError) return data();
    throw thrown;
  }
}

/** Each result under the name of its part; those of steps have headings of their own. */
function heldMarkdown(result: ResultDocument, depth: number): string {
  const sections = containedIn(result).map((held) => {
    const { name, result: inner } = held;
    const page = inner === null ? absenceOf(held, escapeMarkdown) : markdownWithin(inner, depth + 1).trim();
    if (name !== null) return `## ${codeSpan(sanitizeLine(name))}\n\n${demoted(page, 2)}`;
    return inner === null
      ? `## ${escapeMarkdown(sanitizeLine(stepName(held)))}\n\n${page}`
      : demoted(page, 1);
  });
  return `${["# Results", ...sections].join("\n\n")}\n`;
}

function heldText(result: ResultDocument, terminal: Terminal, depth: number): string {
  return containedIn(result)
    .map((held) => {
      const { name, result: inner } = held;
      const text =
        inner === null ? `${printable(absenceOf(held), terminal)}\n` : textWithin(inner, terminal, depth + 1);
      const head = name ?? (inner === null ? stepName(held) : null);
      return head === null ? text : `${heading(terminal, "", printable(head, terminal))}\n\n${text}`;
    })
    .join("\n");
}

function stepName({ step, operation }: Contained): string {
  return [step === null ? [] : `${step}.`, operation ?? "step"].flat().join(" ");
}

function absenceOf({ reason }: Contained, shown: (text: string) => string = (text) => text): string {
  return reason === null ? "There is no result." : `There is no result: ${shown(sanitizeData(reason))}`;
}

const tooDeep = "There are results within these results, too deep to be shown.";

function dataOf(result: ResultDocument): string {
  return escapeJson(JSON.stringify(result, null, 2));
}
