// A copy of a state to look at. Data comes as it is; what is no data, or secret, comes as text, since a copy leaves its process.
import { types } from "node:util";
import { shownValue } from "../observe/shown-value.ts";
import { isPid } from "../process/pid.ts";
import { Secret } from "../secret.ts";
import { inspectLimits } from "./limits.ts";

/** `state` as a value of its own: changing it changes nothing else. No getter is run. */
export function copyOfState(state: unknown): unknown {
  return copy(state, new Map(), 0);
}

/** `done` maps what was copied to its copy, so that a cycle stays one. */
function copy(value: unknown, done: Map<object, unknown>, depth: number): unknown {
  if (typeof value === "function") return shownValue(value);
  if (typeof value !== "object" || value === null) return value;
  if (done.has(value)) return done.get(value);
  try {
    if (value instanceof Secret) return shownValue(value);
    if (depth >= inspectLimits.stateDepthMax) return Array.isArray(value) ? "[array]" : "[object]";
    return copyOfObject(value, done, depth);
  } catch {
    return "[cannot be shown]";
  }
}

function copyOfObject(value: object, done: Map<object, unknown>, depth: number): unknown {
  const noted = <T>(made: T): T => {
    done.set(value, made);
    return made;
  };
  const next = (part: unknown): unknown => copy(part, done, depth + 1);
  if (isPid(value) && Object.isFrozen(value)) return value;
  if (Array.isArray(value)) {
    const list = noted([] as unknown[]);
    // By index: an array with holes keeps its length.
    list.length = value.length;
    for (const index of value.keys()) if (index in value) list[index] = next(value[index]);
    return list;
  }
  if (value instanceof Map) {
    const map = noted(new Map<unknown, unknown>());
    for (const [key, part] of value) map.set(next(key), next(part));
    return map;
  }
  if (value instanceof Set) {
    const set = noted(new Set<unknown>());
    for (const part of value) set.add(next(part));
    return set;
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || types.isDate(value))
    return noted(structuredClone(value));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && !isPid(value)) return noted(shownValue(value));
  const fields = noted({} as Record<string, unknown>);
  for (const key of Object.keys(value)) {
    const { get, value: part } = Object.getOwnPropertyDescriptor(value, key) ?? {};
    // Defined, not set: a key may be "__proto__".
    const shown = get === undefined ? next(part) : "[getter]";
    Object.defineProperty(fields, key, {
      value: shown,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return fields;
}
