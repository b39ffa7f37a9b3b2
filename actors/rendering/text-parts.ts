// The pieces that reports in text are made of: headings, wrapped paragraphs, scores and severities in their colours.
import type { Severity } from "../analysis/report.ts";
import { plural, scoreText } from "./report-order.ts";
import { type Color, paint, type Terminal } from "./terminal.ts";
import { alignRight, widthOf, wrap } from "./wrap.ts";

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

/** What stands in the lines of one finding. */
export interface FindingText {
  readonly severity: Severity;
  /** In front of the place, such as who found it. */
  readonly mark: string;
  readonly place: string;
  /** Its rule or category. */
  readonly kind: string;
  readonly message: string;
  /** "" where there is none. */
  readonly remedy: string;
}

export function findingLines(
  { severity, mark, place, kind, message, remedy }: FindingText,
  firstIndent: string,
  terminal: Terminal,
): string[] {
  const indentColumns = firstIndent.length;
  const about = `${paint(terminal, severityColors[severity], severity)} ${paint(terminal, "gray", kind)}`;
  const marked = `${mark}${glyph(terminal, severityGlyphs[severity])}`;
  const first = `${firstIndent}${marked}${paint(terminal, "bold", place)}`;
  const fits = widthOf(`${firstIndent}${marked}${place} ${severity} ${kind}`) <= terminal.columns;
  const head = fits ? [`${first} ${about}`] : [first, `${" ".repeat(indentColumns)}${about}`];
  const arrow = terminal.unicode ? "→ " : "-> ";
  return [
    ...head,
    ...indented(message, indentColumns, terminal),
    ...(remedy === "" ? [] : indented(remedy, indentColumns, terminal, arrow)),
  ];
}

/** In front of the number `index + 1` of a list of `count`. */
export function numberIndent(index: number, count: number): string {
  return `   ${alignRight(`${index + 1}.`, String(count).length + 1)} `;
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

const severityGlyphs: Readonly<Record<Severity, string>> = {
  error: "❌ ",
  warning: "⚠️ ",
  info: "ℹ️ ",
  hint: "💡 ",
};

export const severityColors: Readonly<Record<Severity | "off", Color>> = {
  error: "red",
  warning: "yellow",
  info: "blue",
  hint: "gray",
  off: "gray",
};
