// A file that a model has written, for people: alone on standard output, so that it can be piped to where it belongs.
import type { Generation } from "../../actors/operations/generate.ts";
import { sanitizeText } from "../../runtime/observe/sanitize.ts";
import type { Terminal } from "../terminal.ts";
import { fencedBlock } from "./fenced-block.ts";
import { printable } from "./printable.ts";
import { codeSpan, escapeMarkdown } from "./report-markdown.ts";
import { shortId } from "./run-words.ts";
import { plainText } from "./value-colors.ts";

export function renderGenerationText({ code, path, run }: Generation, terminal: Terminal): string {
  if (path === null || run === null) return plainText(code, terminal);
  return `Wrote ${printable(path, terminal)}. Take it back: aiex undo ${shortId(run)}\n`;
}

export function renderGenerationMarkdown({ type, language, path, code, remarks }: Generation): string {
  const blocks = [
    `# Generation of a ${type}`,
    ...(path === null ? [] : [`Written to ${codeSpan(sanitizeText(path))}.`]),
    ...(remarks === "" ? [] : [escapeMarkdown(sanitizeText(remarks))]),
    fencedBlock(sanitizeText(code), language ?? "markdown"),
  ];
  return `${blocks.join("\n\n")}\n`;
}
