// Messages are data at the boundary: what a sender does to an object afterwards is not seen by the receiver.
// In development and tests what is sent is checked and frozen; in production the same rule is trusted.
import { limits } from "../limits.ts";
import { Name } from "./address.ts";
import { Misuse } from "./failures.ts";
import { OwnPid } from "./pid.ts";

/** `freeze` checks and freezes what is sent; `trust` leaves it alone, for speed. */
export type Boundary = "freeze" | "trust";

/** Something that is no data and never leaves the node: a child spec with its functions, handed to a local supervisor. */
export class LocalValue<T> {
  readonly value: T;
  constructor(value: T) {
    this.value = value;
  }
}

/**
 * Freezes `value` through and through and gives it back. Accepted are primitives, arrays, plain objects and Uint8Array
 * (whose bytes cannot be frozen), at most `messageDepthMax` deep.
 * @throws {Misuse} where it holds anything that could not cross a wire, naming the place
 */
export function asData<T>(value: T, what: string): T {
  freeze(value, what, 0, new Set());
  return value;
}

/** What data is an instance of: addresses are classes, and no less plain. */
const plainPrototypes: readonly unknown[] = [Object.prototype, null, Name.prototype, OwnPid.prototype];

/** `done` holds what was walked already, so that a part that is shared is walked once. */
function freeze(value: unknown, path: string, depth: number, done: Set<object>): void {
  if (typeof value === "function" || typeof value === "symbol") throw notData(path, `a ${typeof value}`);
  if (typeof value !== "object" || value === null) return;
  if (value instanceof Uint8Array || value instanceof LocalValue || done.has(value)) return;
  if (depth > limits.messageDepthMax)
    throw notData(path, `data nested deeper than ${limits.messageDepthMax}, or a cycle`);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!plainPrototypes.includes(prototype) && !Array.isArray(value))
    throw notData(path, `an instance of ${value.constructor?.name ?? "a class"}`);
  Object.freeze(value);
  for (const [key, { get, value: part }] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    if (get !== undefined) throw notData(`${path}.${key}`, "computed anew at every look (a getter)");
    freeze(part, `${path}.${key}`, depth + 1, done);
  }
  if (Object.getOwnPropertySymbols(value).length > 0) throw notData(path, "an object with symbols for keys");
  // Only now: an object that holds itself must run into the depth's bound.
  done.add(value);
}

function notData(path: string, given: string): Misuse {
  return new Misuse(
    `${path} is ${given}. A message may hold strings, numbers, booleans, null, undefined, bigints, arrays, plain objects and Uint8Array; send what describes it instead.`,
    { details: { path, given } },
  );
}
