// Tests that a model has written, for people: alone on standard output, so that they can be piped to where they belong.
import { sanitizeText } from "../../runtime/observe/sanitize.ts";
import type { TestGeneration } from "../operations/test-generate.ts";
import { shortId } from "../runs/run-id.ts";
import { fencedBlock } from "./fenced-block.ts";
import { plainText, printable } from "./printable.ts";
import { codeSpan, escapeMarkdown } from "./report-markdown.ts";
import type { Terminal } from "./terminal.ts";
import { coverageLines, coverageSaid, verificationLines, verificationMarkdown } from "./verification-text.ts";

export function renderTestsText(
  { code, path, run, verification, coverage }: TestGeneration,
  terminal: Terminal,
): string {
  const checks = verification === null ? [] : verificationLines(verification, terminal);
  if (path !== null && run !== null)
    checks.unshift(`Wrote ${printable(path, terminal)}. Take it back: aiex undo ${shortId(run)}`);
  else if (verification === null) return plainText(code, terminal);
  return `${[...checks, ...coverageLines(coverage, terminal)].join("\n")}\n`;
}

export function renderTestsMarkdown(tests: TestGeneration): string {
  const { file, language, place, code, remarks, verification, coverage } = tests;
  const blocks = [
    `# Tests for ${codeSpan(sanitizeText(file))}`,
    `Their place is ${codeSpan(sanitizeText(place))}.`,
    ...(remarks === "" ? [] : [escapeMarkdown(sanitizeText(remarks))]),
    ...(verification === null ? [] : [...verificationMarkdown(verification), ...coverageSaid(coverage)]),
    fencedBlock(sanitizeText(code), language),
  ];
  return `${blocks.join("\n\n")}\n`;
}
