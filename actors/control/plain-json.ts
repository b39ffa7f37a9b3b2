// Plain data as JSON and back, bytes included: what is asked about runs holds files and values of steps, and must come back as it was.
import { limits } from "../../runtime/limits.ts";
import { isRecord } from "../../runtime/wire/shape.ts";

/** An object with this field alone stands for bytes, in base64. */
const bytesField = "$bytes";
/** And one with this alone for an object that has a field of either name itself. */
const plainField = "$plain";

/** Fields that are `undefined` are left out. */
export function toPlainJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return { [bytesField]: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return value.map((part) => toPlainJson(part) ?? null);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  const plain = Object.fromEntries(entries.map(([key, part]) => [key, toPlainJson(part)]));
  return isMark(value) ? { [plainField]: plain } : plain;
}

/** @throws {TypeError} it is nested more deeply than any message is, or its bytes are no base64 */
export function fromPlainJson(json: unknown, depth = 0): unknown {
  // A mark around an object is a level of its own.
  if (depth > 2 * limits.messageDepthMax)
    throw new TypeError(`It is nested more deeply than ${limits.messageDepthMax} levels.`);
  if (Array.isArray(json)) return json.map((part) => fromPlainJson(part, depth + 1));
  if (!isRecord(json)) return json;
  if (!isMark(json)) return fieldsOf(json, depth);
  const { [bytesField]: base64, [plainField]: plain } = json;
  if (typeof base64 === "string" && /^[A-Za-z0-9+/]*={0,2}$/.test(base64))
    return new Uint8Array(Buffer.from(base64, "base64"));
  if (isRecord(plain)) return fieldsOf(plain, depth);
  throw new TypeError(
    `An object with the field "${bytesField}" or "${plainField}" is not what those stand for.`,
  );
}

function fieldsOf(json: Readonly<Record<string, unknown>>, depth: number): unknown {
  const entries = Object.entries(json).filter(([key]) => key !== "__proto__");
  return Object.fromEntries(entries.map(([key, part]) => [key, fromPlainJson(part, depth + 1)]));
}

function isMark(value: Readonly<Record<string, unknown>>): boolean {
  return Object.hasOwn(value, bytesField) || Object.hasOwn(value, plainField);
}
