// Values of a process as JSON for people and programs, where they may hold what JSON cannot.
import { escapeJson } from "../../runtime/observe/sanitize.ts";
import { formatPid, isPid } from "../../runtime/process/pid.ts";
import type { Terminal } from "../terminal.ts";

/**
 * `undefined` is null by itself and in a list, and left out of an object; a bigint is a text of its digits; bytes are a text in
 * base64; NaN and the infinities are texts; a pid is a text that `aiex send` takes.
 */
function jsonOf(value: unknown): unknown {
  switch (typeof value) {
    case "undefined":
      return null;
    case "bigint":
      return String(value);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "object":
      return value === null ? null : jsonOfObject(value);
    default:
      return value;
  }
}

/** A value as JSON that a terminal takes: `isPretty` indents it, else it is one line. */
export function renderValue(value: unknown, { unicode }: Terminal, isPretty: boolean): string {
  const json = escapeJson(JSON.stringify(jsonOf(value), null, isPretty ? 2 : 0));
  return `${unicode ? json : inAscii(json)}\n`;
}

function jsonOfObject(value: object): unknown {
  if (Array.isArray(value)) return value.map(jsonOf);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (isPid(value)) return formatPid(value);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => (part === undefined ? [] : [[key, jsonOf(part)]])),
  );
}

/** The same JSON, in characters that every terminal has. */
function inAscii(json: string): string {
  return json.replace(/[^\x20-\x7e\n]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
