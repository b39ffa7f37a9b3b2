// Any value whatever as plain data fit for a log or a screen: bounded in size, sanitized, with secrets masked.
// It runs no getter, and what throws when it is looked at is shown as such.
import { formatPid, isPid } from "../process/pid.ts";
import { observeLimits as limits } from "./limits.ts";
import { sanitizeText } from "./sanitize.ts";

export interface ShownOptions {
  /** Masks what is secret in a text. It gets every text before that is cut, since half a secret is not found. */
  readonly mask?: (text: string) => string;
}

/** `value` as strings, numbers, booleans, null, undefined, arrays and plain objects, without an end that is not near. */
export function shownValue(value: unknown, options: ShownOptions = {}): unknown {
  return new Showing(options.mask).show(value, 0);
}

/** `text` as it may stand in a log: masked, sanitized and cut. */
export function shownText(text: string, mask?: (text: string) => string): string {
  const { shownTextCharactersMax: most, shownMaskedCharactersMax: looked } = limits;
  const start = text.length > looked ? text.slice(0, looked) : text;
  const masked = mask === undefined ? start : mask(start);
  // What is sanitized grows: so it is cut before, to be quick, and after.
  const clean = sanitizeText(masked.slice(0, most));
  const isCut = clean.length > most || masked.length > most || start.length < text.length;
  return isCut ? `${clean.slice(0, most)}… (${text.length} characters)` : clean;
}

const hidden = "[secret]";
const unshowable = "[cannot be shown]";

/** Beyond this a bigint is a computation and no number that somebody reads; to spell it takes quadratic time. */
const readableBigint = 10n ** 40n;

const secretName =
  /(?:password|passwd|passphrase|secret|apikey|token|authorization|cookie|credentials?|privatekey|accesskey)$/;

class Showing {
  readonly #mask: ((text: string) => string) | undefined;
  /** The objects that the one at hand lies in. */
  readonly #around = new Set<object>();
  #valuesLeft: number = limits.shownValuesMax;
  #charactersLeft: number = limits.shownCharactersMax;

  constructor(mask: ((text: string) => string) | undefined) {
    this.#mask = mask;
  }

  show(value: unknown, depth: number): unknown {
    this.#valuesLeft -= 1;
    if (this.#valuesLeft < 0) return "…";
    try {
      return this.#shown(value, depth);
    } catch {
      return unshowable;
    }
  }

  #shown(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "number":
        return Number.isFinite(value) ? value : String(value);
      case "bigint":
        return value > readableBigint || value < -readableBigint ? "[a large bigint]" : `${value}n`;
      case "symbol":
        return this.#text(String(value));
      case "function":
        return this.#text(`[function ${ownName(value)}]`);
      case "object":
        return value === null ? null : this.#object(value, depth);
      default:
        return value;
    }
  }

  #text(text: string): string {
    if (this.#charactersLeft <= 0) return "…";
    const shown = shownText(text, this.#mask);
    this.#charactersLeft -= shown.length;
    return shown;
  }

  #object(value: object, depth: number): unknown {
    if (this.#around.has(value)) return "[circular]";
    if (depth >= limits.shownDepthMax) return Array.isArray(value) ? "[array]" : "[object]";
    this.#around.add(value);
    try {
      return this.#parts(value, depth + 1);
    } finally {
      this.#around.delete(value);
    }
  }

  #parts(value: object, depth: number): unknown {
    if (Array.isArray(value)) return this.#list(value, value.length, depth);
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
    if (value instanceof Error) return this.#error(value, depth);
    if (value instanceof Map) return { map: this.#list(entriesOf(value), value.size, depth) };
    if (value instanceof Set) return { set: this.#list(value.values(), value.size, depth) };
    if (value instanceof RegExp || value instanceof Promise) return this.#text(String(value));
    if (isPid(value)) return this.#text(formatPid(value));
    // What masks itself does it here.
    if ("toJSON" in value && typeof value.toJSON === "function") return this.show(value.toJSON(), depth);
    return this.#fields(value, Object.keys(value), depth);
  }

  #list(items: Iterable<unknown>, size: number, depth: number): unknown[] {
    const shown: unknown[] = [];
    for (const item of items) {
      if (shown.length >= limits.shownEntriesMax || this.#valuesLeft <= 0) break;
      shown.push(this.show(item, depth));
    }
    if (shown.length < size) shown.push(`… ${size - shown.length} more`);
    return shown;
  }

  #fields(value: object, keys: readonly string[], depth: number): Readonly<Record<string, unknown>> {
    const shown: [string, unknown][] = [];
    for (const key of keys) {
      if (shown.length >= limits.shownEntriesMax || this.#valuesLeft <= 0) break;
      shown.push([this.#text(key), this.#field(value, key, depth)]);
    }
    if (shown.length < keys.length) shown.push(["…", `${keys.length - shown.length} more`]);
    return Object.fromEntries(shown);
  }

  #field(value: object, key: string, depth: number): unknown {
    const { get, value: part } = Object.getOwnPropertyDescriptor(value, key) ?? {};
    if (get !== undefined) return "[getter]";
    return isSecret(key, part) ? hidden : this.show(part, depth);
  }

  #error(error: Error, depth: number): unknown {
    const keys = ["name", "message", "code", "details", "stack", "cause", "errors"];
    const given = keys.flatMap((key) => {
      try {
        const part: unknown = Reflect.get(error, key);
        return part === undefined ? [] : [[key, this.show(part, depth)] as const];
      } catch {
        return [[key, unshowable] as const];
      }
    });
    return Object.fromEntries(given);
  }
}

function* entriesOf(map: ReadonlyMap<unknown, unknown>): Generator<readonly unknown[]> {
  for (const [key, value] of map) yield [key, isSecret(key, value) ? hidden : value];
}

function isSecret(key: unknown, value: unknown): boolean {
  return typeof key === "string" && namesSecret(key) && isText(value);
}

/** True for the name of something that holds a secret, such as `api_key` or `accessToken`. */
function namesSecret(key: string): boolean {
  return secretName.test(key.replace(/[-_ ]/g, "").toLowerCase());
}

/** A number under such a name is a count, and nothing is no secret. */
function isText(value: unknown): boolean {
  return typeof value === "string" || (typeof value === "object" && value !== null);
}

function ownName(work: object): string {
  const name: unknown = Object.getOwnPropertyDescriptor(work, "name")?.value;
  return typeof name === "string" && name !== "" ? name : "without a name";
}
