// What transformers and utilities of a pipeline made, for people, as text and as Markdown. Nothing that a model wrote is trusted.
import { sanitizeData, sanitizeText } from "../../runtime/observe/sanitize.ts";
import { harmlessMarkdown } from "../operations/harmless-markdown.ts";
import {
  type CodeDocument,
  type Insight,
  type InsightsDocument,
  insightKinds,
  type LoadedDocument,
  type PageDocument,
  type SavedDocument,
} from "../pipeline/documents.ts";
import { fencedBlock } from "./fenced-block.ts";
import { plainText, printable } from "./printable.ts";
import { codeSpan, escapeMarkdown } from "./report-markdown.ts";
import { plural } from "./report-order.ts";
import type { Terminal } from "./terminal.ts";
import { paint } from "./terminal.ts";
import { heading, indented, severityColors } from "./text-parts.ts";

/** The code alone where it is one part, so that it can be piped to where it belongs. */
export function renderCodeText({ parts }: CodeDocument, terminal: Terminal): string {
  const codes = parts.map(({ code }) => ending(plainText(code, terminal)));
  if (parts.length < 2) return codes.join("");
  return parts
    .map(({ path, language }, index) => {
      const name = printable(path ?? language ?? `part ${index + 1}`, terminal);
      return `${heading(terminal, "", name)}\n${codes[index] ?? ""}`;
    })
    .join("\n");
}

export function renderCodeMarkdown({ parts }: CodeDocument): string {
  const blocks = parts.flatMap(({ path, language, code }, index) => [
    `## ${path === null ? `Part ${index + 1}` : codeSpan(sanitizeData(path))}`,
    fencedBlock(sanitizeText(code), language ?? ""),
  ]);
  return page(["# Code", ...blocks]);
}

export function renderInsightsText({ insights, left_out }: InsightsDocument, terminal: Terminal): string {
  const sections = insightKinds.flatMap((kind) => {
    const own = insights.filter((insight) => insight.kind === kind);
    if (own.length === 0) return [];
    const lines = own.flatMap((insight) => insightLines(insight, terminal));
    return [[heading(terminal, "", `${titles[kind]} (${own.length}):`), ...lines].join("\n")];
  });
  const end = endOf(insights, left_out).map((line) => indented(line, 0, terminal).join("\n"));
  return page([...sections, ...end]);
}

function insightLines({ severity, text, ...at }: Insight, terminal: Terminal): string[] {
  const place = printable(placeOf(at), terminal);
  const gravity = severity === null ? "" : `${paint(terminal, severityColors[severity], severity)} `;
  const head = gravity === "" && place === "" ? [] : [`   ${gravity}${paint(terminal, "gray", place)}`];
  return [...head, ...indented(printable(text.replace(/\s+/g, " "), terminal), 3, terminal)];
}

export function renderInsightsMarkdown({ insights, left_out }: InsightsDocument): string {
  const sections = insightKinds.flatMap((kind) => {
    const own = insights.filter((insight) => insight.kind === kind);
    return own.length === 0 ? [] : [`## ${titles[kind]}`, own.map(insightItem).join("\n")];
  });
  return page(["# Insights", ...sections, ...endOf(insights, left_out).map((line) => `*${line}*`)]);
}

function insightItem({ severity, text, ...at }: Insight): string {
  const place = placeOf(at);
  const parts = [
    ...(severity === null ? [] : [`**${escapeMarkdown(severity)}**`]),
    ...(place === "" ? [] : [codeSpan(sanitizeData(place))]),
    escapeMarkdown(sanitizeData(text.replace(/\s+/g, " ").trim())),
  ];
  return `- ${parts.join(" ")}`;
}

function placeOf({ path, line }: Pick<Insight, "path" | "line">): string {
  if (path === null) return "";
  return line === null ? path : `${path}:${line}`;
}

function endOf(insights: readonly Insight[], leftOut: number): string[] {
  if (leftOut > 0) return [`${plural(leftOut, "more insight")} left out.`];
  return insights.length === 0 ? ["There is nothing to tell."] : [];
}

/** Markdown is read as text too. */
export function renderPageText({ markdown }: PageDocument, terminal: Terminal): string {
  return ending(plainText(markdown, terminal));
}

/** It was made harmless when it was made; it may have come from elsewhere. */
export function renderPageMarkdown({ markdown }: PageDocument): string {
  return ending(harmlessMarkdown(sanitizeText(markdown)));
}

export function renderLoadedText(loaded: LoadedDocument, terminal: Terminal): string {
  return `${indented(printable(loadedWords(loaded, loaded.path), terminal), 0, terminal).join("\n")}\n`;
}

export function renderLoadedMarkdown(loaded: LoadedDocument): string {
  return `${loadedWords(loaded, codeSpan(sanitizeData(loaded.path)))}\n`;
}

function loadedWords({ kind, files }: LoadedDocument, path: string): string {
  return kind === "file" ? `Loaded ${path}.` : `Loaded ${path}: ${plural(files, "file")}.`;
}

export function renderSavedText(saved: SavedDocument, terminal: Terminal): string {
  return `${indented(printable(savedWords(saved, saved.path), terminal), 0, terminal).join("\n")}\n`;
}

export function renderSavedMarkdown(saved: SavedDocument): string {
  return `${savedWords(saved, codeSpan(sanitizeData(saved.path)))}\n`;
}

function savedWords({ bytes }: SavedDocument, path: string): string {
  return `Wrote ${plural(bytes, "byte")} to ${path}.`;
}

function page(blocks: readonly string[]): string {
  return `${blocks.join("\n\n")}\n`;
}

function ending(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

const titles: Readonly<Record<Insight["kind"], string>> = {
  summary: "Summary",
  finding: "Findings",
  claim: "Claims",
  recommendation: "Recommendations",
  remark: "Remarks",
};
