// An explanation for people, as text and as Markdown. Nothing that a model wrote is trusted.
import { sanitizeData } from "../../runtime/observe/sanitize.ts";
import type { Claim, Explanation } from "../operations/explain.ts";
import { printable } from "./printable.ts";
import { codeSpan, escapeMarkdown } from "./report-markdown.ts";
import { plural } from "./report-order.ts";
import { paint, type Terminal } from "./terminal.ts";
import { heading, indented } from "./text-parts.ts";

export function renderExplanationText(untrusted: Explanation, terminal: Terminal): string {
  const { summary, claims, dropped, complete, ...about } = sanitizeData(untrusted, (text) =>
    printable(text, terminal),
  );
  const { file } = about;
  const sections = [
    headLines(about, terminal),
    indented(summary, 0, terminal),
    ...claims.map((claim) => claimLines(claim, file, terminal)),
    ...endOf({ dropped, complete }).map((line) => indented(line, 0, terminal)),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/** What stands above an explanation. */
export function explanationHead(untrusted: ExplanationAbout, terminal: Terminal): string {
  const about = sanitizeData(untrusted, (text) => printable(text, terminal));
  return `${headLines(about, terminal).join("\n")}\n`;
}

/** One claim, as it stands in an explanation. */
export function explanationClaim(untrusted: Claim, file: string, terminal: Terminal): string {
  const claim = sanitizeData(untrusted, (text) => printable(text, terminal));
  return `${claimLines(claim, printable(file, terminal), terminal).join("\n")}\n`;
}

/** What stands below one; "" where there is nothing to say. */
export function explanationEnd(ended: Pick<Explanation, "dropped" | "complete">): string {
  return endOf(ended)
    .map((line) => `\n${line}\n`)
    .join("");
}

export type ExplanationAbout = Pick<Explanation, "file" | "level" | "focus">;

function headLines({ file, level, focus }: ExplanationAbout, terminal: Terminal): string[] {
  return [
    heading(terminal, "📖 ", `Explanation of ${file}`),
    paint(terminal, "gray", `Level: ${level}, focus: ${focus}`),
  ];
}

function claimLines(claim: Claim, file: string, terminal: Terminal): string[] {
  const place = paint(terminal, "gray", `${file}:${linesText(claim)}`);
  return [`${paint(terminal, "bold", claim.title)}  ${place}`, ...indented(claim.text, 3, terminal)];
}

export function renderExplanationMarkdown(untrusted: Explanation): string {
  const { file, level, focus, summary, claims, dropped, complete } = sanitizeData(untrusted);
  const blocks = [
    `# Explanation of ${codeSpan(file)}`,
    `Level: ${level}, focus: ${focus}`,
    escapeMarkdown(summary),
    ...claims.flatMap((claim) => [
      `## ${escapeMarkdown(claim.title)}`,
      escapeMarkdown(claim.text),
      codeSpan(`${file}:${linesText(claim)}`),
    ]),
    ...endOf({ dropped, complete }).map((line) => `*${line}*`),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function linesText({ from_line, to_line }: Claim): string {
  return from_line === to_line ? `${from_line}` : `${from_line}-${to_line}`;
}

function endOf({ dropped, complete }: Pick<Explanation, "dropped" | "complete">): string[] {
  return [
    ...(dropped === 0 ? [] : [`${plural(dropped, "claim")} left out: no such lines in the file.`]),
    // Runs of earlier versions say nothing of it.
    ...(complete === false ? ["The answer broke off here: this is a part of it."] : []),
  ];
}
