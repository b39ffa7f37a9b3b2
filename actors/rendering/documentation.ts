// A page of documentation, as it was written: Markdown is read as text too. Nothing in it acts on a terminal.

import { sanitizeText, toAscii } from "../../runtime/observe/sanitize.ts";
import type { Documentation } from "../operations/document.ts";
import { harmlessMarkdown } from "../operations/harmless-markdown.ts";
import type { Terminal } from "./terminal.ts";

export function renderDocumentationText({ markdown }: Documentation, terminal: Terminal): string {
  const safe = sanitizeText(markdown);
  return terminal.unicode ? safe : toAscii(safe);
}

/** It was made harmless when it was made; the run may be one of an earlier version, or of a node that is. */
export function renderDocumentationMarkdown({ markdown }: Documentation): string {
  return harmlessMarkdown(sanitizeText(markdown));
}
