// Tests that a model has written, for people: alone on standard output, so that they can be piped to where they belong.
import type { TestGeneration } from "../../actors/operations/test-generate.ts";
import { sanitizeText } from "../../runtime/observe/sanitize.ts";
import type { Terminal } from "../terminal.ts";
import { fencedBlock } from "./fenced-block.ts";
import { printable } from "./printable.ts";
import { codeSpan, escapeMarkdown } from "./report-markdown.ts";
import { shortId } from "./run-words.ts";
import { plainText } from "./value-colors.ts";

export function renderTestsText({ code, path, run }: TestGeneration, terminal: Terminal): string {
  if (path === null || run === null) return plainText(code, terminal);
  return `Wrote ${printable(path, terminal)}. Take it back: aiex undo ${shortId(run)}\n`;
}

export function renderTestsMarkdown({ file, language, place, code, remarks }: TestGeneration): string {
  const blocks = [
    `# Tests for ${codeSpan(sanitizeText(file))}`,
    `Their place is ${codeSpan(sanitizeText(place))}.`,
    ...(remarks === "" ? [] : [escapeMarkdown(sanitizeText(remarks))]),
    fencedBlock(sanitizeText(code), language),
  ];
  return `${blocks.join("\n\n")}\n`;
}
