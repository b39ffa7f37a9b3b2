// A file that a model has written, for people: alone on standard output, so that it can be piped to where it belongs.
import { sanitizeText } from "../../runtime/observe/sanitize.ts";
import type { Generation } from "../operations/generate.ts";
import { shortId } from "../runs/run-id.ts";
import { fencedBlock } from "./fenced-block.ts";
import { plainText, printable } from "./printable.ts";
import { codeSpan, escapeMarkdown } from "./report-markdown.ts";
import type { Terminal } from "./terminal.ts";
import { verificationLines, verificationMarkdown } from "./verification-text.ts";

export function renderGenerationText(
  { code, path, run, verification }: Generation,
  terminal: Terminal,
): string {
  const checks = verification === null ? [] : verificationLines(verification, terminal);
  if (path !== null && run !== null)
    checks.unshift(`Wrote ${printable(path, terminal)}. Take it back: aiex undo ${shortId(run)}`);
  else if (verification === null) return plainText(code, terminal);
  return `${checks.join("\n")}\n`;
}

export function renderGenerationMarkdown(generation: Generation): string {
  const { type, language, path, code, remarks, verification } = generation;
  const blocks = [
    `# Generation of a ${type}`,
    ...(path === null ? [] : [`Written to ${codeSpan(sanitizeText(path))}.`]),
    ...(remarks === "" ? [] : [escapeMarkdown(sanitizeText(remarks))]),
    ...(verification === null ? [] : verificationMarkdown(verification)),
    fencedBlock(sanitizeText(code), language ?? "markdown"),
  ];
  return `${blocks.join("\n\n")}\n`;
}
