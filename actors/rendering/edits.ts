// What a model would change in files, or has changed, for people, as text and as Markdown. Nothing that a model wrote is trusted.
import { sanitizeData, sanitizeLine, sanitizeText } from "../../runtime/observe/sanitize.ts";
import type { CommentsWritten } from "../operations/document-comments.ts";
import type { Refactoring } from "../operations/refactor.ts";
import { shortId } from "../runs/run-id.ts";
import { diffText } from "./changed-text.ts";
import { fencedBlock } from "./fenced-block.ts";
import { printable } from "./printable.ts";
import { codeSpan, escapeMarkdown } from "./report-markdown.ts";
import { plural } from "./report-order.ts";
import { paint, type Terminal } from "./terminal.ts";
import { heading, indented } from "./text-parts.ts";
import { verificationLines, verificationMarkdown } from "./verification-text.ts";

type EditsMade = Refactoring | CommentsWritten;

export function renderEditsText(untrusted: EditsMade, terminal: Terminal): string {
  const { input, left_out, files } = sanitizeData(untrusted, (text) => printable(text, terminal));
  const verification = verificationOf(untrusted);
  const sections = [
    "type" in untrusted
      ? [heading(terminal, "🔧 ", `Refactoring of ${input}`), paint(terminal, "gray", typeText(untrusted))]
      : [heading(terminal, "📝 ", `Comments for ${input}`)],
    ...remarksLines(untrusted.remarks, terminal),
    ...untrusted.files.map(({ diff }) => [diffText(diff, terminal)]),
    left_out.flatMap(({ path, reason }) => indented(`${path} was left out: ${reason}`, 0, terminal)),
    verification === null ? [] : verificationLines(verification, terminal),
    indented(whatBecame(files, untrusted), 0, terminal),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

export function renderEditsMarkdown(untrusted: EditsMade): string {
  const { input, remarks, left_out, files } = sanitizeData(untrusted, sanitizeText);
  const verification = verificationOf(untrusted);
  const blocks = [
    ...("type" in untrusted
      ? [`# Refactoring of ${codeSpan(input)}`, typeText(untrusted)]
      : [`# Comments for ${codeSpan(input)}`]),
    ...(remarks === "" ? [] : [escapeMarkdown(remarks)]),
    ...files.flatMap(({ path, diff }) => [`## ${codeSpan(path)}`, fencedBlock(diff, "diff")]),
    ...left_out.map(({ path, reason }) => `${codeSpan(path)} was left out: ${escapeMarkdown(reason)}`),
    ...(verification === null ? [] : verificationMarkdown(verification)),
    whatBecame(files, untrusted),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** Comments change nothing that a check could judge. */
function verificationOf(made: EditsMade): Refactoring["verification"] {
  return "verification" in made ? made.verification : null;
}

function typeText({ type }: Pick<Refactoring, "type">): string {
  return `Type: ${sanitizeLine(type)}`;
}

/** Its paragraphs. */
function remarksLines(remarks: string, terminal: Terminal): string[][] {
  return remarks
    .split(/\n{2,}/)
    .filter((paragraph) => paragraph.trim() !== "")
    .map((paragraph) =>
      paragraph.split("\n").flatMap((line) => indented(printable(line, terminal), 0, terminal)),
    );
}

function whatBecame(files: EditsMade["files"], { mode, run }: EditsMade): string {
  if (files.length === 0) return "The model sees nothing that is worth a change.";
  const lines = files.reduce((sum, { added, removed }) => sum + added + removed, 0);
  if (mode === "preview")
    return `${plural(files.length, "file")}, ${plural(lines, "line")} added or removed. Nothing was changed: --apply changes it, --interactive asks about each hunk.`;
  if (run === null) return "Nothing was changed.";
  const changed = files.filter(({ applied }) => applied).length;
  return `Changed ${plural(changed, "file")}. Take it back: aiex undo ${shortId(run)}`;
}
