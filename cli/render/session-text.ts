// What a session remembers, for people and as a Markdown document. Models and files have said it: none of it is trusted.
import type { ContextSessionReport } from "../../actors/control/context-shapes.ts";
import { fencedBlock } from "../../actors/rendering/fenced-block.ts";
import { printable } from "../../actors/rendering/printable.ts";
import { codeSpan, escapeMarkdown } from "../../actors/rendering/report-markdown.ts";
import { plural } from "../../actors/rendering/report-order.ts";
import { sanitizeData, sanitizeText, toAscii } from "../../runtime/observe/sanitize.ts";
import { paint, type Terminal } from "../terminal.ts";
import { agoText } from "./amounts.ts";
import { isoTime } from "./run-words.ts";

type Entry = ContextSessionReport["entries"][number];

/** Paths of an entry that are shown: of an operation on a whole project a few say which it was. */
const pathsShownMax = 5;

/** The newest first. `now`: by the wall clock. */
export function renderSession(session: ContextSessionReport | null, now: number, terminal: Terminal): string {
  if (session === null) return nothing;
  const show = (text: string): string => printable(text, terminal);
  const lines = [
    `${paint(terminal, "bold", show(session.label))}, used ${agoText(now - session.usedAt)} ago`,
  ];
  for (const entry of session.entries) {
    const run = entry.run === null ? "" : `, run ${show(entry.run)}`;
    const heading = paint(terminal, "bold", show(entry.operation));
    lines.push("", `${heading}, ${agoText(now - entry.at)} ago${run}${entry.short ? ", shortened" : ""}`);
    const paths = pathsOf(entry, show).join(", ");
    if (paths !== "") lines.push(`  ${paint(terminal, "gray", paths)}`);
    const told = sanitizeText(entry.summary).trimEnd();
    const shown = told === "" ? [] : told.split("\n");
    lines.push(...shown.map((line) => `  ${terminal.unicode ? line : toAscii(line)}`.trimEnd()));
  }
  if (session.cut > 0) lines.push("", `${olderOf(session)}`);
  return `${lines.join("\n")}\n`;
}

export function renderSessionMarkdown(session: ContextSessionReport | null): string {
  if (session === null) return nothing;
  const blocks = [`# Session ${escapeMarkdown(sanitizeData(session.label))}`];
  for (const untrusted of session.entries) {
    const { operation, run, paths, at, short } = sanitizeData(untrusted);
    const facts = [
      `- When: ${isoTime(at)}`,
      ...(run === null ? [] : [`- Run: ${codeSpan(run)}`]),
      ...(paths.length === 0 ? [] : [`- About: ${pathsOf({ paths }, codeSpan).join(", ")}`]),
      ...(short ? ["- Shortened"] : []),
    ];
    blocks.push(`## ${escapeMarkdown(operation)}`, facts.join("\n"));
    if (untrusted.summary !== "") blocks.push(fencedBlock(sanitizeText(untrusted.summary), ""));
  }
  if (session.cut > 0) blocks.push(`${olderOf(session)}.`);
  return `${blocks.join("\n\n")}\n`;
}

const nothing = "Nothing is remembered in this session.\n";

function olderOf({ cut }: ContextSessionReport): string {
  return `${plural(cut, "older entry", "older entries")} not shown`;
}

function pathsOf({ paths }: Pick<Entry, "paths">, spelled: (path: string) => string): readonly string[] {
  const left = paths.length - pathsShownMax;
  return [...paths.slice(0, pathsShownMax).map(spelled), ...(left > 0 ? [`and ${left} more`] : [])];
}
