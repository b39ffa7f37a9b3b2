// What a pipeline came to, as a Markdown document: a table of its steps, then every result. Nothing in it is trusted.
import type { PipelineDocument } from "../../actors/pipeline/outcome.ts";
import { codeSpan, escapeMarkdown } from "../../actors/rendering/report-markdown.ts";
import { plural, scoreText } from "../../actors/rendering/report-order.ts";
import { markdownOf } from "../../actors/rendering/result.ts";
import { sanitizeLine } from "../../runtime/observe/sanitize.ts";
import { isDocument } from "./piece-text.ts";

type Step = PipelineDocument["steps"][number];

/** One that makes a page is that page. */
export function renderPipelineMarkdown(document: PipelineDocument): string {
  const { result } = document;
  if (document.status === "completed" && isDocument(result) && pages.has(result.schema))
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
  return isDocument(result) ? [`## Step ${step}: ${operation}`, lowered(markdownOf(result))] : [];
}

/** Its headings stand below that of its step; what is in a block of code is left alone. */
function lowered(markdown: string): string {
  let fence = "";
  const lines = markdown.trimEnd().split("\n");
  return lines
    .map((line) => {
      const [, marks = ""] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
      if (fence === "") fence = marks;
      else if (marks.startsWith(fence) && line.trim() === marks) fence = "";
      return fence === "" && marks === "" && /^#{1,4} /.test(line) ? `##${line}` : line;
    })
    .join("\n");
}

function inline(text: string): string {
  return escapeMarkdown(sanitizeLine(text));
}
