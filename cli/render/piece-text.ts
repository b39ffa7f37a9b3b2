// Results of the transformers and utilities of pipelines, as text for people. Nothing in them is trusted.

import { printable } from "../../actors/rendering/printable.ts";
import { plural } from "../../actors/rendering/report-order.ts";
import { indented } from "../../actors/rendering/text-parts.ts";
import { sanitizeData, sanitizeText, toAscii } from "../../runtime/observe/sanitize.ts";
import { paint, type Terminal } from "../terminal.ts";
import { bytesText } from "./amounts.ts";

type Document = Readonly<Record<string, unknown>>;

/** How a result within a result is shown. */
export type ShowResult = (document: Document, terminal: Terminal) => string;

/** By the schema of the result, without its version. */
export const pieceTexts: Readonly<
  Record<string, (document: Document, terminal: Terminal, show: ShowResult) => string>
> = {
  "aiex.code": ({ parts }, terminal) =>
    listOf(parts)
      .map(({ path, language, code }) => {
        const name = [path, language].find((word) => typeof word === "string") ?? "code";
        return `${titled(String(name), terminal)}\n${block(code, terminal)}`;
      })
      .join("\n"),
  "aiex.insights": ({ insights }, terminal) =>
    `${listOf(sanitizeData(insights, (text) => printable(text, terminal)))
      .flatMap((insight) => insightLines(insight, terminal))
      .join("\n")}\n`,
  "aiex.page": ({ markdown }, terminal) => block(markdown, terminal),
  "aiex.combined": ({ results }, terminal, show) =>
    listOf(results)
      .map(
        ({ step, operation, result }) =>
          `${titled(`Step ${String(step)}, ${String(operation)}`, terminal)}\n${shownOr(result, terminal, show)}`,
      )
      .join("\n"),
  "aiex.parts": ({ parts }, terminal, show) =>
    listOf(parts)
      .map(({ name, reason, result }) => {
        const said = typeof reason === "string" ? `${printable(reason, terminal)}\n` : "";
        return `${titled(String(name), terminal)}\n${said}${isDocument(result) ? show(result, terminal) : ""}`;
      })
      .join("\n"),
  "aiex.loaded": ({ path, files }, terminal) =>
    `Read ${printable(String(path), terminal)}: ${plural(countOf(files), "file")}.\n`,
  "aiex.saved": ({ path, bytes }, terminal) =>
    `Wrote ${printable(String(path), terminal)}, ${bytesText(countOf(bytes))}.\n`,
};

function insightLines({ kind, text, path, line, severity }: Document, terminal: Terminal): string[] {
  const place = typeof path === "string" ? ` (${path}${typeof line === "number" ? `:${line}` : ""})` : "";
  const grave = typeof severity === "string" ? `, ${severity}` : "";
  return indented(`${String(text)}${place}`, 2, terminal, `${String(kind)}${grave}: `);
}

function titled(name: string, terminal: Terminal): string {
  return paint(terminal, "bold", printable(name, terminal));
}

/** Several lines as they are. */
function block(text: unknown, terminal: Terminal): string {
  const safe = sanitizeText(typeof text === "string" ? text : "");
  const shown = terminal.unicode ? safe : toAscii(safe);
  return shown === "" || shown.endsWith("\n") ? shown : `${shown}\n`;
}

function shownOr(result: unknown, terminal: Terminal, show: ShowResult): string {
  return isDocument(result) ? show(result, terminal) : "nothing\n";
}

export function isDocument(value: unknown): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly Document[] {
  return Array.isArray(value) ? value.filter(isDocument) : [];
}

function countOf(value: unknown): number {
  return typeof value === "number" ? value : Array.isArray(value) ? value.length : 0;
}
