// How large a value is, as far as it is worth knowing: before it is spelled out, so that no result can hold the node up.
import { types } from "node:util";

export interface SizeBound {
  readonly values: number;
  readonly characters: number;
}

/**
 * True where `value` holds no more than `bound`, looking at no more than that. Runs no getter and no trap of a proxy. What is
 * shared counts as often as it is met; a cycle counts as endless only where `cyclesCount`.
 */
export function isWithin(value: unknown, bound: SizeBound, cyclesCount = false): boolean {
  const walk = new Walk(bound, cyclesCount);
  return walk.fits(value);
}

class Walk {
  readonly #seen = new Set<object>();
  readonly #waiting: unknown[] = [];
  readonly #cyclesCount: boolean;
  #values: number;
  #characters: number;

  constructor({ values, characters }: SizeBound, cyclesCount: boolean) {
    this.#values = values;
    this.#characters = characters;
    this.#cyclesCount = cyclesCount;
  }

  fits(root: unknown): boolean {
    this.#waiting.push(root);
    while (this.#waiting.length > 0) {
      const value = this.#waiting.pop();
      this.#values -= 1;
      if (typeof value === "string") this.#characters -= value.length;
      else if (typeof value === "object" && value !== null && !this.#unfold(value)) return false;
      if (this.#values < 0 || this.#characters < 0) return false;
    }
    return true;
  }

  #unfold(value: object): boolean {
    if (types.isProxy(value)) return true;
    if (this.#seen.has(value)) return true;
    if (!this.#cyclesCount) this.#seen.add(value);
    if (ArrayBuffer.isView(value)) {
      this.#values -= Math.min(value.byteLength, bytesCounted);
      return true;
    }
    if (Array.isArray(value)) return this.#all(value.length, value);
    if (types.isMap(value)) return this.#all(value.size * 2, flat(value));
    if (types.isSet(value)) return this.#all(value.size, value);
    hideMarks(value);
    return this.#fields(value);
  }

  #fields(value: object): boolean {
    const keys = Object.keys(value);
    if (keys.length > this.#values) return false;
    for (const key of keys) {
      this.#characters -= key.length;
      const { get, value: part } = Object.getOwnPropertyDescriptor(value, key) ?? {};
      if (get === undefined) this.#waiting.push(part);
    }
    return true;
  }

  #all(count: number, items: Iterable<unknown>): boolean {
    if (count > this.#values) return false;
    for (const item of items) this.#waiting.push(item);
    return true;
  }
}

/** `util.inspect` shows the first of them only. */
const bytesCounted = 100;

function* flat(map: ReadonlyMap<unknown, unknown>): Generator<unknown> {
  for (const [key, value] of map) {
    yield key;
    yield value;
  }
}

/**
 * Whose a promise or a timer is stands on it under a symbol, with everything that belongs to that process. `util.inspect` would
 * show that with the promise.
 */
function hideMarks(value: object): void {
  for (const symbol of Object.getOwnPropertySymbols(value)) {
    if (!marks.has(symbol.description ?? "")) continue;
    const mark = Object.getOwnPropertyDescriptor(value, symbol);
    if (mark?.configurable === true) Object.defineProperty(value, symbol, { ...mark, enumerable: false });
  }
}

const marks: ReadonlySet<string> = new Set([
  "process",
  "async_id_symbol",
  "trigger_async_id_symbol",
  "asyncId",
  "triggerId",
]);
