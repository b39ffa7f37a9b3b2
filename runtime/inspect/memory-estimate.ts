// How much memory a value takes, about. V8 tells nobody, so this counts what can be seen: fields, entries and characters.
import { inspectLimits } from "./limits.ts";

// On a 64-bit V8: a header of three words, and a word for each field or element.
const wordBytes = 8;
const headerBytes = 24;
/** A map or a set keeps a hash table beside its entries. */
const entryBytes = 32;

/**
 * Bytes of `value` with all that it reaches, as an order of magnitude. Private fields, closures and what is beyond 2,000 values
 * are not seen; of a long list the first hundred entries stand for the rest. No getter is run.
 */
export function estimatedBytes(value: unknown): number {
  return new Estimate().of(value);
}

class Estimate {
  /** What is shared counts once. */
  readonly #seen = new Set<object>();
  #left: number = inspectLimits.estimateValuesMax;

  of(value: unknown): number {
    this.#left -= 1;
    if (this.#left < 0) return 0;
    if (typeof value === "string") return headerBytes + value.length;
    if (typeof value === "bigint" || typeof value === "number") return wordBytes;
    if ((typeof value !== "object" && typeof value !== "function") || value === null || this.#seen.has(value))
      return 0;
    this.#seen.add(value);
    try {
      return headerBytes + this.#inside(value);
    } catch {
      // What cannot be looked at counts as empty.
      return headerBytes;
    }
  }

  #inside(value: object): number {
    if (ArrayBuffer.isView(value)) return value.byteLength;
    if (value instanceof ArrayBuffer) return value.byteLength;
    if (Array.isArray(value)) return value.length * wordBytes + this.#entries(value.values(), value.length);
    if (value instanceof Map) return value.size * entryBytes + this.#entries(parts(value), value.size);
    if (value instanceof Set) return value.size * entryBytes + this.#entries(value.values(), value.size);
    return this.#fields(value);
  }

  /** The first entries, and the others as their average. */
  #entries(entries: Iterable<unknown>, length: number): number {
    let bytes = 0;
    let looked = 0;
    for (const entry of entries) {
      if (looked >= inspectLimits.estimateEntriesMax || this.#left <= 0) break;
      looked += 1;
      bytes += this.of(entry);
    }
    return looked === 0 ? 0 : Math.round((bytes / looked) * length);
  }

  #fields(value: object): number {
    let bytes = 0;
    for (const key of Object.keys(value)) {
      if (this.#left <= 0) break;
      bytes += wordBytes + this.of(Object.getOwnPropertyDescriptor(value, key)?.value);
    }
    return bytes;
  }
}

/** Each entry as one value. */
function* parts(map: ReadonlyMap<unknown, unknown>): Generator<unknown> {
  for (const [key, value] of map) yield { key, value };
}
