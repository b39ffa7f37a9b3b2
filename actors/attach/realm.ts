// A context of its own has objects of its own kind: what makes its errors, promises and data pass for those of the node.
import { runInContext } from "node:vm";
import { isPid } from "../../runtime/process/pid.ts";

/** Kinds whose values the runtime tells by `instanceof`. */
const kinds = { Error, Promise, Map, Set, RegExp, ArrayBuffer, Uint8Array } as const;

export class Realm {
  readonly #plain: object;

  /** Has values that code in `context` makes be instances of the node's own classes too. */
  constructor(context: object) {
    const own = runInContext(`({ Object, ${Object.keys(kinds).join(", ")} })`, context as never) as Record<
      string,
      { readonly prototype: object }
    >;
    for (const [name, kind] of Object.entries(kinds)) {
      const prototype = own[name]?.prototype;
      if (prototype !== undefined) Object.setPrototypeOf(prototype, kind.prototype);
    }
    this.#plain = own.Object?.prototype ?? Object.prototype;
  }

  /**
   * `value` with the plain objects that code of the context made as plain objects of the node, which is what messages hold.
   * Everything else stays what it is.
   */
  toData(value: unknown, done = new Map<object, unknown>()): unknown {
    if (typeof value !== "object" || value === null || isPid(value)) return value;
    const before = done.get(value);
    if (before !== undefined) return before;
    if (Array.isArray(value)) {
      const list: unknown[] = [];
      done.set(value, list);
      for (const item of value) list.push(this.toData(item, done));
      return list;
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== this.#plain && prototype !== Object.prototype && prototype !== null) return value;
    const fields = {};
    done.set(value, fields);
    for (const key of Object.keys(value)) {
      const part = this.toData(Reflect.get(value, key), done);
      // Defined, not set: a key may be "__proto__".
      Object.defineProperty(fields, key, {
        value: part,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    return fields;
  }

  /** `verb` with its arguments as the node's own data. */
  taking<Given extends readonly unknown[], Result>(
    verb: (...given: Given) => Result,
  ): (...given: Given) => Result {
    return (...given) => verb(...(given.map((value) => this.toData(value)) as unknown as Given));
  }
}
