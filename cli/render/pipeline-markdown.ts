// What a pipeline came to, as a Markdown document: a table of its steps, then every result. Nothing in it is trusted.
import type { PipelineDocument } from "../../actors/pipeline/outcome.ts";
import { demoted } from "../../actors/rendering/markdown-page.ts";
import { codeSpan, escapeMarkdown } from "../../actors/rendering/report-markdown.ts";
import { plural, scoreText } from "../../actors/rendering/report-order.ts";
import { markdownOf } from "../../actors/rendering/result.ts";
import { sanitizeLine } from "../../runtime/observe/sanitize.ts";
import { isRecord } from "../../runtime/wire/shape.ts";

type Step = PipelineDocument["steps"][number];

/** One that makes a page is that page. */
export function renderPipelineMarkdown(document: PipelineDocument): string {
  const { result } = document;
  if (document.status === "completed" && isRecord(result) && pages.has(result.schema))
    return markdownOf(result);
  const { spec, input, mode, status, quality_score, steps, warnings } = document;
  const blocks = [
    "# Pipeline",
    codeSpan(sanitizeLine(spec)),
    [
      `- Input: ${codeSpan(sanitizeLine(input))}`,
      `- Mode: ${mode}`,
      `- Status: ${status}`,
      ...(quality_score === null ? [] : [`- Quality score: ${scoreText(quality_score)}`]),
    ].join("\n"),
    ["| step | operation | status |", "| ---: | --- | --- |", ...steps.map(stepRow)].join("\n"),
    ...(warnings.length === 0 ? [] : [warnings.map((text) => `- ${inline(text)}`).join("\n")]),
    ...steps.flatMap(stepBlocks),
  ];
  return `${blocks.join("\n\n")}\n`;
}

const pages: ReadonlySet<unknown> = new Set(["aiex.page/1", "aiex.documentation/1"]);

function stepRow({ step, operation, status, reason, rounds, parts }: Step): string {
  const failed = parts.filter((part) => part.status === "failed").length;
  const said = [
    status,
    ...(rounds > 1 ? [`${rounds} times`] : []),
    ...(parts.length > 0 ? [`${parts.length - failed} of ${plural(parts.length, "part")}`] : []),
    ...(reason === null ? [] : [inline(reason).replaceAll("|", "\\|")]),
  ];
  return `| ${step} | ${operation} | ${said.join(", ")} |`;
}

function stepBlocks({ step, operation, result }: Step): string[] {
  return isRecord(result) ? [`## Step ${step}: ${operation}`, demoted(markdownOf(result).trimEnd(), 2)] : [];
}

function inline(text: string): string {
  return escapeMarkdown(sanitizeLine(text));
}
