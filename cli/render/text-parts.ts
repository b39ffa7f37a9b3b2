// The pieces that reports in text are made of: headings, wrapped paragraphs, scores and severities in their colours.
import type { Severity } from "../../actors/analysis/report.ts";
import { type Color, paint, type Terminal } from "../terminal.ts";
import { plural, scoreText } from "./report-order.ts";
import { widthOf, wrap } from "./wrap.ts";

export function moreLine(count: number, noun: string, terminal: Terminal): string[] {
  if (count <= 0) return [];
  return indented(`... and ${plural(count, noun)} more; --format json or markdown lists all`, 3, terminal);
}

export function indented(text: string, columns: number, terminal: Terminal, lead = ""): string[] {
  const indent = " ".repeat(columns);
  return wrap(text, {
    columns: terminal.columns,
    firstIndent: indent + lead,
    indent: indent + " ".repeat(widthOf(lead)),
  });
}

export function heading(terminal: Terminal, symbol: string, text: string): string {
  return paint(terminal, "bold", `${glyph(terminal, symbol)}${text}`);
}

export function glyph(terminal: Terminal, symbol: string): string {
  return terminal.unicode ? symbol : "";
}

export function paintScore(terminal: Terminal, score: number | null): string {
  return paint(terminal, scoreColor(score), scoreText(score));
}

export function scoreColor(score: number | null): Color {
  if (score === null) return "gray";
  if (score >= 7) return "green";
  return score >= 4 ? "yellow" : "red";
}

export const severityGlyphs: Readonly<Record<Severity, string>> = {
  error: "❌ ",
  warning: "⚠️ ",
  info: "ℹ️ ",
  hint: "💡 ",
};

export const severityColors: Readonly<Record<Severity, Color>> = {
  error: "red",
  warning: "yellow",
  info: "blue",
  hint: "gray",
};
