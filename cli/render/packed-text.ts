// The index of a project and what is packed from it, as text for people.
import { printable } from "../../actors/rendering/printable.ts";
import { plural } from "../../actors/rendering/report-order.ts";
import type { IndexReport, Packed } from "../../supervisors/context.ts";
import { paint, type Terminal } from "../terminal.ts";
import { bytesText, millisecondsText } from "./amounts.ts";
import { factLines } from "./columns.ts";

const passedOverWords: Readonly<Record<IndexReport["passedOver"][number]["reason"], string>> = {
  unreadable: "cannot be read",
  binary: "binary",
  too_large: "larger than workspace.max_file_size_mb",
  minified: "a line longer than workspace.max_line_characters",
  files_limit: "above context.index_max_files",
  parser_failed: "no parser could read them",
};

export function renderIndex(report: IndexReport, terminal: Terminal): string {
  const { files, lines, bytes, symbols, imports, uses, parsed, known } = report;
  const languages = report.languages.map(({ language, files: count }) => `${language ?? "text"} ${count}`);
  const facts: [string, string][] = [
    ["files", `${files} (${lines} lines, ${bytesText(bytes)})`],
    ["languages", languages.join(", ") || "none"],
    ["definitions", String(symbols)],
    ["imports", `${imports} between files`],
    ["uses", `${uses} of files that use what another one defines`],
    ["time", `${millisecondsText(report.elapsedMs)}: ${parsed} parsed, ${known} known by their content`],
    ...historyFacts(report),
    ...watchFacts(report, terminal),
    ...report.passedOver.map(({ reason, files: count }): [string, string] => [
      "not in it",
      `${plural(count, "file")}: ${passedOverWords[reason]}`,
    ]),
  ];
  return `${[paint(terminal, "bold", printable(report.root, terminal)), ...factLines(facts)].join("\n")}\n`;
}

/** What lies in no repository has none, which is nothing to tell. */
function historyFacts({ history }: IndexReport): [string, string][] {
  return history === undefined ? [] : [["history", plural(history.commits, "commit")]];
}

/** A command that asks once watches nothing, which is nothing to tell. */
function watchFacts({ watch }: IndexReport, terminal: Terminal): [string, string][] {
  if (watch === undefined || watch.state === "off") return [];
  const why = watch.reason === undefined ? "" : `: ${printable(watch.reason, terminal)}`;
  return [["watched", `${watchWords[watch.state]}${why}`]];
}

const watchWords = {
  starting: "in a moment",
  on: "yes, so that questions need not look at every file",
  too_large: "no, there are too many files: each question looks at all of them",
  failed: "no, each question looks at all files",
} as const;

/** Nothing that a file holds is trusted: it is made printable, line by line. */
export function renderPacked(
  packed: Packed,
  { isWhy }: { readonly isWhy: boolean },
  terminal: Terminal,
): string {
  const show = (text: string): string => printable(text, terminal);
  const lines: string[] = [];
  for (const { path, fromLine, toLine, form, tokens, reasons, text } of packed.pieces) {
    const what = form === "whole" ? "" : ", signatures";
    const heading = `${show(path)}:${fromLine}-${toLine}`;
    lines.push(
      `${paint(terminal, "bold", heading)} ${paint(terminal, "gray", `(${plural(tokens, "token")}${what})`)}`,
    );
    if (isWhy) lines.push(...reasons.map((reason) => `  ${show(reason)}`));
    else lines.push(...text.split("\n").map(show), "");
  }
  if (isWhy && packed.leftOut.length > 0) {
    lines.push("", paint(terminal, "bold", `Left out (${packed.leftOutCount}):`));
    for (const { path, fromLine, toLine, tokens, reasons } of packed.leftOut)
      lines.push(
        `  ${show(path)}:${fromLine}-${toLine} (${plural(tokens, "token")}): ${show(reasons.join("; "))}`,
      );
  }
  const { pieces, tokens, budgetTokens, files } = packed;
  const sum = `${plural(pieces.length, "piece")} of ${plural(files, "file")} in ${show(packed.root)}: ${tokens} of ${budgetTokens} tokens.`;
  lines.push(pieces.length === 0 ? `Nothing was found. ${nothingAdvice}` : sum);
  return `${lines.join("\n")}\n`;
}

const nothingAdvice = "Name a file or folder, or give --query words that stand in the code.";
