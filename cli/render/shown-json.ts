// Values of a process as JSON for people and programs, where they may hold what JSON cannot.
import { shownValue } from "../../actors/control/shown-value.ts";
import { escapeJson } from "../../runtime/observe/sanitize.ts";
import type { Terminal } from "../terminal.ts";

/** A value as JSON that a terminal takes: `isPretty` indents it, else it is one line. */
export function renderValue(value: unknown, { unicode }: Terminal, isPretty: boolean): string {
  const json = escapeJson(JSON.stringify(shownValue(value), null, isPretty ? 2 : 0));
  return `${unicode ? json : inAscii(json)}\n`;
}

/** The same JSON, in characters that every terminal has. */
function inAscii(json: string): string {
  return json.replace(/[^\x20-\x7e\n]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
