// What a process says, as JSON can hold it: one way for every command, whichever way it took to the process.
import { formatPid, isPid } from "../../runtime/process/pid.ts";

/**
 * `undefined` is null by itself and in a list, and left out of an object; a bigint is a text of its digits; bytes are a text in
 * base64; NaN and the infinities are texts; a pid is a text that `aiex send` takes.
 */
export function shownValue(value: unknown): unknown {
  switch (typeof value) {
    case "undefined":
      return null;
    case "bigint":
      return String(value);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "object":
      return value === null ? null : shownObject(value);
    default:
      return value;
  }
}

function shownObject(value: object): unknown {
  if (Array.isArray(value)) return value.map(shownValue);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (isPid(value)) return formatPid(value);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => (part === undefined ? [] : [[key, shownValue(part)]])),
  );
}
