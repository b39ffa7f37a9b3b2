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
  walk(value, what, 0, { isLocal: true, done: new Set() });
  return value;
}

/**
 * Refuses what `asData` refuses, and what never leaves a node; freezes nothing.
 * @throws {Misuse} naming the place
 */
export function checkSendable(value: unknown, what: string): void {
  walk(value, what, 0, { isLocal: false, done: new Set() });
}

/** What data is an instance of: addresses are classes, and no less plain. */
const plainPrototypes: readonly unknown[] = [Object.prototype, null, Name.prototype, OwnPid.prototype];

interface Walk {
  /** True where the value stays on the node: it is frozen, and may hold what is handed on as it is. */
  readonly isLocal: boolean;
  /** What was walked already, so that a part that is shared is walked once. */
  readonly done: Set<object>;
}

function walk(value: unknown, path: string, depth: number, on: Walk): void {
  const { isLocal, done } = on;
  if (typeof value === "function" || typeof value === "symbol") throw notData(path, `a ${typeof value}`);
  if (typeof value !== "object" || value === null) return;
  if (value instanceof Uint8Array || done.has(value)) return;
  if (isLocal && value instanceof LocalValue) return;
  if (depth > limits.messageDepthMax)
    throw notData(path, `data nested deeper than ${limits.messageDepthMax}, or a cycle`);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!plainPrototypes.includes(prototype) && !Array.isArray(value))
    throw notData(path, `an instance of ${value.constructor?.name ?? "a class"}`);
  if (isLocal) Object.freeze(value);
  for (const [key, { get, value: part }] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    if (get !== undefined) throw notData(`${path}.${key}`, "computed anew at every look (a getter)");
    if (!isLocal && key === "__proto__") throw notData(path, 'an object with "__proto__" for a key');
    walk(part, `${path}.${key}`, depth + 1, on);
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
