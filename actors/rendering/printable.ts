// Makes a text that nobody vouches for fit for one line of a terminal.
import { sanitizeLine, sanitizeText, toAscii } from "../../runtime/observe/sanitize.ts";
import type { Terminal } from "./terminal.ts";

export function printable(text: string, terminal: Terminal): string {
  const line = sanitizeLine(text);
  return terminal.unicode ? line : toAscii(line);
}

/** `text` of several lines, fit for a terminal. */
export function plainText(text: string, terminal: Terminal): string {
  const clean = sanitizeText(text);
  return terminal.unicode ? clean : toAscii(clean);
}
